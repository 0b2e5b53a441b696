"""Whether sentences are supported by what they cite, by their words and by the bundled embedding."""

from __future__ import annotations

import numpy as np
import pytest

from rag.answer.types import Citation, Verdict
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
    ("written", "citations", "verdict"),
    [
        (f"{RUSTLING}.", owl(0), "supported"),
        ("OwlNet finds voles by the rustling that they make.", owl(0), "supported"),
        ("OwlNet: Hearing in the Dark finds voles by their rustling.", owl(0), "supported"),
        ("OwlNet finds voles in the dark by the sound of their rustling, as a compact network.", owl(0), "partly"),
        ("OwlNet hears voles 3 times as fast as BatNet does.", owl(1), "supported"),
        (f"{RUSTLING}, and it hears them 3 times faster than BatNet.", owl(0, 1), "supported"),
        (
            "OwlNet finds voles by their rustling, while BatNet locates moths by their echoes.",
            owl(0) + bat(0),
            "supported",
        ),
        ("It says nothing of the kind.", owl(0), None),
    ],
)
def test_a_sentence_is_supported_or_partly_supported_or_not(
    check: Checker, written: str, citations: list[Citation], verdict: Verdict | None
) -> None:
    found = check(written, citations)
    assert found.verdict == verdict, found
    assert bool(found.reason) is (found.verdict is None)
    assert found.citations == (tuple(citations) if found.verdict else ())


@pytest.mark.parametrize(
    ("written", "citations", "word"),
    [
        (f"{RUSTLING}.", [], "cites nothing"),
        ("Our OwlNet finds voles by their rustling.", owl(0), "authors"),
        ("OwlNet: Hearing in the Dark OwlNet finds voles by their rustling.", owl(0), "title"),
        ("OwlNet: Hearing in the Dark.", owl(0), "repeats the title"),
        ("OwlNet hears in the dark.", owl(0), "repeats the title"),
        ("It hunts mice in barns at night.", owl(0), "says more"),
        ("OwlNet hears voles 4 times faster than BatNet.", owl(1), "“4 times”"),
        ("OwlNet hears voles 3 times faster than FoxNet.", owl(1), "“FoxNet”"),
        ("OwlNet hears voles 3 times slower than BatNet.", owl(1), "“slower”"),
        ("BatNet hears voles 3 times faster than OwlNet.", owl(1), "of another"),
        ("OwlNet is trained on rain.", owl(3), "“train”"),
        ("OwlNet does not find voles by their rustling.", owl(0), "“not”"),
        ("A network infers 2D scenes from 3D images.", MAPS, "“2d” and “3d”"),
        ("A network infers 3D scenes.", HEDGED, "“may”"),
    ],
)
def test_the_reason_names_what_is_not_supported(
    check: Checker, written: str, citations: list[Citation], word: str
) -> None:
    found = check(written, citations)
    assert (found.verdict, found.citations) == (None, ())
    assert word in found.reason


def test_the_same_words_with_another_meaning_are_not_supported() -> None:
    strict = Checker(lambda texts: np.eye(len(texts)), 0.5)  # no two texts are similar
    assert "meaning" in strict("OwlNet locates small voles by their rustling.", owl(0)).reason
    assert strict("OwlNet finds voles by the rustling of them.", owl(0)).verdict == "supported"


def test_the_sentences_of_one_paper_support_a_claim_together(check: Checker) -> None:
    found = check("OwlNet finds voles by their rustling and needs 40 hours of recordings.", owl(0, 2))
    assert (found.verdict, found.citations) == ("supported", tuple(owl(0, 2)))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("OwlNet finds voles by their rustling.", owl(0)),
        ("BatNet locates moths by their echoes.", bat(0)),
        ("OwlNet finds voles by their rustling, while BatNet locates moths by their echoes.", owl(0) + bat(0)),
        ("BatNet locates moths by their echoes, and OwlNet finds voles by their rustling.", owl(0) + bat(0)),
        ("OwlNet finds voles by their rustling; BatNet locates moths by their echoes.", owl(0) + bat(0)),
    ],
)
def test_citations_that_support_nothing_are_dropped(check: Checker, written: str, kept: list[Citation]) -> None:
    found = check(written, owl(0) + bat(0))
    assert found.verdict == "supported"
    assert set(found.citations) == set(kept)


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
    ("written", "verdict"),
    [
        ("OwlNet and BatNet need hours of recordings.", "supported"),
        ("Both OwlNet and BatNet need hours of recordings.", "supported"),
        ("BatNet as well as OwlNet needs hours of recordings.", "supported"),
        ("OwlNet and BatNet need hours of rain.", None),
        ("OwlNet and the slower BatNet need hours of recordings.", None),
    ],
)
def test_a_claim_about_several_papers_must_hold_for_each(check: Checker, written: str, verdict: Verdict | None) -> None:
    found = check(written, owl(2) + bat(1))
    assert found.verdict == verdict, found
    assert {citation.n for citation in found.citations} == ({1, 2} if verdict else set())


def test_a_sentence_with_a_partly_supported_half_is_partly_supported(check: Checker) -> None:
    half = "OwlNet finds voles in the dark by the sound of their rustling, as a compact network"
    found = check(f"{half}, while BatNet locates moths by their echoes.", owl(0) + bat(0))
    assert found.verdict == "partly"


@pytest.mark.parametrize("written", ["?!", "\x00", "((( [1a] \\", ", while ", "and and and and", "😀", "  "])
def test_text_that_is_not_a_sentence_is_not_supported(check: Checker, written: str) -> None:
    assert check(written, owl(0) + bat(0)).verdict is None
