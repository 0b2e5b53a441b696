"""One call of a model, from the request to the end of its streamed reply."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from rag.llm.bounds import bounds_of_stream
from rag.llm.calls import Call, Endpoint
from rag.llm.endings import BrokeOff, CutOff, EmptyReply, NeedsRoom, NotAStream, Silent
from rag.llm.options import Fields
from rag.llm.piece import Piece
from rag.llm.reply import Reply
from rag.llm.tokens import estimated_tokens
from rag.llm.usage import Usage

if TYPE_CHECKING:
    import httpx
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

_TELLING_LIMIT = 4  # tokens of which none is text, from which a model is taken to think: fewer can be a blank


class Exchange:
    """A `call` of the model at `endpoint`, which has so many tokens of `context`; it is added to `usage`."""

    def __init__(self, endpoint: Endpoint, context: int, call: Call, usage: Usage) -> None:
        self._endpoint, self._call, self._usage = endpoint, call, usage
        self._has_room = endpoint.habits.thinks
        self._began_unmarked = endpoint.habits.unmarked
        self._dropped = False  # whether what was taken for text was dropped, as it was thinking
        self.limit = endpoint.limit(call, context)  # tokens
        self.reply = Reply(self.limit, self._began_unmarked)
        self.text = ""  # of the reply so far, without what the model thinks

    @property
    def was_thinking(self) -> bool:
        """Whether text that was taken for the answer turned out to be what the model thinks."""
        return self.reply.unmarked and not self._began_unmarked

    async def pieces(self) -> AsyncGenerator[Piece]:
        """The pieces of the reply, as they arrive, of which one at least has text.

        Raises NeedsRoom, before any text, if the model thinks and was left no tokens to do so; EmptyReply, CutOff or
        BrokeOff after the pieces.
        """
        try:
            async with aclosing(self._arriving()) as arriving:
                async for piece in arriving:
                    if piece.thinking.strip() and not (self._has_room or self.text.strip()):
                        raise NeedsRoom
                    yield self._noted(piece)
        finally:
            self._add_usage()
        self._check_end()

    async def _arriving(self) -> AsyncGenerator[Piece]:
        server = self._endpoint.server
        async with server.client(bounds_of_stream(self.limit, server.timeout)) as http:
            stream = await self._opened(http)
            async with aclosing(self._chunks(stream)) as chunks:
                async for chunk in chunks:
                    for piece in self.reply.add(chunk):
                        yield piece
            if not (self.reply.finish or getattr(stream.response.stream, "is_done", False)):
                raise BrokeOff if self.reply.chunks else NotAStream
            for piece in self.reply.end():
                yield piece

    async def _chunks(self, stream: AsyncStream[ChatCompletionChunk]) -> AsyncGenerator[ChatCompletionChunk]:
        """The chunks of `stream`. Raises Silent if none says something for as long as the server's timeout.

        Comments of a server that keeps the connection open are no chunks, and the time that the reader takes does not
        count.
        """
        timeout, waited, arriving = self._endpoint.server.timeout, 0.0, aiter(stream)
        while True:
            start, telling = time.monotonic(), self.reply.telling
            try:
                async with asyncio.timeout(timeout - waited):
                    chunk = await anext(arriving)
            except StopAsyncIteration:
                return
            except TimeoutError as fault:
                raise Silent(timeout) from fault
            waited += time.monotonic() - start
            yield chunk
            waited = 0.0 if self.reply.telling > telling else waited

    async def _opened(self, http: httpx.AsyncClient) -> AsyncStream[ChatCompletionChunk]:
        """The stream of the reply, once the server has accepted the request."""
        import httpx
        from openai import AsyncOpenAI

        end, timeout = self._endpoint, self._endpoint.server.timeout
        # Any byte would end a wait of httpx for the next ones, so that is left out.
        unread = httpx.Timeout(timeout, connect=http.timeout.connect, read=None)
        client = AsyncOpenAI(
            api_key=end.server.key or "none",
            base_url=end.server.url,
            max_retries=0,
            timeout=unread,
            http_client=http,
        )
        create = client.chat.completions.create  # which is imported here, before the wait for the server begins
        messages: Any = [{"role": one.role.value, "content": one.content} for one in self._call.messages]

        async def request(fields: Fields) -> AsyncStream[ChatCompletionChunk]:
            self.reply = Reply(self.limit, self._began_unmarked)
            async with asyncio.timeout(timeout + (http.timeout.connect or 0.0)):
                return await create(model=end.model_id, messages=messages, stream=True, extra_body=fields)

        try:
            return await end.habits.options.send(end.wanted(self._call, self.limit), request)
        except TimeoutError as fault:
            raise Silent(timeout) from fault

    def _noted(self, piece: Piece) -> Piece:
        self._drop_thoughts()
        if piece.thinking.strip():
            self._endpoint.habits.thinks = True
        self.text += piece.text
        return piece

    def _drop_thoughts(self) -> None:
        habits = self._endpoint.habits
        if self.was_thinking and not self._dropped:
            habits.thinks = habits.unmarked = self._dropped = True
            self.text = ""

    def _check_end(self) -> None:
        self._drop_thoughts()
        if self.reply.thought_unseen:
            self._endpoint.habits.thinks = True
        if self.text.strip():
            return
        if self.reply.finish != "length":
            raise EmptyReply
        thought = not (self._has_room or self.text) and self.limit >= _TELLING_LIMIT
        raise NeedsRoom if thought else CutOff(self.limit)

    def _add_usage(self) -> None:
        reply, usage = self.reply, self._usage
        if not reply.chunks:
            return
        prompt_tokens = reply.prompt_tokens or estimated_tokens(self._call.prompt)
        if reply.finish:
            self._endpoint.habits.pace.measure(prompt_tokens - reply.cached_tokens, reply.wait)
        usage.calls += 1
        usage.prompt_tokens += prompt_tokens
        usage.reply_tokens += reply.reply_tokens or estimated_tokens(self.text)
        usage.thinking_seconds += reply.thinking_seconds
