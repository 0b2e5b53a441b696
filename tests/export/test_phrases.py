"""The wording that every way to show an answer shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Answer, Statement, Verdict
from rag.export.phrases import check, cited_statement, display_title, match_count, refusal
from tests.export.samples import BATS, EAR, ECHO, FASTER, OWLS, REFUSAL, WRITTEN, quoted


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (quoted(EAR), "“Owls hunt by ear.” [1]"),
        (WRITTEN, "It is 3 times faster. [1]"),
        (Statement("All hear.", (EAR, FASTER, ECHO), "unverified"), "All hear. [1] [2]"),
    ],
)
def test_quotes_are_in_quotation_marks_and_each_cited_paper_has_one_marker(statement: Statement, text: str) -> None:
    assert cited_statement(statement) == text


@pytest.mark.parametrize(
    ("verdict", "judge", "words"),
    [
        ("quote", "", "quoted word for word"),
        ("reworded", "", "reworded, checked by rule"),
        ("judged", "ollama:owl:7b", "reworded, checked by the model ollama:owl:7b"),
        ("judged", "a\x1b[31m\r\nb\u202e\u2028{judge}\udcff", "reworded, checked by the model a [31m b {judge}?"),
        ("judged", "x" * 1000, f"reworded, checked by the model {'x' * 100}"),
        ("judged", "\x1b\n", "reworded, checked by a model"),
        ("unverified", "", "not verified: read the source"),
    ],
)
def test_what_was_checked_and_by_whom_is_said_on_one_short_line(verdict: Verdict, judge: str, words: str) -> None:
    assert check(replace(WRITTEN, verdict=verdict, judge=judge)) == words


@pytest.mark.parametrize(("papers", "text"), [(1, "1 of 1,489 papers matches"), (7, "7 of 1,489 papers match")])
def test_matching_papers_are_counted(papers: int, text: str) -> None:
    assert match_count(papers, 1489) == text


def test_a_refusal_gives_its_reason() -> None:
    assert "do not answer" in refusal(REFUSAL)
    silent = refusal(Answer("How old is OwlNet?", nearest=(OWLS,), searched=9, not_stated_by=OWLS))
    assert f"“{OWLS.title}”" in silent
    assert "does not say" in silent


@pytest.mark.parametrize(
    ("filters", "written"),
    [(("since 2023",), "“since 2023”"), (("since 2023", "author:owl"), "“since 2023” and “author:owl”")],
)
def test_filters_that_no_paper_passes_are_named(filters: tuple[str, ...], written: str) -> None:
    assert written in refusal(Answer("?", filters=filters))


def test_a_digest_is_marked() -> None:
    assert (display_title(OWLS), display_title(BATS)) == (OWLS.title, "On Bats (digest)")
