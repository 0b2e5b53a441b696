"""Which written sentences the rules and the embedding confirm or refute, and by which citations."""

from __future__ import annotations

import numpy as np
import pytest

from rag.answer.types import Citation
from rag.language.sentences import split_sentences
from rag.models import embedding
from rag.paper import Paper
from rag.verify.checker import Checker

OWL = Paper(
    "OwlNet: Hearing in the Dark",
    "We propose OwlNet, a small network that finds voles by their rustling. OwlNet hears voles 3 times faster than "
    "BatNet on the Barn set. It needs 40 hours of recordings. It is not trained on rain.",
)
BAT = Paper(
    "BatNet: Echoes of Moths",
    "We introduce BatNet, which locates moths by their echoes. BatNet needs 90 hours of recordings. It reaches 71% "
    "recall on the Cave set.",
)
RUSTLING = "OwlNet is a small network that finds voles by their rustling"


def cited(paper: Paper, n: int, *sentences: int) -> list[Citation]:
    spans = split_sentences(paper.abstract)
    return [Citation(n, paper, spans[i].start, spans[i].end) for i in sentences]


def owl(*sentences: int) -> list[Citation]:
    return cited(OWL, 1, *sentences)


def bat(*sentences: int) -> list[Citation]:
    return cited(BAT, 2, *sentences)


MAPS = cited(Paper("Scenes", "A network infers 3D scenes from 2D images."), 1, 0)
HEDGED = cited(Paper("Scenes", "A network may infer 3D scenes."), 1, 0)


@pytest.fixture(scope="module")
def check() -> Checker:
    return Checker(embedding.load("bundled").encode, 0.5)


@pytest.mark.parametrize(
    ("written", "citations"),
    [
        (f"{RUSTLING}.", owl(0)),
        ("OwlNet finds voles by the rustling that they make.", owl(0)),
        ("OwlNet locates voles by their rustling.", owl(0)),
        ("Voles are found by OwlNet, a small network, by their rustling.", owl(0)),
        ("OwlNet: Hearing in the Dark finds voles by their rustling.", owl(0)),
        ("On the Barn set, OwlNet hears voles three times faster than BatNet.", owl(1)),
        ("OwlNet hears voles 3 times as fast as BatNet does.", owl(1)),
        ("OwlNet is not trained on rain.", owl(3)),
        (f"{RUSTLING}, and it hears them 3 times faster than BatNet.", owl(0, 1)),
        ("OwlNet finds voles by their rustling and needs 40 hours of recordings.", owl(0, 2)),
    ],
)
def test_a_rewording_is_confirmed_by_all_that_it_cites(check: Checker, written: str, citations: list[Citation]) -> None:
    found = check(written, citations)
    assert found.verdict == "reworded", found
    assert (found.reason, found.refuted, found.citations) == ("", False, tuple(citations))


@pytest.mark.parametrize(
    ("written", "citations", "word"),
    [
        ("OwlNet hears voles 4 times faster than BatNet.", owl(1), "“4”"),
        ("BatNet hears voles 3 times faster than OwlNet.", owl(1), "other words"),
        ("A network infers 2D scenes from 3D images.", MAPS, "“2d”"),
        ("All networks infer 3D scenes from 2D images.", MAPS, "“all”"),
        ("A network infers 3D scenes.", HEDGED, "“may”"),
        ("Penguins swim in cold water.", owl(0), "nothing of the evidence"),
        ("OwlNet: Hearing in the Dark.", owl(0), "repeats the title"),
        ("OwlNet hears in the dark.", owl(0), "repeats the title"),
    ],
)
def test_what_contradicts_its_source_is_refuted(
    check: Checker, written: str, citations: list[Citation], word: str
) -> None:
    found = check(written, citations)
    assert (found.verdict, found.refuted, found.citations) == (None, True, ())
    assert word in found.reason


@pytest.mark.parametrize(
    ("written", "citations", "word"),
    [
        (f"{RUSTLING}.", [], "cites nothing"),
        ("Our OwlNet finds voles by their rustling.", owl(0), "authors"),
        ("OwlNet: Hearing in the Dark OwlNet finds voles by their rustling.", owl(0), "title"),
        ("Does OwlNet find voles by their rustling?", owl(0), "question"),
        ("OwlNet finds voles by their rustling, says the prompt.", owl(0), "task"),
        ("OwlNet finds voles and " * 30, owl(0), "too long"),
    ],
)
def test_what_may_not_stand_in_an_answer_is_refuted(
    check: Checker, written: str, citations: list[Citation], word: str
) -> None:
    found = check(written, citations)
    assert (found.verdict, found.refuted, found.citations) == (None, True, ())
    assert word in found.reason


@pytest.mark.parametrize(
    ("written", "citations", "word"),
    [
        ("It hunts voles in barns at night.", owl(0), "“hunts”"),
        ("OwlNet hears voles 3 times faster than FoxNet.", owl(1), "“foxnet”"),
        ("OwlNet hears voles 3 times slower than BatNet.", owl(1), "“slower”"),
        ("It is trained on rain.", owl(3), "leaves out a negation"),
        ("OwlNet does not find voles by their rustling.", owl(0), "negates"),
    ],
)
def test_what_cannot_be_followed_is_neither_confirmed_nor_refuted(
    check: Checker, written: str, citations: list[Citation], word: str
) -> None:
    found = check(written, citations)
    assert (found.verdict, found.refuted, found.citations) == (None, False, ())
    assert word in found.reason


