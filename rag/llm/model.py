"""A language model as the rest of rag uses it, whichever server runs it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from rag.llm import faults
from rag.llm.calls import Call, Endpoint
from rag.llm.endings import BadEnding, CutOff, Endless, NeedsRoom, Silent, UnmarkedThinking
from rag.llm.exchange import Exchange
from rag.llm.importing import import_llama_index
from rag.llm.piece import Piece
from rag.llm.scored import ScoredReply
from rag.llm.usage import Pace, Usage

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

    from rag.llm.server import Server

__all__ = ["Model", "Piece"]  # this module is where both are imported from

MAX_CONTEXT = 8192  # tokens; a longer context takes memory, and no prompt of rag needs it
UNKNOWN_CONTEXT = 4096  # tokens, if the server does not say: a common minimum

_T = TypeVar("_T")
TokenCounter = Callable[[str], Awaitable[int]]


@dataclass(slots=True)
class Line:
    """The calls for one answer, of which none is made after one for which the server let time run out."""

    ending: BadEnding | None = None  # of that call

    @contextmanager
    def held(self) -> Iterator[None]:
        """Notes how the call inside ends. Raises the ending of the call that was the last, if there was one."""
        if self.ending:
            raise self.ending
        try:
            yield
        except (Silent, Endless) as ending:
            self.ending = ending
            raise


@dataclass(frozen=True)
class Model:
    """A language model that can be called from any event loop without blocking it.

    Each call has its own connection: connections belong to an event loop, and only closing the connection, as happens
    when a call is cancelled or a stream is closed early, makes a server stop generating.
    """

    name: str  # to show
    parameters: int | None  # their number, if the server or the model's name says
    context: int  # tokens of prompt and reply together
    endpoint: Endpoint = field(repr=False)
    token_counter: TokenCounter = field(repr=False)
    usage: Usage = field(default_factory=Usage, repr=False)  # of its calls
    line: Line | None = field(default=None, repr=False)  # of the answer that it works on, if it is one

    @property
    def server(self) -> Server:
        """Where it runs."""
        return self.endpoint.server

    @property
    def model_id(self) -> str:
        """Its name on the server."""
        return self.endpoint.model_id

    @property
    def vendor(self) -> str:
        """The vendor that hosts it, such as "openai"; "" for any other server."""
        return self.endpoint.vendor.kind if self.endpoint.vendor.is_hosting else ""

    @property
    def is_hosted(self) -> bool:
        """Whether a vendor on the internet runs it, so that its tokens may cost money."""
        return bool(self.vendor) and not self.server.is_local

    @property
    def pace(self) -> Pace:
        """How fast it reads prompts."""
        return self.endpoint.habits.pace

    @cached_property
    def llm(self) -> LLM:
        """The model for use in a LlamaIndex pipeline, without what its calls through this class are protected from."""
        import_llama_index()
        from rag.llm.llama_index import llama_index_llm

        return llama_index_llm(self.endpoint, self.context)

    def counting(self, usage: Usage) -> Model:
        """The same model for the calls of one answer, which are added to `usage`.

        After a call that ends as the server sends nothing, or without an end, the others end in the same way at once.
        """
        return replace(self, usage=usage, line=Line())

    async def complete(
        self, messages: Sequence[ChatMessage], max_tokens: int, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The reply to `messages`, not blank, of at most `max_tokens` tokens. Raises ModelError.

        A server that can makes the reply JSON that fits `schema`, a JSON schema.
        """
        return (await self._whole(Call(messages, max_tokens, schema))).text

    async def complete_scored(
        self, messages: Sequence[ChatMessage], max_tokens: int, schema: Mapping[str, Any] | None = None
    ) -> ScoredReply:
        """As `complete`, with the probabilities of the reply's tokens if the server gives them. Raises ModelError."""
        return await self._whole(Call(messages, max_tokens, schema, is_scored=True))

    async def stream(self, messages: Sequence[ChatMessage], max_tokens: int) -> AsyncGenerator[Piece]:
        """The reply to `messages` in pieces, as they are generated. Raises ModelError, even after the first piece.

        Close it to stop early (`contextlib.aclosing`): only then does the server stop as well.
        """
        with self._explained():
            call = Call(messages, max_tokens)
            first, exchange, rest = await faults.with_retries(self._with_room, self._start, call)
            async with aclosing(rest):
                for piece in first:
                    yield piece
                async for piece in rest:
                    if exchange.was_thinking:
                        raise UnmarkedThinking
                    yield piece
            if exchange.reply.finish == "length":
                raise CutOff(exchange.limit)

    async def count_tokens(self, text: str) -> int:
        """The number of tokens of `text`: exact if the server can count, else overestimated. Raises ModelError."""
        with self._explained():
            return await faults.with_retries(self._counted, text)

    async def _counted(self, text: str) -> int:
        try:
            async with asyncio.timeout(self.server.timeout):
                return await self.token_counter(text)
        except TimeoutError as fault:
            raise Silent(self.server.timeout) from fault

    async def _whole(self, call: Call) -> ScoredReply:
        with self._explained():
            return await faults.with_retries(self._with_room, self._collect, call)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with faults.explained(self.server), self.line.held() if self.line else nullcontext():
            yield

    async def _with_room(self, attempt: Callable[[Call], Awaitable[_T]], call: Call) -> _T:
        """The result of `attempt`, which is made again if it shows that the model thinks."""
        try:
            return await attempt(call)
        except NeedsRoom:
            self.endpoint.habits.thinks = True
            return await attempt(call)

    async def _collect(self, call: Call) -> ScoredReply:
        exchange = Exchange(self.endpoint, self.context, call, self.usage)
        async for _ in exchange.pieces():
            pass
        return ScoredReply(exchange.text, tuple(exchange.reply.tokens))

    async def _start(self, call: Call) -> tuple[list[Piece], Exchange, AsyncGenerator[Piece]]:
        """The first pieces and the rest: until a reader has seen one that is not blank, the call can be retried."""
        exchange = Exchange(self.endpoint, self.context, call, self.usage)
        first, rest = [], exchange.pieces()
        async for piece in rest:
            first.append(piece)
            if (piece.text + piece.thinking).strip():
                break
        return first, exchange, rest


def parameter_count(text: str) -> int | None:
    """The number of parameters in a size such as "1.5B", or in a model's name such as "qwen2.5:1.5b"."""
    size = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([mb])(?![a-z0-9])", text.lower())
    return round(float(size[1]) * {"m": 1e6, "b": 1e9}[size[2]]) if size else None
