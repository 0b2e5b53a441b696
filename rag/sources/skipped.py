"""What a reader could not use, and what it may not let through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.papers import MAX_ABSTRACT, MAX_TITLE, one_line


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is not in the collection, and why. `line` counts from 1; 0 is the whole file."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        name = clean(self.path.name)
        return f"{name}:{self.line}: {self.reason}" if self.line else f"{name}: {self.reason}"


def clean(text: str) -> str:
    """`text` from JSON, or the name of a file, on one line, as a file and a database can store it."""
    # JSON can spell half of a surrogate pair, and Python gives one for each byte of a name that is no text: nothing can
    # store it, so it becomes "?".
    return one_line(text.encode(errors="replace").decode())


def fault(title: str, abstract: str) -> str:
    """The reason why a record of this `title` and `abstract` cannot be a `Paper`, or "" when it can."""
    if not any(c.isalnum() for c in title):  # identity is made of letters and digits: without any, all look alike
        return "no title"
    if len(title) > MAX_TITLE:
        return f"title of {len(title):,} characters, more than {MAX_TITLE:,}: {title[:80]}"
    if not abstract:
        return f"no abstract: {title[:80]}"
    if len(abstract) > MAX_ABSTRACT:
        return f"abstract of {len(abstract):,} characters, more than {MAX_ABSTRACT:,}: {title[:80]}"
    return ""
