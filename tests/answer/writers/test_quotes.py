"""The abstracts' own sentences as an answer, less what only leads up to them."""

from __future__ import annotations

import pytest

from rag.answer.types import Citation
from rag.answer.writers.quotes import CUT, KEPT, LONG, QuoteWriter, quoted, trimmed
from rag.paper import Paper

from .conftest import BAT, OWL, evidence, task, written

QUESTION = "How do owls hear?"
LEAD = " ".join(["word"] * KEPT)
TAIL = " ".join(["tail"] * (LONG - KEPT + 1))
STAY = "condition exception limit denial short-denial asked-for number no-joint brackets little-left not-long".split()


def test_each_sentence_is_quoted_with_its_place() -> None:
    statements = written(QuoteWriter(), task(evidence(OWL, 1, 2), evidence(BAT, 1)))
    assert [statement.text for statement in statements] == [
        "OwlNet hears voles 3 times faster than BatNet on the Barn set.",
        "It needs 40 hours of recordings.",
        "BatNet needs 90 hours of recordings.",
    ]
    assert {statement.verdict for statement in statements} == {"quote"}
    assert [statement.citations for statement in statements] == [(c,) for c in evidence(OWL, 1, 2) + evidence(BAT, 1)]


def test_a_sentence_that_several_papers_share_is_quoted_once_and_cites_them_all() -> None:
    copy = Paper("Another", "However, nothing is new. It needs 40 HOURS of recordings!")
    shared, other = quoted(QUESTION, [evidence(OWL, 2), evidence(copy, 1), evidence(BAT, 1)])
    assert shared.text == "It needs 40 hours of recordings."
    assert [citation.paper for citation in shared.citations] == [OWL, copy]
    assert [citation.paper for citation in other.citations] == [BAT]


def test_marks_alone_are_not_all_the_same() -> None:
    odd = Paper("Odd", "?! … ((")
    cited = [(Citation(0, odd, 0, 2),), (Citation(0, odd, 3, 4),)]
    assert [statement.text for statement in quoted(QUESTION, cited)] == ["?!", "…"]


def test_no_evidence_is_no_statement() -> None:
    assert written(QuoteWriter(), task()) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Owls hear voles.", "Owls hear voles."),
        ("Moreover, owls hear voles.", f"{CUT} owls hear voles."),
        ("To address this problem, owls hear voles.", f"{CUT} owls hear voles."),
        ("In this paper we hear owls.", f"{CUT} we hear owls."),
        ("Hereafter owls hear voles.", "Hereafter owls hear voles."),
        ("Finally, however, owls hear voles.", f"{CUT} however, owls hear voles."),
        ("", ""),
    ],
)
def test_a_connective_at_the_beginning_goes(sentence: str, expected: str) -> None:
    assert trimmed(sentence, QUESTION) == expected


@pytest.mark.parametrize("joint", [", which", ", while", ", whereas", ", thus", ";"])
def test_a_long_ending_that_does_not_answer_goes(joint: str) -> None:
    assert trimmed(f"{LEAD}{joint} {TAIL}.", QUESTION) == f"{LEAD} {CUT}"
    assert trimmed(f"Moreover, {LEAD}{joint} {TAIL}.", QUESTION) == f"{CUT} {LEAD} {CUT}"


@pytest.mark.parametrize(
    "sentence",
    [
        f"{LEAD}, which {TAIL} if it is dark.",
        f"{LEAD}, which {TAIL} unless it rains.",
        f"{LEAD}, which {TAIL} below zero.",
        f"{LEAD}, which does not {TAIL}.",
        f"{LEAD}, which isn't {TAIL}.",
        f"{LEAD}, while owls {TAIL}.",
        f"{LEAD}, while 7 {TAIL}.",
        f"{LEAD} and {TAIL}.",
        f"({LEAD}, which {TAIL}).",
        f"Short, which {LEAD} {TAIL}.",
        f"{LEAD}, which tail.",
    ],
    ids=STAY,
)
def test_an_ending_that_bounds_or_answers_stays(sentence: str) -> None:
    assert trimmed(sentence, QUESTION) == sentence


def test_what_goes_is_the_longest_ending_that_may() -> None:
    assert trimmed(f"{LEAD}, which {TAIL}, while {TAIL}.", QUESTION) == f"{LEAD} {CUT}"
    assert trimmed(f"{LEAD}, which owls {TAIL}, while {TAIL}.", QUESTION) == f"{LEAD}, which owls {TAIL} {CUT}"
