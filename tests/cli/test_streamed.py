"""An answer on a terminal: the quotes at once, then what a model writes, and what it changes about the papers."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rag.answer.types import Answer, Event, Found, Statement, Working, Written
from rag.cli.terminal import show_answer
from rag.export.phrases import summary
from tests.export.samples import BATS, EAR, ECHO, EFFORT, FASTER, FOXES, LISTEN, OWLS, REFUSAL, THEMED, WRITTEN, quoted

TWO = Found((OWLS, BATS), 9, intent="papers")
QUOTES = (quoted(EAR), quoted(ECHO))
QUOTES_SHOWN = """\
2 of 9 papers match

[1] OwlNet: Hearing $x_1$
    “Owls hunt by ear.” [1]

[2] On Bats (digest)
    “Bats hear echoes of moths.” [2]
"""
WRITTEN_SHOWN = """\

Written answer:
    Two hear. [1] [2] (reworded, checked by the model owl:7b)

  Speed
    It is 3 times faster. [1] (reworded, checked by rule)
      from “OwlNet finds voles 3 times faster.” [1]
    “OwlNet finds voles 3 times faster.” [1]

  Echoes
    Bats use echoes. [2] (reworded, checked by rule)
"""


class Screen(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def show(*events: Event) -> None:
    async def stream() -> AsyncIterator[Event]:
        for event in events:
            yield event

    asyncio.run(show_answer(stream()))


def shown(capsys: pytest.CaptureFixture[str], *events: Event) -> str:
    show(*events)
    return capsys.readouterr().out


def test_what_is_written_follows_the_quotes_with_its_themes_and_what_the_model_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written = map(Written, THEMED.written)
    text = shown(capsys, TWO, *QUOTES, Working("thinking"), *written, THEMED)
    assert text.startswith(QUOTES_SHOWN + WRITTEN_SHOWN)
    assert " ".join(text.removeprefix(QUOTES_SHOWN + WRITTEN_SHOWN).split()) == summary(EFFORT)
    assert shown(capsys, TWO, *QUOTES, THEMED) == text  # also if it all comes at once


def test_without_a_model_nothing_follows_the_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("Who hears?", QUOTES, searched=9, intent="papers")
    assert shown(capsys, TWO, *QUOTES, answer) == QUOTES_SHOWN


def test_a_comparison_is_printed_before_the_model_writes(capsys: pytest.CaptureFixture[str]) -> None:
    compared = tuple(replace(quote, aspect="Approach") for quote in QUOTES)
    answer = Answer("?", compared, written=(WRITTEN,), intent="comparison")
    found = Found((OWLS, BATS), 9, intent="comparison")
    text = shown(capsys, found, *compared, Working("writing"), Written(WRITTEN), answer)
    assert text.count("Approach") == 1
    assert text.index("Approach") < text.index("Written answer:") < text.index("It is 3 times faster.")
    assert shown(capsys, found, *compared, replace(answer, written=())) == text.partition("\nWritten")[0]


def test_papers_that_the_model_finds_or_rejects_are_told_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("?", (quoted(LISTEN), quoted(EAR)), searched=9, intent="papers")
    assert shown(capsys, TWO, *QUOTES, answer) == QUOTES_SHOWN + (
        "\nThese do not match after all: [2]\n"
        "\n2 of 9 papers match\n"
        "\nThese match as well:\n"
        "\n[3] Foxes\n    “Foxes listen too.” [3]\n"
    )


def test_a_refusal_may_become_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("?", QUOTES, written=(WRITTEN,), searched=9, intent="papers", headline="Both hear.")
    text = shown(capsys, Found((), 9, intent="papers"), Working("judging", 0, 9), Written(WRITTEN), answer)
    assert text.startswith("\nWritten answer:\n    It is 3 times faster.")
    assert text.endswith(f"Both hear.\n{QUOTES_SHOWN}")


def test_an_answer_may_become_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, TWO, *QUOTES, Working("judging", 0, 9), REFUSAL)
    assert text.startswith(f"{QUOTES_SHOWN}\nThese do not match after all: [1] [2]\nThe abstracts here do not")
    assert text.endswith("  - On Bats (digest)\n")


def test_a_comparison_with_another_paper_is_printed_again(capsys: pytest.CaptureFixture[str]) -> None:
    compared = [replace(quote, aspect="Approach") for quote in (*QUOTES, quoted(LISTEN))]
    text = shown(capsys, TWO, *compared[:2], Answer("?", tuple(compared)))
    assert text.count("\nApproach\n") == 2
    assert text.count("[3] Foxes") == 1


def test_papers_that_only_the_written_answer_cites_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    also = Statement("Foxes listen.", (LISTEN,), "reworded")
    text = shown(capsys, TWO, *QUOTES, Written(also), Answer("?", QUOTES, written=(also,)))
    assert f"from “{FOXES.abstract}” [3]" in text
    assert text.endswith("\n[3] Foxes\n")


def test_what_the_model_does_is_on_one_line_of_a_terminal_that_is_cleared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [Working("judging", 12, 20), Working("thinking", seconds=8), Working("writing")]
    show(TWO, *QUOTES, *steps, THEMED)
    assert capsys.readouterr().err == ""  # it is no terminal
    monkeypatch.setattr(sys, "stderr", Screen())
    show(TWO, *QUOTES, *steps, replace(THEMED, notice="It was slow."))
    *lines, notice = sys.stderr.getvalue().split("\r")  # type: ignore[attr-defined]
    assert [line.strip() for line in lines if line.strip()] == [
        "The model is judging papers: 12 of 20…",
        "The model is thinking for 8 s…",
        "The model is writing…",
    ]
    assert notice == "It was slow.\n"


def test_an_interrupted_answer_leaves_no_line_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> AsyncIterator[Event]:
        yield TWO
        yield Working("writing")
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stderr", Screen())
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(show_answer(broken()))
    assert sys.stderr.getvalue().endswith(" \r")  # type: ignore[attr-defined]


def test_the_names_of_models_and_themes_do_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[2Jowl\r\n\u202e"
    written = (replace(WRITTEN, theme=evil, verdict="judged", judge=evil, text=evil),)
    text = shown(capsys, TWO, *QUOTES, Answer("?", QUOTES, written=written, effort=replace(EFFORT, model=evil)))
    assert not {"\x1b", "\r", "\u202e"} & set(text)
    assert FASTER.quote in text
