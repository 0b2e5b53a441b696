"""Replies with the probabilities of their tokens, from the servers that give them."""

from __future__ import annotations

import asyncio

import pytest

from rag.errors import ModelError
from rag.llm.model import Model
from rag.llm.scored import ScoredReply, Token

from .conftest import MAX_TOKENS, load, messages
from .server import Server


def scored(model: Model) -> ScoredReply:
    return asyncio.run(model.complete_scored(messages(), MAX_TOKENS))


def test_a_reply_comes_with_the_probabilities_of_its_tokens(server: Server, spec: str) -> None:
    server.content, server.certainty = "1: yes", 0.75
    found = scored(load(spec))
    assert found.text == "1: yes"
    assert "".join(token.text for token in found.tokens) == "1: yes"
    (yes, likely), (no, unlikely) = found.tokens[-1].alternatives
    assert (yes, no) == (" yes", " no")
    assert (likely, unlikely) == (pytest.approx(0.75), pytest.approx(0.25))
    assert found.tokens[0] == Token("1", (("1", 1.0),))


def test_the_request_is_that_of_any_other_reply(server: Server, spec: str) -> None:
    model = load(spec)
    scored(model)
    asyncio.run(model.complete(messages(), MAX_TOKENS))
    one, other = server.chats
    assert one.messages == other.messages
    assert (one.temperature, one.max_tokens, one.stream) == (other.temperature, other.max_tokens, True)
    assert (one.scored, other.scored) == (True, False)


def test_a_server_that_gives_no_probabilities_still_replies(server: Server, spec: str) -> None:
    server.content = "1: yes"
    assert scored(load(spec)) == ScoredReply("1: yes")
    assert len(server.requests) == 1


def test_a_server_that_rejects_the_request_for_probabilities_is_asked_without(server: Server, spec: str) -> None:
    server.content, server.rejects = "1: yes", {"logprobs": "logprobs are not supported"}
    model = load(spec)
    assert [scored(model), scored(model)] == [ScoredReply("1: yes")] * 2
    assert [chat.scored for chat in server.chats] == [True, False, False], "once only"


@pytest.mark.parametrize("content", ["", None, " \n"])
def test_an_empty_reply_is_an_error(server: Server, spec: str, content: str | None) -> None:
    server.content = content
    with pytest.raises(ModelError, match="empty reply"):
        scored(load(spec))


def test_other_faults_are_retried_and_explained(server: Server, spec: str) -> None:
    server.first = [(503, b"{}", {})]
    assert scored(load(spec)).text
    server.broken = (500, b"{}", {})
    with pytest.raises(ModelError, match=r"failed \(HTTP 500"):
        scored(load(spec))
