"""Cited sentences: grouped by paper, with markers that lead to their sources, or compared in a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Citation, Statement, Verdict
from rag.paper import Paper
from rag.web import statement_view
from rag.web.statement_view import quoted, statement_list, statements_html
from rag.web.templates import DIGEST_NOTE, fragment

from .reader import read
from .samples import OTHER, PAPER, cite, state

QUOTES = [
    state(verdict="quote", text="One is slow."),
    state(cite(26, 40, n=2, paper=OTHER), verdict="quote", text="Three is free."),
    state(cite(13, 25), verdict="quote", text="Two is fast."),
]


def test_quotes_of_a_paper_are_under_its_title_once_and_carry_what_they_are_sorted_by() -> None:
    sections = read(statements_html(QUOTES)).all("section")
    assert [section.text for section in sections] == [
        "A Title “One is slow.” [1] “Two is fast.” [1]",
        "Other 2020 “Three is free.” [2]",
    ]
    assert [section.attributes for section in sections[:2]] == [
        {"data-live": "", "data-n": "1", "data-year": "", "data-title": "A Title"},
        {"data-live": "", "data-n": "2", "data-year": "2020", "data-title": "Other"},
    ]


def test_what_a_model_wrote_keeps_its_order() -> None:
    sections = read(statements_html([state(), state(cite(n=2, paper=OTHER)), state(cite(13, 25))])).all("section")
    assert [section.text for section in sections] == [
        "A Title It is so. [1]",
        "Other 2020 It is so. [2]",
        "A Title It is so. [1]",
    ]


def test_a_sentence_of_two_papers_is_shown_once_and_the_second_paper_says_where() -> None:
    both = state(cite(), cite(n=2, paper=OTHER), verdict="quote", text="One is slow.")
    for quotes in ([both], [QUOTES[0], state(cite(n=2, paper=OTHER), verdict="quote", text="One is slow.")]):
        first, second = read(statements_html(quotes)).all("section")
        assert first.text.startswith("A Title “One is slow.” [1]")
        assert second.text == "Other 2020 The same sentence as in [1]. [2]"
    first, second = read(statements_html([both, QUOTES[1]])).all("section")
    assert second.text == "Other 2020 “Three is free.” [2]"


def test_a_sentence_that_stands_above_is_not_repeated() -> None:
    shown = read(fragment("statements.html", "statement_list", statement_list(QUOTES, QUOTES[:1])))
    assert shown.text == "A Title “Two is fast.” [1] Other 2020 “Three is free.” [2]"
    related = quoted((cite(n=3, paper=replace(OTHER, title="Third")),), QUOTES)
    assert (
        read(fragment("statements.html", "statement_list", related)).text
        == "Third 2020 The same sentence as in [1]. [3]"
    )


@pytest.mark.parametrize(("papers", "folded"), [(1, 0), (5, 0), (6, 1), (12, 7)])
def test_more_than_five_papers_are_folded(papers: int, folded: int) -> None:
    found = [Paper(f"Paper {n}", f"Sentence {n} is here.") for n in range(papers)]
    quotes = [state(cite(0, 19, n=n + 1, paper=paper), verdict="quote") for n, paper in enumerate(found)]
    assert statement_list(quotes).folded == 0
    shown = statement_view.folded(statement_list(quotes))
    assert shown.folded == folded
    sections = read(fragment("statements.html", "statement_list", shown)).all("section")
    hidden = [section.attributes.get("hidden") == "until-found" for section in sections]
    assert hidden == [n >= 5 for n in range(papers)]


def test_a_statement_on_two_papers_has_two_markers_and_no_title() -> None:
    assert read(statements_html([state(cite(), cite(n=2, paper=OTHER))])).text == "It is so. [1][2]"


def test_a_marker_names_its_source_its_sentences_and_their_check() -> None:
    (marker,) = read(statements_html([state(cite(), cite(13, 25))])).all("a")
    assert marker.attributes.pop("data-check") == "reworded, checked by rule"
    assert marker.attributes == {
        "class": "cite",
        "href": "#source-1",
        "aria-label": "Source 1: A Title",
        "data-spans": "0-12 13-25",
        "data-quote": "One is slow. … Two is fast.",
    }


@pytest.mark.parametrize(
    ("verdict", "paper", "text", "check"),
    [
        ("quote", PAPER, "“It is so.” [1]", "quoted word for word"),
        ("quote", replace(PAPER, digest=True), "“It is so.” [1]", f"quoted word for word; {DIGEST_NOTE}"),
        ("reworded", PAPER, "It is so. [1]", "reworded, checked by rule"),
        ("judged", PAPER, "It is so. [1]", "reworded, checked by the model owl:7b"),
        ("unverified", PAPER, "It is so. [1] not verified", "not verified: read the source"),
    ],
)
def test_what_was_checked_and_by_whom_is_given_in_words(verdict: Verdict, paper: Paper, text: str, check: str) -> None:
    shown = read(statements_html([state(cite(paper=paper), verdict=verdict, judge="owl:7b")]))
    assert shown.all("p")[-1].text == text
    assert shown.all("a")[0].attributes["data-check"] == check
    assert shown.all("p", "paper")[0].text == ("A Title digest" if paper.digest else "A Title")


def test_a_sentence_that_is_not_verified_is_marked_in_running_text_and_in_tables() -> None:
    other = state(verdict="unverified")
    cells = [replace(other, aspect="Result"), replace(state(cite(n=2, paper=OTHER)), aspect="Result")]
    for statements, marked in (([state(), other], [False, True]), (cells, [True, False])):
        shown = [one for one in read(statements_html(statements)).all("p") if "It is so." in one.text]
        assert [one.attributes["class"] == "statement unverified" for one in shown] == marked
        assert ["not verified" in one.text for one in shown] == marked


def test_the_name_of_a_judge_is_text_on_one_line() -> None:
    judge = '"><img src=x onerror=alert(1)>\n\x1b[31m\u202e' + "x" * 200
    (marker,) = read(statements_html([state(verdict="judged", judge=judge)])).all("a")
    check = marker.attributes["data-check"]
    assert check.startswith('reworded, checked by the model "><img src=x onerror=alert(1)> [31mxxx')
    assert len(check) < 150


def test_a_comparison_is_a_table_whose_cells_are_cited() -> None:
    compared = [replace(state(verdict="quote"), aspect="Approach"), replace(state(verdict="quote"), aspect="Result")]
    compared.append(replace(state(cite(13, 25, n=2, paper=OTHER), verdict="quote"), aspect="Approach"))
    shown = read(statements_html([state(text="Both are so."), *compared]))
    heads, approach, result = (row.text for row in shown.all("tr"))
    assert heads == "[1] A Title [2] Other 2020"
    assert approach == "Approach [1] A Title “It is so.” [1] [2] Other “It is so.” [2]"  # on a phone, whose cell it is
    assert result.startswith("Result [1] A Title The same sentence as in [1]. [1]")
    assert "abstract" in result  # of the other paper, which does not state it
    assert [head.attributes["scope"] for head in shown.all("th")] == ["col", "col", "row", "row"]
    assert [link.attributes["href"] for link in shown.all("a")] == [f"#source-{n}" for n in (1, 1, 2, 1)]
    assert shown.text.startswith("A Title Both are so. [1]")


def test_formulas_in_titles_and_sentences_are_drawn_and_read_as_words_in_labels() -> None:
    paper = Paper("On $k$-Means", r"It needs $\epsilon$ only.")
    citation = Citation(1, paper, 0, 25)
    shown = read(statements_html([Statement(citation.quote, (citation,), "quote")]))
    assert len(shown.all("math")) == 2
    assert shown.all("a")[0].attributes["aria-label"] == "Source 1: On k-Means"
