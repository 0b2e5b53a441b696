"""Bounds of what a server may send, so that no reply runs for ever, fills the memory, or blocks the event loop."""

from __future__ import annotations

from dataclasses import dataclass

_BYTES_PER_TOKEN = 2048  # of a streamed reply: a piece, or ten alternatives with their probabilities
_SECONDS_PER_TOKEN = 0.5  # slower than 2 tokens a second no reader waits
_MIN_SIZE, _MAX_EVENT, _MAX_BODY = 256 * 1024, 128 * 1024, 4 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reply may take at most."""

    seconds: float  # from its first bytes to its end, without the time that its reader takes
    size: int = _MAX_BODY  # bytes
    event: int = _MAX_BODY  # bytes of one event of a stream; to split them takes time that grows with its square


def bounds_of_stream(tokens: int, timeout: float) -> Bounds:
    """The bounds of a streamed reply of at most `tokens`, whose next part is waited for `timeout` seconds."""
    return Bounds(timeout + _SECONDS_PER_TOKEN * tokens, _MIN_SIZE + _BYTES_PER_TOKEN * tokens, _MAX_EVENT)
