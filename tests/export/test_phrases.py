"""The wording that every way to show an answer shares."""

from __future__ import annotations

import pytest

from rag.answer.types import Answer, Statement
from rag.export.phrases import cited_statement, display_title, match_count, refusal
from tests.export.samples import BATS, EAR, ECHO, FASTER, OWLS, REFUSAL, WRITTEN, quoted


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (quoted(EAR), "“Owls hunt by ear.” [1]"),
        (WRITTEN, "It is 3 times faster. [1]"),
        (Statement("All hear.", (EAR, FASTER, ECHO), "partly"), "All hear. [1] [2]"),
    ],
)
def test_quotes_are_in_quotation_marks_and_each_cited_paper_has_one_marker(statement: Statement, text: str) -> None:
    assert cited_statement(statement) == text


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
