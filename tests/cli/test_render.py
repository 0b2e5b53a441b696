"""Answers, hits and changes as text for a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.answer.table import split
from rag.answer.types import Answer, Citation, Listed, Measurement, Statement, Verdict
from rag.cli import render
from rag.language.sentences import Span
from rag.paper import Paper
from rag.retrieval.hits import Hit, ScoredSentence
from tests import plans
from tests.export.samples import BATS, EAR, ECHO, FASTER, LISTEN, OWLS, REFUSAL, WRITTEN, cite, quoted

HOSTILE = Paper("Red \x1b[31mtitle\x1b]0;owned\x07\r\nwith\u2028lines", "Beware \x1b[2Jof \x08this.\x00")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def hit(citation: Citation) -> Hit:
    sentence = ScoredSentence(Span(citation.start, citation.end), 0.5, 0.5)
    return Hit(1, citation.paper, 1.0, 1.0, 1.0, 1.0, (sentence,))


@pytest.mark.parametrize(
    ("statement", "with_title", "text"),
    [
        (quoted(EAR), True, "\n[1] OwlNet: Hearing $x_1$\n    “Owls hunt by ear.” [1]"),
        (quoted(EAR), False, "    “Owls hunt by ear.” [1]"),
        (quoted(ECHO), True, "\n[2] On Bats (digest)\n    “Bats hear echoes of moths.” [2]"),
        (
            WRITTEN,
            False,
            "    It is 3 times faster. [1]\n"
            "      reworded, checked by rule, from “OwlNet finds voles 3 times faster.” [1]",
        ),
    ],
)
def test_a_sentence_follows_the_title_of_its_paper_and_says_what_was_checked_if_a_model_wrote_it(
    statement: Statement, with_title: bool, text: str
) -> None:
    assert render.statement_text(statement, with_title) == text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("reworded", "reworded, checked by rule, from"),
        ("judged", "reworded, checked by the model owl:7b, from"),
        ("unverified", "not verified: read"),
    ],
)
def test_what_was_checked_and_by_whom_is_before_the_sources(verdict: Verdict, words: str) -> None:
    both = Statement("All hear.", (EAR, FASTER, ECHO), verdict, judge="owl:7b")
    assert render.statement_text(both, with_title=False).splitlines() == [
        "    All hear. [1] [2]",
        f"      {words} “Owls hunt by ear.” [1]",
        "      and “OwlNet finds voles 3 times faster.” [1]",
        "      and “Bats hear echoes of moths.” [2]",
    ]


def test_a_sentence_in_a_comparison_says_what_was_checked() -> None:
    _, table = split([replace(WRITTEN, aspect="Result"), replace(quoted(ECHO), aspect="Result")])
    assert table
    assert render.table_text(table).splitlines()[-3:] == [
        "    It is 3 times faster. [1]",
        "      reworded, checked by rule, from “OwlNet finds voles 3 times faster.” [1]",
        "    “Bats hear echoes of moths.” [2]",
    ]


def test_a_comparison_is_grouped_by_aspect_and_shows_what_is_not_stated() -> None:
    rows = [(EAR, "Approach"), (FASTER, "Result"), (ECHO, "Approach")]
    _, table = split([replace(quoted(citation), aspect=aspect) for citation, aspect in rows])
    assert table
    *lines, not_stated = render.table_text(table).splitlines()
    assert lines == [
        "",
        "[1] OwlNet: Hearing $x_1$",
        "[2] On Bats (digest)",
        "",
        "Approach",
        "    “Owls hunt by ear.” [1]",
        "    “Bats hear echoes of moths.” [2]",
        "",
        "Result",
        "    “OwlNet finds voles 3 times faster.” [1]",
    ]
    assert not_stated.endswith("[2]")
    assert "“" not in not_stated


def test_a_refusal_names_the_nearest_papers() -> None:
    reason, _, *nearest = render.refusal_text(REFUSAL).splitlines()
    assert "do not answer" in reason
    assert nearest == ["  - OwlNet: Hearing $x_1$", "  - On Bats (digest)"]
    assert len(render.refusal_text(Answer("?", searched=2)).splitlines()) == 1


def test_related_papers_are_set_apart_from_those_that_answer() -> None:
    blank, heading, *papers = render.related_text((LISTEN, ECHO)).splitlines()
    assert (blank, heading) == ("", "May match:")
    assert papers == [
        *("", "[3] Foxes", "    “Foxes listen too.” [3]"),
        *("", "[2] On Bats (digest)", "    “Bats hear echoes of moths.” [2]"),
    ]


def test_filters_are_shown_as_written_with_the_option_that_ignores_them() -> None:
    text = render.filters_text(("since 2023", "author:owl"))
    assert ": since 2023, author:owl (" in text
    assert "--no-filters" in text


def test_hits_have_a_rank_a_title_and_the_best_sentence() -> None:
    assert render.hits_text((hit(EAR), hit(ECHO))) == (
        "1. OwlNet: Hearing $x_1$\n   Owls hunt by ear.\n2. On Bats (digest)\n   Bats hear echoes of moths."
    )
    assert render.hits_text(()) == ""


def test_control_characters_do_not_reach_the_terminal() -> None:
    citation = cite(1, HOSTILE)
    written = Statement("Calm \x1b[5mblinking\x1b[0m.", (citation,), "judged", judge="o\x1b[31mw\r\nl\u2028")
    texts = [
        render.statement_text(quoted(citation), True),
        render.statement_text(written, False),
        render.refusal_text(Answer("?", nearest=(HOSTILE,), searched=1)),
        render.filters_text((HOSTILE.title,)),
        render.related_text((citation,)),
        render.hits_text((hit(citation),)),
        render.changes_text(plans.planned((HOSTILE,), (), (), 0, ())),
    ]
    assert [text for text in texts if CONTROL.search(text)] == []
    assert "[1] Red [31mtitle ]0;owned with lines\n" in texts[0]
    assert "\n      reworded, checked by the model o [31mw l, from “Beware" in texts[1]


def test_long_lines_are_wrapped_and_indented_without_losing_a_word() -> None:
    long = Paper("T", " ".join(f"word{n}" for n in range(60)) + " " + "x" * 150 + ".")
    lines = render.statement_text(quoted(cite(1, long)), False).splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line.startswith("  ") for line in lines)
    assert "".join("".join(lines).split()) == "“" + "".join(long.abstract.split()) + "”[1]"


def test_changes_are_counted_and_the_first_titles_of_each_kind_listed() -> None:
    changes = plans.planned(tuple(replace(OWLS, title=f"Owls {n}") for n in range(7)), (), (BATS, HOSTILE), 3, ())
    assert render.changes_text(changes).splitlines() == [
        str(changes),
        "Added:",
        *(f"  - Owls {n}" for n in range(5)),
        "  … and 2 more",
        "Removed:",
        "  - On Bats (digest)",
        "  - Red [31mtitle ]0;owned with lines",
    ]
    unchanged = plans.planned((), (), (), 1, ())
    assert render.changes_text(unchanged) == str(unchanged)


def test_a_table_of_numbers_has_the_values_of_each_paper_under_its_title() -> None:
    rows = [
        Measurement(FASTER, "speed", "3 times", 3.0, "×", "", "VoleSet", "at night"),
        Measurement(FASTER, "memory", "40%", 40.0, "%", "reduces by"),
        Measurement(ECHO, "moths", "5", 5.0, ""),
    ]
    assert render.measurements_text(rows).splitlines() == [
        "",
        "[1] OwlNet: Hearing $x_1$",
        "    speed: 3 times · VoleSet · at night",
        "    memory: reduces by 40%",
        "",
        "[2] On Bats (digest)",
        "    moths: 5",
    ]


def test_the_link_of_a_paper_is_that_of_its_identifier() -> None:
    listed = (Listed(1, Paper("Owls", "They hunt.", ids=("doi:10.5555/owls",))), Listed(2, BATS))
    shown = render.listed_text(Answer("links", wish="link", headline="2 papers:", listed=listed, form="link"))
    assert [line.strip() for line in shown.splitlines() if line.startswith("    ")] == [
        "https://doi.org/10.5555/owls",
        "No link is known.",
    ]
