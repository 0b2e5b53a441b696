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
_YEAR = re.compile(
    r"""(?<!\d)([12]\d{3})(?!\d)
    | (?<![\w/.-])((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?![\d/.-]|[^\W\dT])  # 20190301, 201903
    """,
    re.VERBOSE,
)
# What services put where there is no abstract.
_PLACEHOLDER = re.compile(
    r"""\W*(?:no\ abstracts?(?:\ (?:is\ )?(?:available|provided|found|present(?:ed)?|supplied))?
    |abstract\ (?:is\ )?(?:not\ available|unavailable|missing|pending|to\ follow) | abstract | summary
    |n/?a | none | null | nan | not\ available | unavailable | tba | to\ be\ (?:announced|added)
    |an\ abstract\ is\ not\ available(?:\ for\ this\ (?:content|article))?.{0,100}
    |(?:this|the)\ (?:arxiv\ )?(?:paper|article|manuscript|submission|preprint)\ (?:has\ been|was|is)\ (?:now\ )?
        withdrawn\b.{0,300}
    |withdrawn(?:\ by\ .{0,200})?)\W*""",
    re.IGNORECASE | re.VERBOSE,
)
# The heading of an abstract, which copies of it often begin with; "Abstract interpretation is a theory" has none.
_HEADING = re.compile(
    r"""(?:abstract|summary)\s?[:.\u2013\u2014]\s? | (?:abstract|summary)\s-\s | (?-i:ABSTRACT|SUMMARY)\s
    | abstract\s(?=(?-i:We|The|This|These|In|An?|It|Our|Here|Background|Objectives?|Purpose|Aims?|Introduction)\b)""",
    re.IGNORECASE | re.VERBOSE,
)

# The same glued to a text that begins in another way. It is no heading in "Abstract Syntax Trees (ASTs)".
_GLUED_HEADING = re.compile(
    r"""Abstract\s(?=[A-Z])(?!(?:[A-Z][\w-]{1,20}\s){1,4}\(A[A-Z])
    (?!(?:Meaning|Syntax|State|Data|Visual|Reasoning|Argumentation|Interpretation|Algebra)\b)""",
    re.VERBOSE,
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
        title = clean_line(self.title)
        abstract = _without_heading(clean_line(self.abstract), title)
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
    """The first year in `text`, from 1000 to 2100, as in ``2019-05``, ``17.01.2014``, ``1948/07//`` or ``20190501``."""
    found = _YEAR.search(text)
    year = int(found[1] or found[2]) if found else 0
    return year if year in YEARS else None


def _without_heading(abstract: str, title: str) -> str:
    """`abstract` without the heading that it may begin with; "" if it only says that there is none."""
    heading = _HEADING.match(abstract) or ("abstract" not in title.lower() and _GLUED_HEADING.match(abstract))
    text = abstract[heading.end() :] if heading else abstract
    return "" if _PLACEHOLDER.fullmatch(abstract) or _PLACEHOLDER.fullmatch(text) else text


def _bounded(texts: Iterable[str], most: int, longest: int) -> tuple[str, ...]:
    """The distinct non-empty `texts` in order, at most so many and so long."""
    cleaned = (clean_line(text)[:longest] for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:most]
