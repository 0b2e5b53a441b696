"""The protocol of each kind of server: its requests, and the replies to them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Chat:
    """A request for a reply, in a form that does not depend on the dialect."""

    model: str
    messages: list[tuple[str, str]]  # role (system, user or assistant) and content
    temperature: float | None
    max_tokens: int | None
    stream: bool
    scored: bool = False  # whether the probabilities of tokens are asked for


class OpenAI:
    @staticmethod
    def chat(path: str, body: Json) -> Chat:
        messages = [(message["role"], message["content"]) for message in body["messages"]]
        limits = body.get("temperature"), body.get("max_tokens")
        return Chat(body["model"], messages, *limits, body.get("stream", False), body.get("logprobs", False))

    @staticmethod
    def reply(model: str, content: str | None, certainty: float | None = None) -> Json:
        message = {"role": "assistant", "content": content}
        choice: Json = {"index": 0, "finish_reason": "stop", "message": message, "delta": message}
        if certainty is not None:
            choice["logprobs"] = {"content": _logprobs(content or "", certainty)}
        return {"id": "1", "object": "chat.completion", "created": 0, "model": model, "choices": [choice]}

    @classmethod
    def stream(cls, model: str, pieces: list[str]) -> tuple[list[bytes], bytes]:
        return [_event(cls.reply(model, piece)) for piece in pieces], b"data: [DONE]\n\n"

    @staticmethod
    def fault(message: str) -> bytes:
        return _event({"error": {"message": message}})


class Ollama:
    @staticmethod
    def chat(path: str, body: Json) -> Chat:
        messages, options = [(message["role"], message["content"]) for message in body["messages"]], body["options"]
        limits = options.get("temperature"), options.get("num_predict")
        return Chat(body["model"], messages, *limits, body["stream"], body.get("logprobs") or False)

    @staticmethod
    def reply(model: str, content: str | None, certainty: float | None = None, done: bool = True) -> Json:
        message = {"role": "assistant", "content": content}
        scores = {} if certainty is None else {"logprobs": _logprobs(content or "", certainty)}
        return {"model": model, "created_at": "2025-01-01T00:00:00Z", "message": message, "done": done, **scores}

    @classmethod
    def stream(cls, model: str, pieces: list[str]) -> tuple[list[bytes], bytes]:
        return [_line(cls.reply(model, piece, done=False)) for piece in pieces], _line(cls.reply(model, ""))

    @staticmethod
    def fault(message: str) -> bytes:
        return _line({"error": message})


class Anthropic:
    @staticmethod
    def chat(path: str, body: Json) -> Chat:
        messages = [("system", body["system"])]
        messages += [(message["role"], _text(message["content"])) for message in body["messages"]]
        return Chat(body["model"], messages, body.get("temperature"), body["max_tokens"], body["stream"])

    @staticmethod
    def reply(model: str, content: str | None, certainty: float | None = None) -> Json:
        blocks = [] if content is None else [{"type": "text", "text": content}]
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "1", "type": "message", "role": "assistant", "model": model, "content": blocks}
        return {**message, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}

    @classmethod
    def stream(cls, model: str, pieces: list[str]) -> tuple[list[bytes], bytes]:
        begin = _event({"type": "message_start", "message": cls.reply(model, None)})
        begin += _event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
        events = [_event({"type": "content_block_delta", "index": 0, "delta": delta}) for delta in deltas]
        stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
        end = _event({"type": "content_block_stop", "index": 0}) + _event(stop) + _event({"type": "message_stop"})
        return [begin + events[0], *events[1:]], end

    @staticmethod
    def fault(message: str) -> bytes:
        return _event({"type": "error", "error": {"type": "overloaded_error", "message": message}})


class Gemini:
    @staticmethod
    def chat(path: str, body: Json) -> Chat:
        messages = [("system", _text(body["systemInstruction"]["parts"]))]
        roles = {"user": "user", "model": "assistant"}
        messages += [(roles[message["role"]], _text(message["parts"])) for message in body["contents"]]
        model, options = path.split("/")[-1].split(":")[0], body["generationConfig"]
        stream = "streamGenerateContent" in path
        return Chat(model, messages, options.get("temperature"), options["maxOutputTokens"], stream)

    @staticmethod
    def reply(model: str, content: str | None, done: bool = True) -> Json:
        parts = [] if content is None else [{"text": content}]
        candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
        return {"candidates": [candidate | ({"finishReason": "STOP"} if done else {})], "modelVersion": model}

    @classmethod
    def stream(cls, model: str, pieces: list[str]) -> tuple[list[bytes], bytes]:
        return [_event(cls.reply(model, piece, done=False)) for piece in pieces], _event(cls.reply(model, ""))

    @staticmethod
    def fault(message: str) -> bytes:
        return _event({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}})


Dialect = type[OpenAI] | type[Ollama] | type[Anthropic] | type[Gemini]
DIALECTS: Mapping[str, Dialect] = {
    "/v1/chat": OpenAI,
    "/api/chat": Ollama,
    "/v1/messages": Anthropic,
    "/v1beta": Gemini,
}


def dialect_of(path: str) -> Dialect:
    """The dialect of requests to `path`."""
    return next(dialect for start, dialect in DIALECTS.items() if path.startswith(start))


def _logprobs(content: str, certainty: float) -> list[Json]:
    """The words of `content` as tokens. Each "yes" or "no" is as probable as `certainty`, the other one else."""
    tokens = []
    for word in re.findall(r" ?\w+|\s|[^\w\s]", content):
        other = {"yes": " no", "no": " yes"}.get(word.strip().lower())
        top = [_logprob(word, certainty), _logprob(other, 1 - certainty)] if other else [_logprob(word, 1.0)]
        tokens.append({**top[0], "top_logprobs": top})
    return tokens


def _logprob(token: str, probability: float) -> Json:
    return {"token": token, "logprob": math.log(probability), "bytes": list(token.encode())}


def _text(parts: list[Json]) -> str:
    return "".join(part["text"] for part in parts)


def _line(data: Json) -> bytes:
    return json.dumps(data).encode() + b"\n"


def _event(data: Json) -> bytes:
    named = f"event: {data['type']}\n" if "type" in data else ""
    return f"{named}data: {json.dumps(data)}\n\n".encode()
