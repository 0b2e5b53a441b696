"""A record as a reader finds it → a `Paper`, or why it is none. Every reader ends here, so the limits hold for all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rag.paper import Paper
from rag.sources.skipped import Skipped, rejection
from rag.text import clean_line

MAX_AUTHORS, MAX_NAME = 5_000, 200  # the longest list of authors known has 5,154 names (Aad et al. 2015)
MAX_IDS, MAX_ID = 50, 300
MAX_URL = 2_000
YEARS = range(1000, 2101)

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")
# What services put where there is no abstract.
_PLACEHOLDER = re.compile(
    r"""\W*(?:no\ abstracts?(?:\ (?:is\ )?(?:available|provided|found|present(?:ed)?|supplied))?
    |abstract\ (?:is\ )?(?:not\ available|unavailable|missing|pending|to\ follow) | abstract | summary
    |n/?a | none | null | nan | not\ available | unavailable | tba | to\ be\ (?:announced|added)
    |an\ abstract\ is\ not\ available(?:\ for\ this\ (?:content|article))?.{0,100})\W*""",
    re.IGNORECASE | re.VERBOSE,
)
# The heading of an abstract, which copies of it often begin with; "Abstract interpretation is a theory" has none.
_HEADING = re.compile(
    r"""(?:abstract|summary)\s?[:.\u2013\u2014]\s? | (?:abstract|summary)\s-\s | (?-i:ABSTRACT|SUMMARY)\s
    | abstract\s(?=(?-i:We|The|This|These|In|An?|It|Our|Here|Background|Objectives?|Purpose|Aims?|Introduction)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


class Origin(Protocol):
    """What a record comes from: a `TextFile`, or the replies of a service."""

    @property
    def path(self) -> Path: ...

    @property
    def name(self) -> str: ...


@dataclass(slots=True)
class Record:
    """The fields of a record, in plain text that may still have line ends, and the `line` where it begins.

    `key` is what the file calls it, to name it by if it has no title. `ids` come from `rag.sources.identifiers`.
    """

    line: int = 0
    title: str = ""
    abstract: str = ""
    authors: Iterable[str] = ()
    year: int | None = None
    ids: Iterable[str] = ()
    url: str = ""
    key: str = ""
    source: str = ""
    digest: bool = field(default=False)

    def finished(self, file: Origin) -> Paper | Skipped:
        """The record as a `Paper`, cleaned and bounded; a `Skipped` if it has no title or no abstract."""
        title, abstract = clean_line(self.title), clean_line(self.abstract)
        if heading := _HEADING.match(abstract):
            abstract = abstract[heading.end() :]
        if _PLACEHOLDER.fullmatch(abstract):
            abstract = ""
        if reason := rejection(title, abstract):
            named = f"{reason}: {clean_line(self.key)[:80]}" if reason == "no title" and self.key else reason
            return Skipped(file.path, self.line, named)
        url = clean_line(self.url)
        return Paper(
            title=title,
            abstract=abstract,
            authors=_bounded(self.authors, MAX_AUTHORS, MAX_NAME),
            year=self.year if self.year in YEARS else None,
            ids=_bounded(self.ids, MAX_IDS, MAX_ID),
            url=url if len(url) <= MAX_URL and _WEB_ADDRESS.fullmatch(url) else "",
            source=clean_line(self.source)[:MAX_NAME] or file.name,
            digest=self.digest,
        )


def year_in(text: str) -> int | None:
    """The first year in `text`, four digits from 1000 to 2100, as in ``2019-05``, ``17.01.2014`` or ``1948/07//``."""
    found = _YEAR.search(text)
    return int(found[1]) if found and int(found[1]) in YEARS else None


def _bounded(texts: Iterable[str], most: int, longest: int) -> tuple[str, ...]:
    """The distinct non-empty `texts` in order, at most so many and so long."""
    cleaned = (clean_line(text)[:longest] for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:most]
