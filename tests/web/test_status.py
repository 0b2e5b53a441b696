"""The status line of a turn."""

from __future__ import annotations

import pytest

from rag.answer.types import Found
from rag.web.status import status
from rag.web.turns import Turn

from .samples import PAPER, done, state

ONE_FOUND = Found((PAPER,), 9)


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn("q"), "opening the papers…"),
        (Turn("q", papers=1489), "searching 1,489 papers…"),
        (Turn("q", papers=1, ahead=0), "waiting: yours is next"),
        (Turn("q", papers=1, ahead=1), "waiting: 1 question ahead of yours"),
        (Turn("q", papers=1, ahead=3), "waiting: 3 questions ahead of yours"),
        (Turn("q", found=ONE_FOUND, ahead=3), "found 1 paper; waiting: 3 questions ahead of yours"),
        (Turn("q", found=ONE_FOUND), "found 1 paper; writing…"),
        (Turn("q", found=Found((PAPER,), 9, intent="papers")), "1 of 9 papers matches; writing…"),
        (Turn("q", found=Found((), 9, intent="papers")), "found 0 papers; writing…"),
        (Turn("q", found=ONE_FOUND, statements=[state()]), "checked 1 sentence so far; writing…"),
        (Turn("q", found=ONE_FOUND, statements=[state()] * 2), "checked 2 sentences so far; writing…"),
        (Turn("q", statements=[state()] * 2, stopped=True), "stopped after 2 sentences"),
        (Turn("q", stopped=True), "stopped after 0 sentences"),
        (done(*[state()] * 6), "done: checked 6 of 6 sentences, each cited"),
        (done(state()), "done: checked 1 of 1 sentence, each cited"),
        (
            done(state(), state(verdict="unverified"), state(verdict="quote")),
            "done: 3 sentences, each cited, 1 not verified",
        ),
        (done(), "done: no answer in these abstracts"),
    ],
)
def test_the_status_says_how_far_the_work_is(turn: Turn, words: str) -> None:
    assert status(turn) == words


def test_a_failed_question_can_be_asked_again() -> None:
    assert status(Turn("q", statements=[state()], error="No.")).startswith("failed")
