"""The abstracts' own sentences as an answer, shortened."""

from __future__ import annotations

import pytest

from rag.answer.types import Citation
from rag.answer.writers.quotes import quote, shorten
from rag.paper import Paper

from .conftest import BAT, OWL, evidence

QUESTION = "How do owls hear?"
LEAD = " ".join(["word"] * 20)
TAIL = " ".join(["tail"] * 20)


def test_each_sentence_is_quoted_with_its_position() -> None:
    statements = list(quote(QUESTION, [evidence(OWL, 1, 2), evidence(BAT, 1)]))
    assert [statement.text for statement in statements] == [
        "OwlNet hears voles 3 times faster than BatNet on the Barn set.",
        "It needs 40 hours of recordings.",
        "BatNet needs 90 hours of recordings.",
    ]
    assert {statement.verdict for statement in statements} == {"quote"}
    assert [statement.citations for statement in statements] == [(c,) for c in evidence(OWL, 1, 2) + evidence(BAT, 1)]


def test_a_sentence_that_several_papers_share_is_quoted_once_and_cites_them_all() -> None:
    copy = Paper("Another", "However, nothing is new. It needs 40 HOURS of recordings!")
    shared, other = quote(QUESTION, [evidence(OWL, 2), evidence(copy, 1), evidence(BAT, 1)])
    assert shared.text == "It needs 40 hours of recordings."
    assert [citation.paper for citation in shared.citations] == [OWL, copy]
    assert [citation.paper for citation in other.citations] == [BAT]


def test_different_sentences_without_words_are_quoted_separately() -> None:
    odd = Paper("Odd", "?! … ((")
    cited = [(Citation(0, odd, 0, 2),), (Citation(0, odd, 3, 4),)]
    assert [statement.text for statement in quote(QUESTION, cited)] == ["?!", "…"]


def test_without_evidence_there_is_no_statement() -> None:
    assert list(quote(QUESTION, [])) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Owls hear voles.", "Owls hear voles."),
        ("Moreover, owls hear voles.", "… owls hear voles."),
        ("To address this problem, owls hear voles.", "… owls hear voles."),
        ("In this paper we hear owls.", "… we hear owls."),
        ("Hereafter owls hear voles.", "Hereafter owls hear voles."),
        ("Finally, however, owls hear voles.", "… however, owls hear voles."),
        ("", ""),
    ],
)
def test_an_opening_connective_is_cut_off(sentence: str, expected: str) -> None:
    assert shorten(sentence, QUESTION) == expected


@pytest.mark.parametrize("boundary", [", which", ", while", ", whereas", ", thus", ";"])
def test_a_final_clause_of_a_long_sentence_is_cut_off(boundary: str) -> None:
    assert shorten(f"{LEAD}{boundary} {TAIL}.", QUESTION) == f"{LEAD} …"
    assert shorten(f"Moreover, {LEAD}{boundary} {TAIL}.", QUESTION) == f"… {LEAD} …"


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
    ids=(
        "condition exception limit negation contraction question-word number no-clause parentheses little-left short"
    ).split(),
)
def test_a_final_clause_that_answers_or_restricts_the_sentence_is_kept(sentence: str) -> None:
    assert shorten(sentence, QUESTION) == sentence


def test_as_many_final_clauses_as_possible_are_cut_off() -> None:
    assert shorten(f"{LEAD}, which {TAIL}, while {TAIL}.", QUESTION) == f"{LEAD} …"
    assert shorten(f"{LEAD}, which owls {TAIL}, while {TAIL}.", QUESTION) == f"{LEAD}, which owls {TAIL} …"
