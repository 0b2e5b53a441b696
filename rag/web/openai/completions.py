"""An answer, as a whole and in chunks, as OpenAI's clients read it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rag.answer.types import Effort


class Reply:
    """The reply to one request by the `model` of this id. Its chunks have the usage, if any, after them."""

    def __init__(self, model: str, *, has_usage: bool = False) -> None:
        self.has_usage = has_usage
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}

    def whole(
        self, content: str, annotations: Sequence[Mapping[str, Any]] = (), effort: Effort | None = None
    ) -> dict[str, Any]:
        """The whole answer."""
        message = {"role": "assistant", "content": content, "refusal": None, "annotations": list(annotations)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return self._head | {"object": "chat.completion", "choices": [choice], "usage": _usage(effort)}

    def chunk(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        """What is added to the answer."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._chunk(choices=[choice], **({"usage": None} if self.has_usage else {}))

    def usage(self, effort: Effort | None) -> dict[str, Any]:
        """The chunk after the answer."""
        return self._chunk(choices=[], usage=_usage(effort))

    def _chunk(self, **fields: Any) -> dict[str, Any]:
        return self._head | {"object": "chat.completion.chunk"} | fields


def _usage(effort: Effort | None) -> dict[str, int]:
    """The tokens that a language model read and wrote for an answer; 0 where none was asked."""
    read, wrote = (effort.prompt_tokens, effort.reply_tokens) if effort else (0, 0)
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}
