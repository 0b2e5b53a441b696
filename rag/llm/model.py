"""A language model as the rest of rag knows it, whoever serves it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.llm import faults
from rag.llm.refusal import EmptyReply

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

    from rag.llm.server import Server

MAX_CONTEXT = 8192  # tokens; a longer one costs memory, and no prompt here fills it
UNKNOWN_CONTEXT = 4096  # tokens, of a server that does not tell: the least that is usual

# A reply of at most so many tokens → the LLM that gives it, over a connection that closes with the context.
Connect = Callable[[int], AbstractAsyncContextManager["LLM"]]
Count = Callable[[str], Awaitable[int]]


@dataclass(frozen=True)
class Model:
    """One LlamaIndex LLM, asked without blocking, from any event loop.

    Each call has a connection of its own: it belongs to the loop of the call, and closing it, as when the call is
    cancelled or a stream is closed early, is what makes a server stop writing.
    """

    name: str  # as a reader knows it
    parameters: int | None  # number of weights, where the server or the name tells
    context: int  # tokens that prompt and reply share
    llm: LLM = field(repr=False)  # for a LlamaIndex pipeline of one's own; it would show the key
    server: Server = field(repr=False)
    connect: Connect = field(repr=False)
    tokens: Count = field(repr=False)

    async def complete(self, messages: Sequence[ChatMessage], max_tokens: int) -> str:
        """The reply to `messages`, not blank, of at most `max_tokens` tokens. Raises ModelError."""
        with faults.explained(self.server):
            return await faults.with_retries(self._reply, messages, max_tokens)

    async def stream(self, messages: Sequence[ChatMessage], max_tokens: int) -> AsyncGenerator[str]:
        """The reply to `messages` piece by piece as it is written. Raises ModelError, also after the first piece.

        Who stops early closes it (`contextlib.aclosing`): only then does the server stop as well.
        """
        with faults.explained(self.server):
            first, rest = await faults.with_retries(self._begun, messages, max_tokens)
            async with aclosing(rest):
                yield first
                async for piece in rest:
                    yield piece

    async def count(self, text: str) -> int:
        """Tokens of `text`: exact where the server can tell, else an estimate that errs upwards. Raises ModelError."""
        with faults.explained(self.server):
            return await faults.with_retries(self.tokens, text)

    async def _reply(self, messages: Sequence[ChatMessage], max_tokens: int) -> str:
        async with self.connect(max_tokens) as llm:
            reply = (await llm.achat(messages)).message.content or ""
        if not reply.strip():
            raise EmptyReply
        return reply

    async def _begun(self, messages: Sequence[ChatMessage], max_tokens: int) -> tuple[str, AsyncGenerator[str]]:
        """All up to the first word, and the rest: until a reader has seen something, all may be tried again."""
        rest, first = self._pieces(messages, max_tokens), ""
        async for piece in rest:
            first += piece
            if first.strip():
                return first, rest
        raise EmptyReply

    async def _pieces(self, messages: Sequence[ChatMessage], max_tokens: int) -> AsyncGenerator[str]:
        async with self.connect(max_tokens) as llm:
            async for part in await llm.astream_chat(messages):
                if part.delta:
                    yield part.delta


def parameters(size: str) -> int | None:
    """Number of weights in a `size` like "1.5B", or in a name that holds one, like "qwen2.5:1.5b"."""
    found = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([mb])(?![a-z0-9])", size.lower())
    return round(float(found[1]) * {"m": 1e6, "b": 1e9}[found[2]]) if found else None
