"""The status line of a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Found, Working
from rag.web.status import status
from rag.web.turns import Turn

from .samples import PAPER, done, state

ONE_FOUND = Found((PAPER,), 9)
SAID = [state(text=f"It is {n}.") for n in range(7)]


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn("q"), "opening the papers…"),
        (Turn("q", without_papers=True), "waiting for papers: add some or build the index"),
        (Turn("q", papers=1489), "searching 1,489 papers…"),
        (Turn("q", papers=1, ahead=0), "waiting: yours is next"),
        (Turn("q", papers=1, ahead=1), "waiting: 1 question ahead of yours"),
        (Turn("q", papers=1, ahead=3), "waiting: 3 questions ahead of yours"),
        (Turn("q", found=ONE_FOUND, ahead=3), "waiting: 3 questions ahead of yours"),
        (Turn("q", found=ONE_FOUND), "found 1 paper; answering…"),
        (Turn("q", found=Found((PAPER,), 9, intent="papers")), "1 of 9 papers matches; answering…"),
        (Turn("q", found=Found((), 9, intent="papers")), "found 0 papers; answering…"),
        (Turn("q", found=ONE_FOUND, statements=[state()]), "1 quote so far…"),
        (Turn("q", found=ONE_FOUND, statements=SAID[:2]), "2 quotes so far…"),
        (Turn("q", found=ONE_FOUND, working=Working("judging", 1, 9)), "found 1 paper; answering…"),
        (Turn("q", found=ONE_FOUND, statements=SAID[:1], written=SAID[1:3]), "1 quote and 2 sentences so far…"),
        (Turn("q", found=Found((), 9), written=[state()]), "1 sentence so far…"),
        (Turn("q", statements=SAID[:2], stopped=True), "stopped after 2 sentences"),
        (Turn("q", statements=SAID[:2], written=SAID[2:3], stopped=True), "stopped after 3 sentences"),
        (Turn("q", stopped=True), "stopped after 0 sentences"),
        (done(*SAID[:6]), "done: checked 6 of 6 sentences, each cited"),
        (done(state()), "done: checked 1 of 1 sentence, each cited"),
        (
            done(SAID[0], state(verdict="unverified"), state(verdict="quote")),
            "done: 3 sentences, each cited, 1 not verified",
        ),
        (done(*SAID[:6], written=(SAID[6],)), "done: checked 7 of 7 sentences, each cited"),
        (done(SAID[0], written=(state(verdict="unverified"),)), "done: 2 sentences, each cited, 1 not verified"),
        (done(), "done: no answer in these abstracts"),
    ],
)
def test_the_status_says_how_far_the_work_is(turn: Turn, words: str) -> None:
    assert status(turn) == words


def test_a_failed_question_can_be_asked_again() -> None:
    assert status(Turn("q", statements=[state()], error="No.")).startswith("failed")


def test_what_changes_often_is_not_announced() -> None:
    """A page announces each new status that does not say "so far"."""
    turn = Turn("q", found=ONE_FOUND)
    said = set()
    for step in ("reading", "judging", "thinking", "writing"):
        for seconds in range(3):
            said.add(status(replace(turn, working=Working(step, seconds, 3, seconds))))  # type: ignore[arg-type]
    assert len(said) == 1
    assert "so far" in status(replace(turn, written=[state()]))
