"""How large a request may be: its address, its headers, and its body, which is counted while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

MAX_BODY_BYTES = 1_000_000
MAX_ADDRESS_BYTES = 16_000
MAX_HEADER_BYTES = 32_000  # of all headers together
BODY_SECONDS = 60.0  # for a body to arrive
UPLOADS = "/uploads"  # takes larger bodies, and bounds them itself
_TOO_LONG = f"A request has at most {MAX_BODY_BYTES:,} bytes."
_TOO_MANY_HEADERS = f"The headers of a request have at most {MAX_HEADER_BYTES:,} bytes. Delete this host's cookies."


def too_large(scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
    """The status and the text of the reply to a request that is too large by what is known before its body arrives."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        return 414, f"An address has at most {MAX_ADDRESS_BYTES:,} bytes."
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return 431, _TOO_MANY_HEADERS
    length = headers.get("content-length", "0")
    if not _is_upload(scope) and length.isascii() and length.isdecimal() and int(length[:20]) > MAX_BODY_BYTES:
        return 413, _TOO_LONG
    return None


def bounded(scope: Scope, receive: Receive) -> Receive:
    """`receive`, which raises HTTPException once a body is too large, whatever its length was said to be.

    A client whose body does not arrive in time has left.
    """
    if _is_upload(scope):
        return receive
    left, until = MAX_BODY_BYTES, asyncio.get_running_loop().time() + BODY_SECONDS
    is_whole = False

    async def counted() -> Message:
        nonlocal left, is_whole
        try:
            async with asyncio.timeout_at(None if is_whole else until):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        is_whole = not message.get("more_body", False)
        left -= len(message.get("body", b""))
        if left < 0:
            from starlette.exceptions import HTTPException

            raise HTTPException(413, _TOO_LONG)
        return message

    return counted


def _is_upload(scope: Scope) -> bool:
    return bool(scope["path"] == UPLOADS and scope["method"] == "POST")
