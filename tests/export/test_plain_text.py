"""Answers as text without markup, as they are pasted into mail and notes."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.types import Answer, Listed, Statement
from rag.export.plain_text import plain_text
from rag.paper import Paper
from tests.export.samples import ANSWER, BATS, EAR, ECHO, LISTEN, OWLS, REFUSAL, THEMED, cite, quoted

TEXT = """\
Who hears?

Limited to: since 2020

Two of them.

1 of 9 papers matches; 1 more paper may match

OwlNet: Hearing x₁
  “Owls hunt by ear.” [1]

References

[1] Ada Example, Ben Sample (2024). OwlNet: Hearing x₁.
    https://example.org/owls
"""
LISTING = Answer(
    *("Who hears?", (quoted(EAR),)),
    related=(LISTEN,),
    searched=9,
    filters=("since 2020",),
    intent="papers",
    headline="Two of them.",
)


def test_it_is_read_without_markup() -> None:
    assert plain_text(LISTING, with_may_match=False) == TEXT


def test_papers_that_may_match_are_there_if_they_are_wanted() -> None:
    assert "May match:\n\nFoxes\n  “Foxes listen too.” [3]\n" in plain_text(LISTING)
    assert "[3] Foxes (2023).\n" in plain_text(LISTING)


def test_written_sentences_come_first_and_each_quote_once() -> None:
    text = plain_text(THEMED)
    assert (
        "\n\nTwo hear. [1] [2]\n\nSpeed\nIt is 3 times faster. [1] “OwlNet finds voles 3 times faster.” [1]\n" in text
    )
    assert text.index("Bats use echoes. [2]") < text.index("The evidence") < text.index("“Owls hunt by ear.” [1]")
    assert all(text.count(quote) == 1 for quote in ("OwlNet finds voles", "Owls hunt by ear", "Bats hear echoes"))


def test_a_comparison_names_its_papers_and_what_is_not_stated() -> None:
    compared = (replace(quoted(EAR), aspect="Problem"), replace(quoted(ECHO), aspect="Result"))
    text = plain_text(Answer("Which?", compared))
    assert "\n[1] OwlNet: Hearing x₁\n[2] On Bats (digest)\n" in text
    assert "\nProblem\n  “Owls hunt by ear.” [1]\n  Nothing found in the abstract. [2]\n" in text
    assert "not the authors' own words." in text  # of the digest


def test_a_paragraph_is_one_line_however_long_and_so_is_an_address() -> None:
    url = "https://example.org/" + "x" * 100
    long = Paper("Long " * 40, ("Words and words. " * 30).strip(), url=url)
    lines = plain_text(Answer("Why? " * 40, (quoted(cite(123, long)),))).splitlines()
    assert lines[0] == ("Why? " * 40).strip()
    assert lines[3] == f"  “{long.abstract}” [123]"
    assert lines[-2] == f"[123] {long.title.strip()}."
    assert lines[-1] == f"      {url}"


def test_a_sentence_that_is_not_verified_says_so() -> None:
    doubtful = Statement("Owls fly.", (EAR,), "unverified")
    assert "Owls fly. [1] (not verified)" in plain_text(Answer("?", (quoted(EAR),), written=(doubtful,)))


def test_a_refusal_names_the_nearest_papers() -> None:
    assert plain_text(REFUSAL).endswith("Nearest papers:\n- OwlNet: Hearing x₁\n- On Bats (digest)\n")


def test_listed_papers_are_references_and_bibtex_is_all_there_is() -> None:
    listed = Answer("All?", wish="list", listed=(Listed(1, OWLS), Listed(2, BATS)), headline="Two papers:")
    assert plain_text(listed).startswith("All?\n\nTwo papers:\n\n[1] Ada Example, Ben Sample (2024). OwlNet")
    assert "[2] On Bats.\n    No link is known.\n" in plain_text(replace(listed, form="link"))
    assert "    Owls hunt by ear. OwlNet" in plain_text(replace(listed, form="abstract"))
    assert plain_text(replace(listed, form="bibtex")).startswith("@misc{example2024owlnet,")


def test_several_answers_share_their_references() -> None:
    assert plain_text(ANSWER, LISTING).count("References") == plain_text(ANSWER, LISTING).count("\n[1] Ada") == 1
