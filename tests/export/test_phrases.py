"""The wording that every way to show an answer shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Answer, Effort, Statement, Verdict, Working
from rag.export.phrases import check, cited_statement, display_title, match_count, progress, refusal, summary, themes
from tests.export.samples import BATS, EAR, ECHO, EFFORT, FASTER, OWLS, REFUSAL, THEMED, WRITTEN, quoted


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


def test_written_sentences_in_a_row_on_one_theme_are_together() -> None:
    again = replace(WRITTEN, theme="Echoes")
    found = [(theme, len(run)) for theme, run in themes([*THEMED.written, again, replace(again, theme="Speed")])]
    assert found == [("", 1), ("Speed", 2), ("Echoes", 2), ("Speed", 1)]
    ((name, _),) = themes([replace(WRITTEN, theme="a\x1b[31m\nb\u202e" + "x" * 1000)])
    assert name.startswith("a [31m b")
    assert len(name) == 100


@pytest.mark.parametrize(
    ("working", "words"),
    [
        (Working("reading"), "The model is reading the question…"),
        (Working("judging", 0, 20), "The model is judging papers: 0 of 20…"),
        (Working("judging", 12, 20, 7.6), "The model is judging papers: 12 of 20, 8 s…"),
        (Working("thinking", seconds=8.2), "The model is thinking for 8 s…"),
        (Working("writing", seconds=0.4), "The model is writing…"),
        (Working("writing", 3, 7), "The model is writing: 3 of 7…"),
    ],
)
def test_what_a_model_does_at_the_moment_is_told(working: Working, words: str) -> None:
    assert progress(working) == words


@pytest.mark.parametrize(
    ("effort", "words"),
    [
        (
            EFFORT,
            "Written by owl:7b: 7 sentences, 5 confirmed, 1 replaced by its quote, 1 not confirmed; 34 papers judged; "
            "6,120 tokens, 14 s (thinking 5 s), about $0.0021",
        ),
        (Effort("owl:7b", drafted=1, verified=1, seconds=0.2), "Written by owl:7b: 1 sentence, 1 confirmed; 1 s"),
        (
            Effort("owl:7b", drafted=3, replaced=3, reply_tokens=80, seconds=2),
            "Written by owl:7b: 3 sentences, 3 replaced by their quotes; 80 tokens, 2 s",
        ),
        (
            Effort("owl:7b", judged=1, prompt_tokens=1, seconds=90, cost=1234.5),
            "Judged by owl:7b: 1 paper; 1 token, 90 s, about $1,234.50",
        ),
        (
            Effort("owl:7b", drafted=2, seconds=3, cost=0.00001),
            "Written by owl:7b: 2 sentences, 2 not confirmed; 3 s, less than $0.0001",
        ),
        (Effort("owl:7b", seconds=20), "Asked, without a result: owl:7b; 20 s"),
        (Effort("a\x1b[31m\r\nb\u202e\u2028{}", judged=2, seconds=1), "Judged by a [31m b {}: 2 papers; 1 s"),
        (Effort("x" * 1000, judged=2, seconds=1), f"Judged by {'x' * 100}: 2 papers; 1 s"),
        (Effort("\n", judged=2, seconds=1), "Judged by the model: 2 papers; 1 s"),
    ],
)
def test_what_a_model_did_and_what_that_took_is_one_line(effort: Effort, words: str) -> None:
    assert summary(effort) == words
