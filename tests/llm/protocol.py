"""The protocol of OpenAI-compatible servers: requests, and the replies to them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Chat:
    """A request for a reply."""

    model: str
    messages: list[tuple[str, str]]  # role (system, user or assistant) and content
    temperature: float | None
    max_tokens: int | None
    stream: bool
    scored: bool  # whether the probabilities of tokens are asked for
    schema: Json | None


def chat_of(body: Json) -> Chat:
    """The request with this `body`."""
    return Chat(
        body["model"],
        [(message["role"], message["content"]) for message in body["messages"]],
        body.get("temperature"),
        body.get("max_completion_tokens", body.get("max_tokens")),
        body.get("stream", False),
        body.get("logprobs", False),
        body.get("response_format", {}).get("json_schema", {}).get("schema"),
    )


def words(content: str) -> list[str]:
    """The pieces in which a server streams `content`."""
    first, *rest = content.split(" ")
    return [first, *(f" {word}" for word in rest)]


def whole(model: str, content: str | None) -> Json:
    """A reply that is not streamed."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return {"id": "1", "object": "chat.completion", "created": 0, "model": model, "choices": [choice]}


def events(model: str, deltas: Sequence[Json], certainty: float | None = None) -> Iterator[bytes]:
    """The events of a stream of these `deltas`."""
    for delta in deltas:
        choice: Json = {"index": 0, "finish_reason": None, "delta": {"role": "assistant", **delta}}
        if certainty is not None:
            choice["logprobs"] = {"content": logprobs(delta.get("content") or "", certainty)}
        yield event({**_CHUNK, "model": model, "choices": [choice]})


def ending(model: str, finish: str | None, last: Json) -> bytes:
    """The end of a stream: why it ends, and a `last` chunk with usage, if there is something in it."""
    choice = {"index": 0, "finish_reason": finish, "delta": {}}
    end = event({**_CHUNK, "model": model, "choices": [choice]}) if finish else b""
    return end + (event({**_CHUNK, "model": model, "choices": [], **last}) if last else b"")


_CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 0}
DONE = b"data: [DONE]\n\n"


def event(data: Json) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def fault(message: str) -> bytes:
    return event({"error": {"message": message}})


def logprobs(content: str, certainty: float) -> list[Json]:
    """The words of `content` as tokens. Each "yes" or "no" is as probable as `certainty`, the other one else."""
    tokens = []
    for word in re.findall(r" ?\w+|\s|[^\w\s]", content):
        other = {"yes": " no", "no": " yes"}.get(word.strip().lower())
        top = [_logprob(word, certainty), _logprob(other, 1 - certainty)] if other else [_logprob(word, 1.0)]
        tokens.append({**top[0], "top_logprobs": top})
    return tokens


def _logprob(token: str, probability: float) -> Json:
    return {"token": token, "logprob": math.log(probability), "bytes": list(token.encode())}
