"""What a model adds to the quotes: these come first and stay, and what it writes is checked."""

from __future__ import annotations

import re

import pytest

from rag.answer.assistant import Assistant
from rag.answer.types import Event, Found, Statement, Working, Written
from rag.errors import ModelError
from rag.verify.checker import Checker
from tests.answer.conftest import Ask, final
from tests.answer.owl import COST, Owl, assistant, grading, reading
from tests.answer.writers.conftest import ScriptedJudge
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Kept

SWIFT = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
EXIT = "ExitDepth stops denoising as soon as the depth map no longer changes."
OPEN = "Diffusion depth pipelines get quicker thanks to the approach."  # the rules cannot follow it
FALSE = "SwiftDepth runs 70 times faster than its teacher."
QUOTE = "SwiftDepth runs 40 times faster than its teacher on an RTX 3080 and loses only 0.4% accuracy on NYU Depth v2."


@pytest.fixture
def owl(owl: Owl) -> Owl:
    """One that finds two papers relevant, as the search does, and writes a sentence about each."""
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    owl.replies = {"reading": reading(), "grade": grades, "synthesis": f"{SWIFT}\n{EXIT}"}
    return owl


def streamed(events: list[Event]) -> list[Statement]:
    """The written sentences as they were streamed."""
    return [event.statement for event in events if isinstance(event, Written)]


def said(statements: list[Statement]) -> list[tuple[str, str]]:
    return [(one.text, one.verdict) for one in statements]


def test_the_quotes_come_before_anything_of_the_model(ask: Ask, owl: Owl, check: Checker) -> None:
    quoted = ask(WHICH)

    async def open_assistant() -> Assistant:
        assert not owl.asked
        return assistant(owl, check)

    events = ask(WHICH, open_assistant=open_assistant)
    first = len(quoted) - 1
    assert events[:first] == quoted[:-1]
    assert {type(event) for event in events[first:-1]} == {Working, Written}
    steps = [event.step for event in events if isinstance(event, Working)]
    assert list(dict.fromkeys(steps)) == ["reading", "judging", "writing"]


def test_the_answer_holds_what_was_written_above_the_quotes(ask: Ask, owl: Owl, check: Checker) -> None:
    events = ask(WHICH, assistant(owl, check))
    answer = final(events)
    assert said(streamed(events)) == [(SWIFT, "reworded"), (EXIT, "reworded")]
    assert answer.written == tuple(streamed(events))
    assert {one.verdict for one in answer.statements} == {"quote"}
    numbers = {citation.paper: citation.n for one in answer.statements for citation in one.citations}
    assert all(numbers[citation.paper] == citation.n for one in answer.written for citation in one.citations)
    assert not answer.notice


@pytest.mark.parametrize("fault", ["It sleeps.", "Set a key."])
def test_a_model_that_cannot_be_opened_leaves_the_quotes_and_a_notice(ask: Ask, fault: str) -> None:
    async def fail() -> Assistant:
        raise ModelError(fault)

    events = ask(WHICH, open_assistant=fail)
    assert events[:-1] == ask(WHICH)[:-1]
    assert final(events).statements == final(ask(WHICH)).statements
    assert final(events).notice == f"{fault} The answer is quoted."


@pytest.mark.parametrize("prompt", ["reading", "grade", "synthesis"])
def test_a_server_that_fails_at_a_step_is_asked_nothing_more(ask: Ask, owl: Owl, check: Checker, prompt: str) -> None:
    owl.failing = {prompt}
    answer = final(ask(WHICH, assistant(owl, check)))
    assert answer.statements == final(ask(WHICH)).statements
    assert "failed (HTTP 500)" in answer.notice
    assert answer.notice.count(owl.server.url) == 1
    assert owl.asked[-1] == prompt
    assert answer.written == ()


@pytest.mark.parametrize("is_quick", [True, False])
def test_a_server_that_only_keeps_the_connection_open_is_asked_once(
    ask: Ask, owl: Owl, check: Checker, is_quick: bool
) -> None:
    owl.server.flood = Kept(b": ping\n\n")
    answer = final(ask(WHICH, assistant(owl, check, is_quick=is_quick, timeout=0.5)))
    assert len(owl.asked) == 1
    assert re.fullmatch(r"[^.]* at [\w:/.]+ sent nothing for 0\.5 s\. Raise [^.]*\.", answer.notice)
    assert (answer.statements, answer.written) == (final(ask(WHICH)).statements, ())