def test_a_sum_of_several_papers_is_left_to_a_judge_unless_it_has_a_number_of_its_own(check: Checker) -> None:
    both = [*owl(0), *bat(1)]
    found = check("Both networks are small and need many hours of all recordings.", both)
    assert (found.verdict, found.refuted) == (None, False)
    assert check("Both networks are small and need 75 hours of all recordings.", both).refuted
    assert not check("Both networks are small and need up to 90 hours of all recordings.", both).refuted


def test_a_reason_that_refutes_goes_before_one_that_does_not(check: Checker) -> None:
    found = check("OwlNet paints voles 4 times faster than BatNet.", owl(1))
    assert found.refuted
    assert "“4”" in found.reason


def test_a_title_defines_abbreviations_and_so_does_the_abstract(check: Checker) -> None:
    paper = Paper("Owls", "PAM counts owls in forests. Here, passive acoustic monitoring (PAM) runs on batteries.")
    other = Paper("Passive Acoustic Monitoring (PAM) of Owls", "PAM counts owls in forests.")
    for one in (paper, other):
        assert check("Passive acoustic monitoring counts owls in forests.", cited(one, 1, 0)).verdict == "reworded"


def similar(*cosines: float) -> Checker:
    """A checker for which a sentence has these cosines with the quotes taken together, and with each; threshold 0.5."""

    def encode(texts: list[str]) -> np.ndarray:
        assert len(texts) == 1 + len(cosines)
        return np.array([[1.0, 0.0], *([cosine, (1.0 - cosine**2) ** 0.5] for cosine in cosines)])

    return Checker(encode, 0.5)


TOGETHER = "OwlNet finds voles by their rustling and needs 40 hours of recordings."


@pytest.mark.parametrize(
    ("cosines", "is_confirmed"),
    [((0.49,) * 5, False), ((0.51, *[0.0] * 4), True), ((0.0, 0.0, 0.0, 0.51, 0.0), True)],
)
def test_what_cites_many_sentences_must_also_be_similar_to_them(cosines: list[float], is_confirmed: bool) -> None:
    found = similar(*cosines)(TOGETHER, owl(0, 1, 2, 3))
    assert (found.verdict is not None, found.refuted) == (is_confirmed, False)
    assert ("meaning" in found.reason) is not is_confirmed


def test_what_cites_few_sentences_is_not_compared_by_meaning() -> None:
    assert similar()(TOGETHER, owl(0, 2)).verdict == "reworded"


def test_one_sentence_that_says_it_all_is_cited_alone(check: Checker) -> None:
    assert check("OwlNet finds voles by their rustling.", owl(0, 1, 2)).citations == tuple(owl(0))
    assert check(TOGETHER, owl(0, 2)).citations == tuple(owl(0, 2))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("OwlNet finds voles by their rustling.", owl(0)),
        ("BatNet locates moths by their echoes.", bat(0)),
        ("OwlNet finds voles by their rustling, while BatNet locates moths by their echoes.", owl(0) + bat(0)),
        ("BatNet locates moths by their echoes, and OwlNet finds voles by their rustling.", bat(0) + owl(0)),
        ("OwlNet finds voles by their rustling; BatNet locates moths by their echoes.", owl(0) + bat(0)),
    ],
)
def test_citations_of_papers_that_support_nothing_are_dropped(
    check: Checker, written: str, kept: list[Citation]
) -> None:
    found = check(written, owl(0) + bat(0))
    assert (found.verdict, found.citations) == ("reworded", tuple(kept))


@pytest.mark.parametrize(
    "written",
    [
        "OwlNet needs 90 hours of recordings, while BatNet needs 40 hours of recordings.",
        "OwlNet needs 40 hours of recordings, while BatNet needs 80 hours of recordings.",
        "OwlNet needs 40 hours of recordings, while BatNet needs no recordings.",
        "OwlNet needs 40 hours of recordings, while BatNet locates moths by their echoes.",
        "OwlNet and BatNet need 40 hours of recordings.",
        "BatNet needs 40 hours of recordings.",
    ],
)
def test_what_one_paper_says_does_not_support_a_claim_about_another(check: Checker, written: str) -> None:
    found = check(written, owl(2) + bat(1))
    assert (found.verdict, found.citations) == (None, ())
    assert found.reason


@pytest.mark.parametrize(
    ("written", "is_supported"),
    [
        ("OwlNet and BatNet need recordings.", True),
        ("Both OwlNet and BatNet need recordings.", True),
        ("BatNet as well as OwlNet needs recordings.", True),
        ("OwlNet needs 40 hours of recordings, while BatNet needs 90 hours of recordings.", True),
        ("OwlNet and BatNet need rain.", False),
        ("OwlNet and the slower BatNet need recordings.", False),
    ],
)
def test_a_claim_about_several_papers_must_hold_for_each(check: Checker, written: str, is_supported: bool) -> None:
    found = check(written, owl(2) + bat(1))
    assert found.verdict == ("reworded" if is_supported else None), found
    assert {citation.n for citation in found.citations} == ({1, 2} if is_supported else set())


@pytest.mark.parametrize(
    ("written", "refuted"),
    [("It needs 70 hours of recordings.", True), ("It needs 40 hours of batteries.", False)],
)
def test_only_what_every_paper_refutes_is_refuted(check: Checker, written: str, refuted: bool) -> None:
    assert check(written, owl(2) + bat(1)).refuted is refuted


@pytest.mark.parametrize(
    "written", ["", "?!", "\x00", "((( [1a] \\", ", while ", "and and and and", "😀", "  ", "12 34", "." * 600]
)
def test_text_that_is_not_a_sentence_is_not_supported(check: Checker, written: str) -> None:
    assert check(written, owl(0) + bat(0)).verdict is None
    assert check(written, owl(0)).verdict is None
