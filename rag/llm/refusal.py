"""A reply that is no success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.text import one_line

if TYPE_CHECKING:
    import httpx

DETAIL = 200  # characters of what a server says of its fault


class EmptyReply(Exception):
    """A reply without a word."""


class Refused(Exception):
    """A reply with a status that is no success."""

    def __init__(self, status: int, detail: str, pause: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail  # what the server says, "" if nothing readable
        self.pause = pause  # seconds that it asks to wait


def refusal_of(reply: httpx.Response, key: str) -> Refused:
    """The refusal that `reply` is, read already; `key` is taken out of what it says."""
    try:
        said = error_text(reply.json())
    except ValueError:
        said = ""
    try:
        pause = float(reply.headers["Retry-After"])
    except (KeyError, ValueError):  # not there, or a date
        pause = None
    status = 401 if "API_KEY_INVALID" in reply.text else reply.status_code  # Google answers 400
    return Refused(status, shortened(said, key), pause)


def error_text(body: Any) -> object:
    """What a server says of its fault in the `body` of a reply, "" if nothing readable."""
    try:
        said = body["error"]
        return said["message"] if isinstance(said, dict) else said
    except (LookupError, TypeError):
        return ""


def shortened(said: object, key: str) -> str:
    """What a server says of its fault, as the end of a line."""
    text = str(said)
    return one_line(text.replace(key, "…") if key else text)[:DETAIL].rstrip(". ")
