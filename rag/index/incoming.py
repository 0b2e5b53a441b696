"""What each file is that somebody wants to add: its format, its papers, and what becomes of them in the index."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.index.changes import Changes
from rag.index.differing import Places
from rag.paper import Paper
from rag.sources import Skipped, read
from rag.sources.files import described

_NUMBER = re.compile(r"\d[\d,.]*")
MAX_EXAMPLES_OF_REASON = 5


@dataclass(frozen=True)
class Incoming:
    """A file: the name of its format ("" if it is in none), its papers, and what of it is skipped.

    `note` says what a reader should check, such as a guessed encoding; "" if nothing.
    """

    path: Path
    format: str
    note: str
    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...]

    @property
    def fault(self) -> str:
        """Why nothing of the file can be added; "" if something can."""
        if self.papers:
            return ""
        whole = [one.reason for one in self.skipped if not one.line]
        return whole[0] if whole else "none of its records has a title and an abstract"


@dataclass(frozen=True)
class Outcome:
    """How many papers of a file are `new`, `changed` or the `same` in the index, and how many are in it `twice`.

    Those are also in a file before it, or earlier in the same.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    twice: int = 0


@dataclass(frozen=True)
class Reason:
    """Why some records of a file are skipped: how many, and the first of them."""

    text: str
    records: int
    examples: tuple[str, ...]


def examine(path: Path, columns: Mapping[str, str]) -> Incoming:
    """Reads the file `path`; `columns` are as in `sources.read`."""
    records = list(read(path, columns))
    papers = tuple(one for one in records if isinstance(one, Paper))
    skipped = tuple(one for one in records if isinstance(one, Skipped))
    format_, note = described(path, columns)
    return Incoming(path, format_, note, papers, skipped)


def outcomes(files: Sequence[Incoming], changes: Changes, after: Sequence[Paper]) -> list[Outcome]:
    """What becomes of the papers of each of `files`, where the index then holds the papers `after`."""
    places = Places(after)
    new, changed = ({places.of(paper) for paper in some} for some in (changes.added, changes.changed))
    seen: set[int | None] = set()
    found = []
    for file in files:
        counts: Counter[str] = Counter()
        for paper in file.papers:
            place = places.of(paper)
            known = "new" if place in new else "changed" if place in changed else "same"
            counts["twice" if place in seen and known != "same" else known] += 1
            seen.add(place)
        found.append(Outcome(**counts))
    return found


def reasons(skipped: Sequence[Skipped]) -> list[Reason]:
    """Why records are skipped, the most frequent reason first. Reasons that differ in numbers only are one."""
    groups: dict[str, list[Skipped]] = defaultdict(list)
    for one in skipped:
        groups[_NUMBER.sub("…", _reason(one))].append(one)
    named = [
        Reason(_reason(group[0]) if len({*map(_reason, group)}) == 1 else text, len(group), _examples(group))
        for text, group in groups.items()
    ]
    return sorted(named, key=lambda one: -one.records)


def _reason(one: Skipped) -> str:
    """The reason without what it is about, which follows a colon, unless it is about the whole file."""
    return one.reason.split(": ", 1)[0] if one.line else one.reason


def _examples(group: Sequence[Skipped]) -> tuple[str, ...]:
    lined = [one for one in group if one.line][:MAX_EXAMPLES_OF_REASON]
    return tuple(f"line {one.line:,}: {one.reason.partition(': ')[2] or one.reason}" for one in lined)
