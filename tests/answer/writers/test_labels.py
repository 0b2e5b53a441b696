"""Lines that models write, taken apart into sentences and the evidence that each names."""

from __future__ import annotations

import pytest

from rag.answer.writers.synthesis import _cited, labelled_sentences

from .conftest import BAT, OWL, evidence

OWLS, BATS = evidence(OWL), evidence(BAT)
LABELLED = {"1a": OWLS[0], "1b": OWLS[1], "1c": OWLS[2], "2a": BATS[0], "2b": BATS[1]}
HEARS = "OwlNet hears."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (HEARS, []),
        ("OwlNet hears. [1a]", ["1a"]),
        ("OwlNet hears [1a].", ["1a"]),
        ("OwlNet hears.[1a]", ["1a"]),
        ("OwlNet hears [1a][2b].", ["1a", "2b"]),
        ("OwlNet hears. [1a] [2b]", ["1a", "2b"]),
        ("OwlNet hears [1a, 2b]", ["1a", "2b"]),
        ("OwlNet hears [1a; 2b].", ["1a", "2b"]),
        ("OwlNet hears [1a],[2b].", ["1a", "2b"]),
        ("OwlNet hears [ 1a ].", ["1a"]),
        ("OwlNet hears [1].", ["1"]),
        ("OwlNet hears 【1a】.", ["1a"]),
        ("[1a] OwlNet hears.", ["1a"]),
        ("[1a][2b]: OwlNet hears.", ["1a", "2b"]),
        ("- OwlNet hears. [1a]", ["1a"]),
        ("  * OwlNet hears. [1a]", ["1a"]),
        ("• OwlNet hears. [1a]", ["1a"]),
        ("1. OwlNet hears. [1a]", ["1a"]),
        ("12) [1a] OwlNet hears.", ["1a"]),
        ("## OwlNet hears", []),
        ("> OwlNet hears", []),
        ("**OwlNet** __hears__. [1a]", ["1a"]),
        ("OwlNet hears **[1a]**.", ["1a"]),
        ("The evidence states that OwlNet hears. [1a]", ["1a"]),
        ("This abstract shows that OwlNet hears.", []),
        ("Yes, OwlNet hears [1a].", ["1a"]),
        ("OwlNet hears , [1a] .", ["1a"]),
    ],
)
def test_a_sentence_and_its_labels_in_many_forms(line: str, expected: list[str]) -> None:
    assert list(labelled_sentences(line)) == [(HEARS, expected)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OwlNet hears. [1a] BatNet hums! [2a]", [("OwlNet hears.", ["1a"]), ("BatNet hums!", ["2a"])]),
        ("OwlNet hears [1a]. p-Net hums [2a].", [("OwlNet hears.", ["1a"]), ("p-Net hums.", ["2a"])]),
        ("OwlNet hears [1a], while BatNet hums [2a].", [("OwlNet hears while BatNet hums.", ["1a", "2a"])]),
        ("OwlNet hears voles [1a] and moths.", [("OwlNet hears voles and moths.", ["1a"])]),
        ("OwlNet hears. It sees. [1a]", [("OwlNet hears. It sees.", ["1a"])]),
        ("Does OwlNet hear? [1a]", [("Does OwlNet hear?", ["1a"])]),
        ("3 owls hear 2.5 voles [1a]", [("3 owls hear 2.5 voles.", ["1a"])]),
        ("E. coli hears. [1a]", [("E. coli hears.", ["1a"])]),
    ],
)
def test_sentences_end_where_they_end(line: str, expected: list[tuple[str, list[str]]]) -> None:
    assert list(labelled_sentences(line)) == expected


@pytest.mark.parametrize("line", ["", "   ", "---", "***", "[]", "...", "?!", "> "])
def test_what_has_no_words_is_no_sentence(line: str) -> None:
    assert list(labelled_sentences(line)) == []


@pytest.mark.parametrize(
    "line", ["[" * 5_000, "[1a" * 2_000, "a [1a] " * 2_000, "and " * 5_000, "** " * 5_000, "a [1a]" + " " * 5_000]
)
def test_a_line_of_any_kind_is_taken_apart(line: str) -> None:
    assert all(text for text, _ in labelled_sentences(line))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1a"], ["1a"]),
        (["1a", "2b"], ["1a", "2b"]),
        (["2b", "1a", "2b"], ["2b", "1a"]),
        (["1"], ["1a", "1b", "1c"]),
        (["2", "1a"], ["2a", "2b", "1a"]),
        (["9z", "1a"], ["1a"]),
        (["evidence", "1a"], ["1a"]),
    ],
)
def test_labels_name_sentences_or_papers(labels: list[str], expected: list[str]) -> None:
    assert _cited(labels, "It needs 40 hours.", LABELLED) == tuple(LABELLED[key] for key in expected)


def test_the_number_of_a_paper_names_all_its_sentences_however_many() -> None:
    many = {f"1{letter}": citation for letter, citation in zip("abcde", (*OWLS, *BATS), strict=True)}
    assert _cited(["1"], "It hears.", many) == tuple(many.values())


@pytest.mark.parametrize("labels", [[], ["9z"], ["sic"], [""]])
def test_without_a_label_that_is_known_the_sentence_with_most_of_the_words_is_cited(labels: list[str]) -> None:
    assert _cited(labels, "OwlNet needs 40 hours of recordings.", LABELLED) == (LABELLED["1c"],)
    assert _cited(labels, "Moths are located by their echoes.", LABELLED) == (LABELLED["2a"],)


def test_what_no_evidence_has_a_word_of_cites_nothing() -> None:
    assert _cited([], "Foxes swim.", LABELLED) == ()
    assert _cited(["1a"], "Foxes swim.", {}) == ()
