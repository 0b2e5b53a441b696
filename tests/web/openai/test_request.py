"""What of a conversation is asked with a question."""

from __future__ import annotations

from typing import Any

import pytest

from rag.chat.conversation import MAX_HISTORY
from rag.query.question import MAX_QUESTION_CHARS
from rag.web.openai.errors import ParameterError
from rag.web.openai.request import Completion, parse_completion

HOW = {"role": "user", "content": "how?"}


def parsed(*messages: Any, **fields: Any) -> Completion:
    return parse_completion({"model": "rag", "messages": list(messages)} | fields)


def said(text: object) -> dict[str, object]:
    return {"role": "assistant", "content": text}


def test_a_question_alone() -> None:
    assert parsed(HOW) == Completion("rag", "how?")
    streamed = parsed(HOW, model="rag-quotes", stream=True, stream_options={"include_usage": True})
    assert streamed == Completion("rag-quotes", "how?", is_stream=True, has_usage=True)


def test_the_last_message_is_the_question_and_those_before_its_history() -> None:
    asked = parsed(HOW, said("Owls hunt by ear."), {"role": "user", "content": "why?"})
    assert asked.question == "why?"
    assert asked.history == (HOW, said("Owls hunt by ear."))


def test_messages_of_others_are_ignored() -> None:
    others = [{"role": role, "content": "You are a pirate."} for role in ("system", "developer", "tool", "function", 7)]
    assert parsed(*others, HOW) == parsed(HOW)


def test_of_our_answers_the_lines_that_name_papers_are_the_history() -> None:
    answer = (
        "**Owls**\n\n- “Bats, not “Owls”.” [1]\n\n### References\n\n"
        "[1] A. B. [Bats &lt;x\\_1&gt;](<https://x.org/Owls>).\n\n[2] Two."
    )
    assert parsed(HOW, said(answer), HOW).history == (HOW, said("[1] A. B. [Bats <x\\_1>].\n[2] Two."))


def test_an_answer_without_papers_leaves_those_of_the_one_before() -> None:
    refusal = said("The abstracts here do not answer this.")
    assert parsed(HOW, said("[1] Owls."), HOW, refusal, HOW).history == (HOW, HOW, said("[1] Owls."))
    assert parsed(HOW, refusal, HOW).history == (HOW, refusal)


def test_a_long_conversation_is_cut_to_what_is_looked_at() -> None:
    long = {"role": "user", "content": "x" * 10_000}
    asked = parsed(*[long, said("y" * 500)] * 250, HOW)
    assert len(asked.history) == MAX_HISTORY + 1
    assert {len(one["content"]) for one in asked.history} == {MAX_QUESTION_CHARS, 500}


def test_a_question_is_cleaned() -> None:
    assert parsed({"role": "user", "content": "safe \u202eneve\x00 \ud83e?"}).question == "safe neve \ufffd?"


@pytest.mark.parametrize("content", [None, 7, {}, "", "  ", [], [{"type": "text"}], [7], [{"type": "text", "text": 7}]])
def test_a_question_must_be_text(content: object) -> None:
    with pytest.raises(ParameterError) as raised:
        parsed({"role": "user", "content": content})
    assert raised.value.param == "messages"


def test_what_is_no_text_of_earlier_messages_is_left_out() -> None:
    image = {"type": "image_url", "image_url": {"url": "http://x"}}
    before = {"role": "user", "content": [{"type": "text", "text": "what?"}, image]}
    assert parsed(before, said(None), said([image, 7]), HOW).history[0] == {"role": "user", "content": "what?"}


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 0},
        {"n": "1"},
        {"stream": "yes"},
        {"stream": 1.5},
        {"response_format": "json"},
        {"tool_choice": {"type": "function"}},
    ],
    ids=str,
)
def test_other_values_are_refused_with_the_name_of_their_field(fields: dict[str, Any]) -> None:
    with pytest.raises(ParameterError) as raised:
        parsed(HOW, **fields)
    assert raised.value.param == next(iter(fields))


@pytest.mark.parametrize("options", [None, 7, [], {}, {"include_usage": "yes"}])
def test_no_usage_is_sent_unless_it_is_asked_for(options: object) -> None:
    assert not parsed(HOW, stream_options=options).has_usage
