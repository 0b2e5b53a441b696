"""How long a service asks to be left alone, from the headers of its replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\s*(\d{1,9})(?:\.\d{0,9})?\s*+s?\s*")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds after `now`, a time with a zone, that ``Retry-After`` asks for, as a number or as a date of HTTP.

    If OpenAlex says that the budget of the day is used up, until the next. None if the service asks for nothing.
    """
    value = headers.get("retry-after", "")
    if not value and headers.get("x-ratelimit-remaining") == "0":
        value = headers.get("x-ratelimit-reset", "")
    seconds = _seconds(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000" gives a time without zone
    return max(0.0, (zoned - now).total_seconds())


def interval_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds to wait before the next request, as a reply that is a success says; None if it says nothing.

    Zotero sends ``Backoff``; Crossref the number of requests that it allows in an interval.
    """
    if (backoff := _seconds(headers.get("backoff", ""))) is not None:
        return backoff
    interval = _seconds(headers.get("x-rate-limit-interval", ""))
    limit = _seconds(headers.get("x-rate-limit-limit", ""))
    return interval / limit if interval and limit else None


def spelled(seconds: float) -> str:
    """`seconds` for a message, rounded up to minutes from one minute on: ``45 s``, ``3 min``, ``14 h 53 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(-int(-seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _seconds(text: str) -> float | None:
    found = _SECONDS.fullmatch(text)
    return float(text.strip().rstrip("s")) if found else None
