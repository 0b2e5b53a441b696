"""The two ends of a connection over pipes. Both are served by daemon threads, for which nobody waits at the end."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from queue import SimpleQueue

MAX_LINE_BYTES = 4_000_000  # of a message
_READ_BYTES = 65_536


class Lines:
    """The lines that arrive at a descriptor.

    A line that is too long is given up to there, so that it is answered as malformed.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = threading.Semaphore()  # for one line: what is not taken yet is not read yet
        threading.Thread(target=self._read, name="reading", daemon=True).start()

    async def __aiter__(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) is not None:
            self._room.release()
            yield line

    def _read(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            line = bytearray()
            while data := _data(self._descriptor):
                *whole, rest = data.split(b"\n")
                for part in whole:
                    self._put(line + part)
                    line.clear()
                line += rest[: max(0, MAX_LINE_BYTES - len(line))]
            self._put(line)
            self._put(None)

    def _put(self, line: bytes | bytearray | None) -> None:
        """Hands over a line, once the one before is taken; None at the end."""
        text = None if line is None else line[:MAX_LINE_BYTES].decode("utf-8", "replace")
        if text is None or text.strip():
            self._room.acquire()
            self._loop.call_soon_threadsafe(self._lines.put_nowait, text)


class Out:
    """Writes to a descriptor, whose other end may read nothing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._texts: SimpleQueue[tuple[bytes, asyncio.Future[None]]] = SimpleQueue()
        threading.Thread(target=self._write, name="writing", daemon=True).start()

    async def write(self, text: str) -> None:
        """Returns when `text` is written. Raises BrokenPipeError if nobody can read it any more."""
        written = self._loop.create_future()
        self._texts.put((text.encode(), written))
        await written

    def _write(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            while True:
                data, written = self._texts.get()
                self._loop.call_soon_threadsafe(_end, written, _written(self._descriptor, data))


def _end(written: asyncio.Future[None], is_whole: bool) -> None:
    if written.done():  # it was cancelled
        return
    if is_whole:
        written.set_result(None)
    else:
        written.set_exception(BrokenPipeError())


def _written(descriptor: int, data: bytes) -> bool:
    """Whether all of `data` could be written."""
    with suppress(OSError):
        while data:
            data = data[os.write(descriptor, data) :]
    return not data


def _data(descriptor: int) -> bytes:
    """What has arrived; nothing at the end, or if it cannot be read."""
    with suppress(OSError):
        return os.read(descriptor, _READ_BYTES)
    return b""