def test_a_server_that_falls_silent_at_the_grades_is_asked_nothing_more(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.silent = {"grade"}
    answer = final(ask(WHICH, assistant(owl, check, timeout=2.0)))
    assert set(owl.asked[1:]) == {"grade"}
    assert answer.notice.count("sent nothing") == 1
    assert answer.statements


def test_a_model_that_says_nothing_when_it_reads_grades_nothing(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.answer.assistant.UNDERSTANDING_SECONDS", 0.2)
    owl.silent = {"reading", "grade", "synthesis"}
    answer = final(ask(WHICH, assistant(owl, check, timeout=2.0)))
    assert "grade" not in owl.asked
    assert owl.asked[-1] == "synthesis", "it may have been loading"
    assert "sent nothing for 2 s" in answer.notice
    assert "did not say" not in answer.notice


def test_what_is_written_when_the_time_for_an_answer_is_over_stays(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    owl.endless = {"synthesis"}

    def end(event: Event) -> bool:
        if isinstance(event, Written):
            monkeypatch.setattr("rag.answer.assisted.ANSWER_SECONDS", 0.0)
        return False

    answer = final(ask(WHICH, assistant(owl, check), until=end))
    assert said(list(answer.written)) == [(SWIFT, "reworded")]
    assert answer.statements == final(ask(WHICH)).statements
    assert answer.notice == "owl was not done after 0 s. Choose another: --llm."
    assert owl.server.gone.wait(PATIENCE)


def test_sentences_before_the_model_broke_off_stay(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.cut = {"synthesis": len(f"{SWIFT}\n{EXIT}".split()) - 4}
    answer = final(ask(WHICH, assistant(owl, check)))
    assert said(list(answer.written)) == [(SWIFT, "reworded")]
    assert "broke off" in answer.notice
    assert answer.statements


@pytest.mark.parametrize("garbage", ["Foxes swim.", "[1a]", "# Foxes\n---\n***", "{}" * 300])
def test_garbage_in_place_of_an_answer_leaves_just_the_quotes(ask: Ask, owl: Owl, check: Checker, garbage: str) -> None:
    owl.replies["synthesis"] = garbage
    answer = final(ask(WHICH, assistant(owl, check)))
    assert (answer.written, answer.notice) == ((), "")
    assert answer.statements == final(ask(WHICH)).statements


@pytest.mark.parametrize(
    ("show_unverified", "fate"), [(False, (QUOTE, "quote")), (True, (OPEN, "unverified"))], ids=["hidden", "shown"]
)
def test_what_nothing_confirms_is_quoted_or_marked(
    ask: Ask, owl: Owl, check: Checker, show_unverified: bool, fate: tuple[str, str]
) -> None:
    owl.replies["synthesis"] = f"{SWIFT} [2b]\n{OPEN} [2c]"
    answer = final(ask(WHICH, assistant(owl, check, ScriptedJudge(), show_unverified=show_unverified)))
    assert said(list(answer.written)) == [(SWIFT, "reworded"), fate]


def test_a_false_sentence_is_replaced_though_unverified_ones_are_shown(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["synthesis"] = f"{SWIFT} [2b]\n{FALSE} [2c]"
    answer = final(ask(WHICH, assistant(owl, check, ScriptedJudge(FALSE), show_unverified=True)))
    assert said(list(answer.written)) == [(SWIFT, "reworded"), (QUOTE, "quote")]


def test_what_the_judge_confirms_names_it(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["synthesis"] = f"{OPEN} [2b]"
    (judged,) = final(ask(WHICH, assistant(owl, check, ScriptedJudge(OPEN)))).written
    assert (judged.text, judged.verdict, judged.judge) == (OPEN, "judged", "wise owl")


def test_an_answer_of_which_nothing_is_confirmed_is_not_shown(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["synthesis"] = f"{FALSE} [2c]\n{OPEN} [2b]\n{QUOTE} [2c]"
    events = ask(WHICH, assistant(owl, check, ScriptedJudge()))
    assert streamed(events) == []
    effort = final(events).effort
    assert final(events).written == ()
    assert effort
    assert (effort.drafted, effort.verified, effort.replaced) == (2, 0, 2), "a copy is none of its own"


def test_sentences_stand_under_the_themes_that_the_model_gives(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["synthesis"] = f"{SWIFT} [2b]\n# Early exit\n{EXIT} [1b]\n# Praise of Tangerino\n{OPEN} [1b]"
    found = final(ask(WHICH, assistant(owl, check, ScriptedJudge(OPEN)))).written
    assert [one.theme for one in found] == ["", "Early exit", ""], "a theme that no evidence has is dropped"


def test_the_effort_counts_what_the_model_did(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.server.last = {"usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}}
    owl.replies["synthesis"] = f"{SWIFT} [2b]\n{FALSE} [2c]\n{EXIT} [1b]\n{EXIT} [1b]"
    effort = final(ask(WHICH, assistant(owl, check))).effort
    assert effort
    assert (effort.model, effort.judged, effort.cost) == ("owl", 14, COST)
    assert (effort.drafted, effort.verified, effort.replaced) == (3, 2, 1)
    calls = len(owl.asked)
    assert (effort.prompt_tokens, effort.reply_tokens) == (100 * calls, 10 * calls)
    assert effort.seconds > 0


def test_without_a_model_there_is_no_effort(ask: Ask) -> None:
    assert final(ask(WHICH)).effort is None


def test_closing_the_stream_stops_the_model(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.endless = {"synthesis"}
    events = ask(WHICH, assistant(owl, check), until=lambda event: isinstance(event, Written))
    assert said(streamed(events)) == [(SWIFT, "reworded")]
    assert owl.server.gone.wait(PATIENCE)


@pytest.mark.parametrize("prompt", ["reading", "grade", "synthesis"])
def test_cancelling_the_answer_stops_the_model_whatever_it_does(
    ask: Ask, owl: Owl, check: Checker, prompt: str
) -> None:
    owl.silent = {prompt}
    events = ask(WHICH, assistant(owl, check), stopped=lambda: prompt in owl.asked)
    assert isinstance(events[0], Found)
    assert isinstance(events[-1], Working)
    assert owl.server.gone.wait(PATIENCE)
