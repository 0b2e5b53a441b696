"""The chunks of an answer as server-sent events, and comments while there is none to send."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from rag.answer.types import Working
from rag.export.phrases import progress
from rag.web.openai.writing import AnswerWriter

if TYPE_CHECKING:
    from rag.answer.types import Effort, Event
    from rag.web.openai.completions import Reply

_DONE = "data: [DONE]\n\n"


async def chunks(events: AsyncGenerator[Event], reply: Reply) -> AsyncGenerator[str]:
    """The server-sent events of the answer that `events` make, the first of them once there is one."""
    writer, doing, is_first = AnswerWriter(), "", True
    async with aclosing(events):
        async for event in events:
            if is_first:
                yield data_event(reply.chunk({"role": "assistant", "content": ""}))
                is_first = False
            if text := writer.take(event):
                yield data_event(reply.chunk({"content": text}))
            if isinstance(event, Working) and doing != (doing := progress(event)):
                yield f": {doing}\n\n"
    if writer.content.annotations:
        yield data_event(reply.chunk({"annotations": writer.content.annotations}))
    for chunk in _end(reply, writer.effort):
        yield chunk


async def said_chunks(text: str, reply: Reply) -> AsyncGenerator[str]:
    """The server-sent events of a reply that is just `text`."""
    yield data_event(reply.chunk({"role": "assistant", "content": text}))
    for chunk in _end(reply, None):
        yield chunk


def data_event(data: Mapping[str, Any]) -> str:
    """`data` as a server-sent event without a name."""
    return f"data: {json.dumps(data)}\n\n"


def _end(reply: Reply, effort: Effort | None) -> Iterator[str]:
    yield data_event(reply.chunk({}, "stop"))
    if reply.has_usage:
        yield data_event(reply.usage(effort))
    yield _DONE
