"""The body of a reply within its bounds."""

from __future__ import annotations

import asyncio
import codecs
import time
from collections.abc import AsyncIterator

import httpx

from rag.llm.bounds import Bounds
from rag.llm.endings import Endless

_PART = 4096  # bytes that are decoded before other tasks get their turn
_DONE = b"[DONE]"
_EVENT_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n")


class BoundedStream(httpx.AsyncByteStream):
    """The bytes of `stream` as valid UTF-8, in small parts, up to the `bounds`. Raises `Endless` beyond them."""

    def __init__(self, stream: httpx.AsyncByteStream, bounds: Bounds) -> None:
        self._stream, self._bounds = stream, bounds
        self._size = self._event = 0
        self._tail = b""
        self._seconds = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the last line is the one with which an OpenAI-compatible server ends a stream."""
        return _DONE in self._tail

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        begin = 0.0
        async for chunk in self._stream:
            self._wait(time.monotonic() - begin if begin else 0.0)
            for start in range(0, len(chunk), _PART):
                part = chunk[start : start + _PART]
                self._count(part)
                yield decode(part).encode()
                await asyncio.sleep(0)
            begin = time.monotonic()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _wait(self, seconds: float) -> None:
        self._seconds += seconds
        if self._seconds > self._bounds.seconds:
            raise Endless(f"{self._bounds.seconds:g} s")

    def _count(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._bounds.size:
            raise Endless(f"{self._bounds.size:,} bytes")
        joined = self._tail + part
        end = max(joined.rfind(ending) + len(ending) if ending in joined else 0 for ending in _EVENT_ENDS)
        self._event = len(joined) - end if end else self._event + len(part)
        if self._event > self._bounds.event:
            raise Endless(f"{self._bounds.event:,} bytes in one event")
        self._tail = joined[-32:]
