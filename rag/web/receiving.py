"""A file that a browser uploads, while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import IO, TYPE_CHECKING

from rag.errors import SourceError
from rag.index.uploads import MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from fastapi import Request

PATIENCE = 60.0  # seconds to wait for the next part


async def receive(request: Request, body: IO[bytes], room: int) -> None:
    """Writes what the browser sends into `body`.

    Raises SourceError if it has more bytes than a file may have or than there is `room` for, or if it stalls.
    """
    left, stream = min(MAX_UPLOAD_BYTES, room), request.stream()
    while chunk := await _next(stream):
        left -= len(chunk)
        if left < 0:
            raise SourceError(_too_large(room))
        await asyncio.to_thread(body.write, chunk)
    body.seek(0)


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    """The next bytes of an upload, none at its end. Raises SourceError if nothing comes."""
    try:
        return await asyncio.wait_for(anext(stream), PATIENCE)
    except TimeoutError as fault:
        raise SourceError(f"Nothing of the file came for {PATIENCE:g} seconds. Add it again.") from fault


def _too_large(room: int) -> str:
    if room < MAX_UPLOAD_BYTES:
        return "Your files that wait for a rebuild are too large with this one. Rebuild first, then add it again."
    return f"A file has at most {MAX_UPLOAD_BYTES:,} bytes. Split it, then add the parts."
