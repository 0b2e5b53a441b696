"""Replies of a server that are not a success, and the error messages in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.text import one_line

if TYPE_CHECKING:
    import httpx

_MESSAGE_FIELDS = ("error", "message", "detail")  # of different servers
_MAX_DETAIL = 200  # characters of a server's error message to show


class Refused(Exception):
    """A reply whose HTTP status is not a success."""

    def __init__(self, status: int, message: str, detail: str, retry_after: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.message = message  # the server's, "" if there is none
        self.detail = detail  # the message as it can be shown
        self.retry_after = retry_after  # seconds that the server asks to wait


def refusal_of(reply: httpx.Response, key: str) -> Refused:
    """The refusal in `reply`, whose body has been read; `key` is removed from the error message."""
    try:
        message = error_text(reply.json())
    except ValueError:
        message = ""
    try:
        retry_after = float(reply.headers["Retry-After"])
    except (KeyError, ValueError):  # missing, or a date
        retry_after = None
    status = 401 if "API_KEY_INVALID" in reply.text else reply.status_code  # Google answers with 400
    return Refused(status, str(message), shortened(message, key), retry_after)


def error_text(body: Any) -> object:
    """The error message in the JSON `body` of a reply, "" if there is none."""
    if isinstance(body, list):  # of Google
        body = next(iter(body), None)
    if not isinstance(body, dict):
        return ""
    error = next((body[name] for name in _MESSAGE_FIELDS if body.get(name)), "")
    return error.get("message", error) if isinstance(error, dict) else error


def shortened(message: object, key: str) -> str:
    """A server's error `message` as the end of a line, without the `key` that it may repeat."""
    text = str(message)
    return one_line(text.replace(key, "…") if key else text)[:_MAX_DETAIL].rstrip(". ")
