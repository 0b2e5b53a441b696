"""Models that think before they answer: what they think is kept apart, and has room of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rag.errors import ModelError
from rag.llm.model import Model
from rag.llm.piece import Piece

from .conftest import MAX_TOKENS, Ask, load, messages
from .server import Server, Stream

THOUGHT, ANSWER = "Owls or bats? Owls.", "Owls hoot."


@pytest.fixture
def model(server: Server) -> Model:
    return load(f"openai-like:{server.url}/v1#owl")


def text(*pieces: str) -> Stream:
    return [{"content": piece} for piece in pieces], "stop"


def field(name: str) -> Stream:
    return [{name: "Owls or "}, {name: "bats? Owls."}, {"content": "Owls "}, {"content": "hoot."}], "stop"


def in_channels(name: str) -> str:
    start = f"<|channel|>{name}<|message|>{THOUGHT}<|end|>"
    return f"{start}<|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>"


FORMS = [
    *(text(f"<{tag}>\n{THOUGHT}\n</{tag}>\n\n{ANSWER}") for tag in ("think", "thinking", "thought", "reasoning")),
    text(f"[THINK]{THOUGHT}[/THINK]{ANSWER}"),
    text(f"<THINK>{THOUGHT}</Think>{ANSWER}"),
    text(*f"<think>{THOUGHT}</think>{ANSWER}"),  # one character at a time
    text(in_channels("analysis")),
    text(*in_channels("commentary")),
    text(f"{ANSWER[:5]}<think>{THOUGHT}</think>{ANSWER[5:]}"),
    field("reasoning_content"),
    field("reasoning"),
    field("thinking"),
]


async def pieces_of(model: Model) -> list[Piece]:
    return [piece async for piece in model.stream(messages(), MAX_TOKENS)]


@pytest.mark.parametrize("form", FORMS)
def test_what_a_model_thinks_is_no_part_of_its_answer(server: Server, model: Model, ask: Ask, form: Stream) -> None:
    server.streams = [form, form]
    assert ask(model).strip() == ANSWER


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_gives_what_a_model_thinks_as_such(server: Server, model: Model, form: Stream) -> None:
    server.streams = [form, form]
    pieces = asyncio.run(pieces_of(model))
    assert "".join(piece.thinking for piece in pieces).strip() == THOUGHT
    assert "".join(piece.text for piece in pieces).strip() == ANSWER
    assert all(bool(piece.text) != bool(piece.thinking) for piece in pieces)


def test_a_model_that_thinks_has_room_for_it_once_that_is_known(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [([{"reasoning": "Well"}], "length"), field("reasoning")]
    assert ask(model) == ANSWER
    assert ask(model)
    first, *later = (chat.max_tokens or 0 for chat in server.chats)
    assert first == MAX_TOKENS
    assert len(later) == 2
    assert all(limit > 2000 for limit in later)


def test_a_reply_at_its_limit_without_text_shows_that_the_model_thinks(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [([], "length"), text(ANSWER)]
    assert ask(model) == ANSWER
    assert (server.chats[1].max_tokens or 0) > 2000


@pytest.mark.parametrize(("content", "limit"), [("\n", MAX_TOKENS), ("", 1)])
def test_a_blank_at_the_limit_does_not_show_that(server: Server, model: Model, content: str, limit: int) -> None:
    server.streams = [([{"content": content}], "length")]
    with pytest.raises(ModelError, match="stopped early: its reply reached the limit of"):
        asyncio.run(model.complete(messages(), limit))
    assert len(server.chats) == 1


def test_the_room_for_thinking_fits_into_the_context(server: Server, ask: Ask) -> None:
    server.models = {"data": [{"id": "owl", "max_model_len": 600}]}
    model = load(f"openai-like:{server.url}/v1#owl")
    server.streams = [field("reasoning")] * 2
    assert ask(model) == ANSWER
    assert MAX_TOKENS + 500 < (server.chats[1].max_tokens or 0) < 600


def test_no_thinking_takes_no_room(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [text(f"<think>\n\n</think>\n\n{ANSWER}")]
    assert ask(model).strip() == ANSWER
    assert len(server.chats) == 1


@pytest.mark.parametrize("form", [f"<think>{THOUGHT}", f"<|channel|>analysis<|message|>{THOUGHT}"])
def test_thoughts_without_an_end_are_no_answer(server: Server, model: Model, ask: Ask, form: str) -> None:
    server.streams = [text(form)] * 2
    with pytest.raises(ModelError, match="gave an empty reply"):
        ask(model)


def test_a_model_that_thinks_up_to_the_limit_is_reported(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [([{"reasoning": "Well"}], "length")] * 2
    with pytest.raises(ModelError, match=r"stopped early: its reply reached the limit of \d,\d{3} tokens"):
        ask(model)


def test_an_answer_may_be_about_the_marks_of_thinking(server: Server, model: Model, ask: Ask) -> None:
    answer = "Owls think between <think> and the end."
    server.streams = [text(*answer)]
    assert ask(model) == answer


UNMARKED = f"{THOUGHT}\n</think>\n\n{ANSWER}"


def test_thoughts_that_have_only_an_end_are_no_answer(server: Server, model: Model) -> None:
    server.streams = [text(*UNMARKED)]
    assert asyncio.run(model.complete(messages(), MAX_TOKENS)).strip() == ANSWER
    server.streams = [text(*UNMARKED)]
    pieces = asyncio.run(pieces_of(model))
    assert "".join(piece.text for piece in pieces).strip() == ANSWER, "from the first piece, once that is known"


def test_thoughts_that_have_only_an_end_and_no_answer_after_it_are_no_answer(server: Server, model: Model) -> None:
    server.streams = [text(f"{THOUGHT}</think>")]
    with pytest.raises(ModelError, match="gave an empty reply"):
        asyncio.run(model.complete(messages(), MAX_TOKENS))


def test_a_model_whose_thinking_only_the_usage_shows_has_room_from_then_on(
    server: Server, model: Model, ask: Ask
) -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 5}}
    server.last = {"usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18, **details}}
    ask(model)
    ask(model)
    first, second = (chat.max_tokens or 0 for chat in server.chats)
    assert (first, second > 2000) == (MAX_TOKENS, True)


def test_a_stream_that_turns_out_to_be_thoughts_is_reported_and_the_next_is_not_taken_for_an_answer(
    server: Server, model: Model
) -> None:
    server.streams = [text("Owls ", "or bats?", "</think>", ANSWER), text(*UNMARKED)]
    with pytest.raises(ModelError, match="showed what it thinks as its answer"):
        asyncio.run(pieces_of(model))
    assert "".join(piece.text for piece in asyncio.run(pieces_of(model))).strip() == ANSWER


def test_such_thoughts_that_are_cut_off_are_no_answer(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [text(UNMARKED), ([{"content": THOUGHT}], "length")]
    asyncio.run(model.complete(messages(), MAX_TOKENS))
    with pytest.raises(ModelError, match="stopped early"):
        ask(model)


def test_such_a_model_may_answer_without_thinking(server: Server, model: Model, ask: Ask) -> None:
    server.streams = [text(UNMARKED)]
    asyncio.run(model.complete(messages(), MAX_TOKENS))
    server.streams = [text(*ANSWER)]
    assert ask(model) == ANSWER


def test_probabilities_are_those_of_the_answer(server: Server, model: Model) -> None:
    server.streams, server.certainty = [text("<think>no?</think>", "yes")] * 2, 0.75
    reply = asyncio.run(model.complete_scored(messages(), MAX_TOKENS))
    assert reply.text == "yes"
    likely: Any = dict(reply.tokens[-1].alternatives)
    assert likely["yes"] == pytest.approx(0.75)
