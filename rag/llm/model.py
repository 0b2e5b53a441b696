"""A language model as the rest of rag uses it, whichever server runs it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.llm import faults
from rag.llm.refusal import EmptyReply
from rag.llm.scored import ScoredReply

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

    from rag.llm.server import Server

MAX_CONTEXT = 8192  # tokens; a longer context takes memory, and no prompt of rag needs it
UNKNOWN_CONTEXT = 4096  # tokens, if the server does not say: a common minimum

# The maximum number of tokens of a reply → an LLM, on a connection that is closed with the context.
Connect = Callable[[int], AbstractAsyncContextManager["LLM"]]
TokenCounter = Callable[[str], Awaitable[int]]
# An LLM, messages, and the maximum number of tokens of the reply → the reply with the probabilities of its tokens.
Scorer = Callable[["LLM", Sequence["ChatMessage"], int], Awaitable[ScoredReply]]


@dataclass(frozen=True)
class Model:
    """A LlamaIndex LLM that can be called from any event loop without blocking it.

    Each call has its own connection: connections belong to an event loop, and only closing the connection, as happens
    when a call is cancelled or a stream is closed early, makes a server stop generating.
    """

    name: str  # to show
    parameters: int | None  # their number, if the server or the model's name says
    context: int  # tokens of prompt and reply together
    llm: LLM = field(repr=False)  # for use in a LlamaIndex pipeline; its repr contains the key
    server: Server = field(repr=False)
    connect: Connect = field(repr=False)
    token_counter: TokenCounter = field(repr=False)
    scorer: Scorer | None = field(default=None, repr=False)  # None if the vendor gives no probabilities of tokens

    async def complete(self, messages: Sequence[ChatMessage], max_tokens: int) -> str:
        """The reply to `messages`, not blank, of at most `max_tokens` tokens. Raises ModelError."""
        with faults.explained(self.server):
            return await faults.with_retries(self._complete, messages, max_tokens)

    async def complete_scored(self, messages: Sequence[ChatMessage], max_tokens: int) -> ScoredReply:
        """As `complete`, with the probabilities of the reply's tokens if the server gives them. Raises ModelError."""
        with faults.explained(self.server):
            return await faults.with_retries(self._complete_scored, messages, max_tokens)

    async def stream(self, messages: Sequence[ChatMessage], max_tokens: int) -> AsyncGenerator[str]:
        """The reply to `messages` in pieces, as they are generated. Raises ModelError, even after the first piece.

        Close it to stop early (`contextlib.aclosing`): only then does the server stop as well.
        """
        with faults.explained(self.server):
            first, rest = await faults.with_retries(self._start, messages, max_tokens)
            async with aclosing(rest):
                yield first
                async for piece in rest:
                    yield piece

    async def count_tokens(self, text: str) -> int:
        """The number of tokens of `text`: exact if the server can count, else overestimated. Raises ModelError."""
        with faults.explained(self.server):
            return await faults.with_retries(self.token_counter, text)

    async def _complete(self, messages: Sequence[ChatMessage], max_tokens: int) -> str:
        async with self.connect(max_tokens) as llm:
            reply = (await llm.achat(messages)).message.content or ""
        if not reply.strip():
            raise EmptyReply
        return reply

    async def _complete_scored(self, messages: Sequence[ChatMessage], max_tokens: int) -> ScoredReply:
        if self.scorer:
            try:
                async with self.connect(max_tokens) as llm:
                    reply = await self.scorer(llm, messages, max_tokens)
            except Exception as fault:
                if not faults.is_bad_request(fault):
                    raise
                # Some models, such as OpenAI's that reason, reject any request for probabilities.
            else:
                if not reply.text.strip():
                    raise EmptyReply
                return reply
        return ScoredReply(await self._complete(messages, max_tokens))

    async def _start(self, messages: Sequence[ChatMessage], max_tokens: int) -> tuple[str, AsyncGenerator[str]]:
        """The reply up to its first word, and the rest: until a reader has seen text, the call can be retried."""
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


def parameter_count(text: str) -> int | None:
    """The number of parameters in a size such as "1.5B", or in a model's name such as "qwen2.5:1.5b"."""
    size = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([mb])(?![a-z0-9])", text.lower())
    return round(float(size[1]) * {"m": 1e6, "b": 1e9}[size[2]]) if size else None
