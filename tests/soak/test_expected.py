"""What the soak compares: a conversation as it must be, and as a page shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.web.turn_view import dialogue_html
from tests.soak import shown
from tests.soak.expected import Talk, Turn
from tests.web.samples import cite, done, state

ONE = done(state(text="It is so."), question="how?")
TWO = replace(done(state(cite(13, 25), text="It is not."), question="why?"), good=False, note="no")
PAGE = shown.turns(dialogue_html([ONE, TWO], "some-conversation"))
CONFIRMED = tuple(Turn(one.question, one.answer, one.rated, one.note) for one in PAGE)


def test_a_page_is_read_as_its_user_would() -> None:
    assert [(one.question, one.state, one.rated, one.note) for one in PAGE] == [
        ("how?", "done", "", ""),
        ("why?", "done", "bad", "no"),
    ]
    assert PAGE[0].answer != PAGE[1].answer


@pytest.mark.parametrize(
    ("n", "changed"),
    [(0, {"question": "who?"}), (0, {"answer": "It is otherwise."}), (1, {"rated": "good"}), (1, {"note": ""})],
)
def test_what_was_confirmed_must_be_shown(n: int, changed: dict[str, str]) -> None:
    turns = list(CONFIRMED)
    turns[n] = replace(turns[n], **changed)
    assert Talk("some-conversation", [CONFIRMED]).take(PAGE) == ""
    assert Talk("some-conversation", [tuple(turns)]).take(PAGE).startswith(f"turn {n}: ")
    assert Talk("some-conversation", [CONFIRMED]).take(PAGE[:1]) == "2 turns expected, 1 shown"


def test_after_a_failure_either_may_be_shown_and_then_it_stays() -> None:
    first = CONFIRMED[0]
    for seen in (PAGE[:1], PAGE):
        talk = Talk("some-conversation", [(first,), (first, Turn("why?", None, "bad", "no"))])
        assert not talk.is_certain
        assert talk.take(seen) == ""
        assert talk.is_certain
        assert talk.take(PAGE[: 3 - len(seen)]) != ""
