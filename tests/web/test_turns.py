"""What is made of the events of an answer, and what turns hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Answer, Found, Statement, Working, Written
from rag.web.turns import CUT_OFF, Turn, cited, nearest, related, replies

from .samples import OTHER, PAPER, cite, done, state


def test_events_are_added_as_they_arrive_and_the_answer_replaces_the_statements() -> None:
    turn = Turn("how?")
    turn.take(Found((PAPER,), 9, ("since 2020",), "papers"))
    turn.take(state())
    turn.take(state(cite(13, 25)))
    assert (turn.found and turn.found.papers, turn.filters, turn.answer) == ((PAPER,), ("since 2020",), None)
    assert cited([turn]) == [state(), state(cite(13, 25))]
    turn.take(Answer("how?", (state(cite(13, 25)),)))
    assert cited([turn]) == [state(cite(13, 25))]
    assert turn.reply == turn.answer


def test_what_a_model_does_and_writes_is_kept_until_the_answer_replaces_it() -> None:
    turn = Turn("how?")
    for event in (Found((PAPER,), 9), state(), Working("thinking", seconds=2), Written(state(cite(13, 25)))):
        turn.take(event)
    assert turn.working == Working("thinking", seconds=2)
    assert (turn.statements, turn.written) == ([state()], [state(cite(13, 25))])
    assert cited([turn]) == [state(), state(cite(13, 25))]
    turn.take(Working("judging", 1, 2))
    assert turn.working == Working("judging", 1, 2)
    turn.take(Answer("how?", (state(cite(n=2)),), written=(state(cite(n=3)),)))
    assert (turn.working, turn.statements, turn.written) == (None, [state(cite(n=2))], [state(cite(n=3))])


@pytest.mark.parametrize(
    ("turn", "expected", "running"),
    [
        (Turn("q"), "running", True),
        (Turn("q", ahead=0), "waiting", True),
        (Turn("q", found=Found((PAPER,), 9), statements=[state()]), "running", True),
        (done(state()), "done", False),
        (done(), "done", False),
        (replace(done(state()), stopped=True), "done", False),  # the answer arrived all the same
        (Turn("q", stopped=True), "stopped", False),
        (Turn("q", stopped=True, error="No."), "failed", False),
        (Turn("q", ahead=2, error="No."), "failed", False),
    ],
)
def test_the_state_of_a_turn(turn: Turn, expected: str, running: bool) -> None:
    assert (turn.state, turn.running) == (expected, running)


def test_an_answer_cut_short_keeps_what_arrived_and_says_so() -> None:
    turn = Turn("q", found=Found((PAPER,), 9, ("since 2020",), "papers"), statements=[state()], stopped=True)
    expected = Answer("q", (state(),), searched=9, intent="papers", filters=("since 2020",), notice=CUT_OFF)
    assert turn.reply == expected
    assert replace(turn, found=None).reply == Answer("q", (state(),), notice=CUT_OFF)
    assert replace(turn, written=[state(cite(13, 25))]).reply == replace(expected, written=(state(cite(13, 25)),))
    assert replace(turn, statements=[]).reply is None


def test_the_evidence_of_an_answer_cut_short_is_what_its_sentences_cite() -> None:
    """Where the search found nothing, a model may have written before its evidence came."""
    turn = Turn("q", found=Found((), 9), written=[state(cite(), cite(13, 25)), state()], stopped=True)
    reply = turn.reply
    assert reply
    assert reply.statements == (
        Statement("One is slow.", (cite(),), "quote"),
        Statement("Two is fast.", (cite(13, 25),), "quote"),
    )
    assert (reply.written, reply.refused) == (tuple(turn.written), False)


def test_replies_are_the_answers_of_the_turns_that_have_one() -> None:
    whole, refused, stopped = done(state()), done(), Turn("q", statements=[state()], stopped=True)
    assert replies([whole, Turn("q", error="No."), refused, stopped]) == [whole.answer, refused.answer, stopped.reply]


def test_related_papers_are_shown_once_and_only_if_the_question_asks_for_papers() -> None:
    citation = cite(13, 25, n=2, paper=OTHER)
    listing, fact = done(state(), related=(citation,), intent="papers"), done(state(), related=(cite(n=3),))
    assert related([listing, fact, listing]) == [citation]
    assert related([fact, Turn("q")]) == []


def test_the_nearest_papers_are_those_of_a_refusal_in_the_last_turn() -> None:
    refused = done(nearest=(PAPER, OTHER))
    assert nearest([done(state()), refused]) == (PAPER, OTHER)
    others = [refused, done(state())], [refused, Turn("q")], [done(state(), nearest=(PAPER,))], []
    assert [nearest(turns) for turns in others] == [()] * 4
