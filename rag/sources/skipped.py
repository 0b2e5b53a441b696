"""Records that are not papers, and the limits that every reader enforces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.paper import MAX_ABSTRACT, MAX_TITLE
from rag.text import clean_line

_MAX_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left out, and why. `line` counts from 1; 0 means the whole file."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.path.name}:{self.line}" if self.line else self.path.name
        return clean_line(f"{where}: {self.reason[:_MAX_REASON]}")  # a reason may quote the file


def rejection(title: str, abstract: str) -> str:
    """Why a record with this `title` and `abstract` cannot be a `Paper`; "" if it can."""
    if not title:
        return "no title"
    if not any(c.isalnum() for c in title):  # the key of a paper is its letters and digits: without any, all are equal
        return f"a title without letters and digits: {title[:80]}"
    if len(title) > MAX_TITLE:
        return f"title of {len(title):,} characters, more than {MAX_TITLE:,}: {title[:80]}"
    if not abstract:
        return f"no abstract: {title[:80]}"
    if len(abstract) > MAX_ABSTRACT:
        return f"abstract of {len(abstract):,} characters, more than {MAX_ABSTRACT:,}: {title[:80]}"
    return ""
