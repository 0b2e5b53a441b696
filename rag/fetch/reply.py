"""A reply of a service: its data, or what it says is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.text import clean_line

_PAGE = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary[^<>]{0,100}>([^<]{1,1000})</summary>|<ERROR>([^<]{1,1000})</ERROR>")
_MAX_DETAIL = 200  # characters of what a service says is wrong


UNEXPECTED = "sent something else than was asked for"


class PassingFaultError(Exception):
    """Why a request failed this time, to follow the name of the service; another try may succeed.

    `retry_after` are the seconds that the service asks to wait.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Reply:
    """The status, the headers (whatever their case) and the unpacked body of a reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people, which proxies and overloaded services send in place of data."""
        return _PAGE.match(self.body) is not None

    def json(self) -> Any:
        """The body as JSON. Raises PassingFaultError if it is not, or not whole."""
        self.check()
        try:
            return json.loads(self.body, strict=False)  # NCBI leaves control characters in
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise PassingFaultError("sent JSON that is damaged or cut off") from None

    def xml(self, root: str) -> str:
        """The text of the body, XML whose outermost element is `root`. Raises PassingFaultError if it is not whole."""
        self.check()
        text = self.body.decode(errors="replace").rstrip()
        if not text.endswith((f"</{root}>", f"<{root}/>")):
            raise PassingFaultError(f"sent XML that is damaged or cut off{self.detail()}")
        return text

    def check(self) -> None:
        """Raises PassingFaultError for a web page, and for nothing at all."""
        if self.is_page:
            raise PassingFaultError("sent a web page in place of data")
        if not self.body.strip():
            raise PassingFaultError("sent an empty reply")

    def detail(self) -> str:
        """What the service says is wrong, after a colon, on one line; "" if it says nothing readable."""
        text = self.body[:100_000].decode(errors="replace")
        found = _SUMMARY.search(text)
        said = (found[1] or found[2]) if found else "" if text.lstrip().startswith("<") else _message(text)
        line = clean_line(said)[:_MAX_DETAIL]
        return f": {line}" if line else ""


def _message(text: str) -> str:
    """The message in `text`, which is JSON or the message itself."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for _ in range(4):  # {"message": [{"message": "…"}]}
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = value.get("message") or value.get("error") or value.get("description")
    return value if isinstance(value, str) else ""
