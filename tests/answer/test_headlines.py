"""The first line of an answer says what the evidence comes to, or why there is none."""

from __future__ import annotations

import time

import pytest

from rag.answer.comparison import Compared
from rag.answer.evidence import Evidence, Selection
from rag.answer.grounding import Grounding
from rag.answer.headlines import compared_headline, headline
from rag.language.sentences import split_sentences
from rag.paper import Paper
from rag.query.intent import Intent
from rag.query.understanding import Query
from rag.retrieval.hits import Hit, Hits


def found(*abstracts: str) -> Selection:
    papers = [Paper(f"Paper {n}", abstract) for n, abstract in enumerate(abstracts)]
    return Selection([Evidence(paper, tuple(split_sentences(paper.abstract))) for paper in papers], [], 0.9)


def first_line(question: str, intent: Intent, selection: Selection, grounding: Grounding | None = None) -> str:
    query = Query(question, (question,), (), None, 1_489, intent)
    return headline(query, selection, grounding or Grounding(), ())


NOTHING = Selection([], [], 0.0)


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("We test on KITTI, NYU Depth v2 and the Make3D dataset.", "Named: KITTI, NYU Depth v2, Make3D."),
        ("It is best on both Cityscapes and KITTI.", "Named: Cityscapes, KITTI."),
        ("It generalises to the Waymo Open dataset and to nuScenes.", "Named: Waymo Open."),
        ("We propose the RotOwl tracking benchmark.", "Named: RotOwl."),
        ("Our dataset has 53 owls. Further datasets follow.", ""),
        ("It improves on Bayesian methods.", ""),
        (f"Depth with {'A-' * 40} is hard.", ""),  # which took years
    ],
)
def test_datasets_are_named(abstract: str, expected: str) -> None:
    assert first_line("what datasets are used for owls?", "survey", found(abstract)) == expected


def test_a_text_of_numbers_is_searched_in_time_that_grows_with_it() -> None:
    begin = time.process_time()
    assert first_line("how many owls are there?", "fact", found("12.5 % " * 2_800)) == ""
    assert first_line("by which factor is it faster?", "fact", found("1,1 × " * 3_300)) == ""
    assert time.process_time() - begin < 5  # seconds; it took longer by far


def test_papers_that_name_the_topic_are_counted() -> None:
    grounding = Grounding(topic=(("barn owls", "radar"),), naming={4: True, 9: False})
    line = first_line("papers on barn owls and radar", "papers", found("Owls."), grounding)
    assert line == "2 of 1,489 papers mention “barn owls” and “radar”."


@pytest.mark.parametrize(
    ("grounding", "expected"),
    [
        (Grounding(("owl collapse",)), "No abstract here mentions “owl collapse”."),
        (Grounding(("owl collapse",), titles=(3,)), "No abstract here mentions “owl collapse”. Only a title has it."),
        (Grounding(apart=("OwlNet", "KITTI")), "No abstract here mentions “OwlNet” together with “KITTI”."),
        (
            Grounding(unknown=("risotto", "rice")),
            "The abstracts do not answer this; none has the word “risotto” or “rice”.",
        ),
        (Grounding(), ""),
    ],
)
def test_a_refusal_says_why(grounding: Grounding, expected: str) -> None:
    assert first_line("anything?", "fact", NOTHING, grounding) == expected


def test_a_paper_that_does_not_say_it_is_reason_enough() -> None:
    selection = Selection([], [], 0.9, not_stated_by=Paper("OwlNet: Ears", "Owls hear."))
    assert first_line("does OwlNet cook risotto?", "fact", selection, Grounding(unknown=("risotto",))) == ""


OWL = Hit(1, Paper("OwlNet: Ears", "Owls hear."), 1.0, 1.0, 1.0, 1.0, ())
PAIR = Hits((OWL,), 0.9, ())


@pytest.mark.parametrize(
    ("compared", "expected"),
    [
        (Compared(Hits((), 0.0, ()), ("owls", "bats")), "No paper here is about “owls” or “bats”."),
        (
            Compared(PAIR, names=("owls", "bats")),
            "No abstract here mentions both “owls” and “bats”, so nothing compares them; each is quoted by itself.",
        ),
        (Compared(PAIR, names=("owls", "bats"), together=1), "1 abstract mentions both “owls” and “bats”."),
        (Compared(PAIR, ("bats",), ("owls", "bats")), "No paper here is about “bats”."),
        (Compared(PAIR, names=("owls", "bats", "mice")), ""),
        (Compared(PAIR), ""),
    ],
)
def test_a_comparison_says_whether_any_abstract_has_all_sides(compared: Compared, expected: str) -> None:
    assert compared_headline(compared, found("Owls hear."), ()) == expected


def test_a_comparison_among_some_papers_says_among_which() -> None:
    headline = compared_headline(Compared(Hits((), 0.0, ()), ("owls", "bats")), found("Owls hear."), ("since 2020",))
    assert headline == "No paper within “since 2020” is about “owls” or “bats”."
