"""Filters that users type in a question: ``year:2020..``, ``author:bengio``, ``source:arxiv``, or "since 2020"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from rag.errors import QuestionError
from rag.papers import one_line, plain
from rag.periods import EARLIEST, LATEST, PHRASE, Years, period

Field = Literal["year", "author", "source"]
SHOWN = 60  # characters of a malformed filter in its error

_EXAMPLES = {
    "year": "year:2023, year:2023.., year:..2019 or year:2020..2022",
    "author": 'author:bengio or author:"yoshua bengio"',
    "source": 'source:arxiv or source:"my file.jsonl"',
}
_EXPLICIT = re.compile(
    r"""(?:\b(?:by|from|in)\s+)?  # goes with the filter that it leads to
    (?<![\w"“:/.@-])(?P<written>(?P<field>year|author|source):(?:["“](?P<quoted>[^"“”\n]*)["”]|(?P<bare>\S*)))""",
    re.IGNORECASE | re.VERBOSE,
)
_RANGE = re.compile(r"(?P<one>[0-9]{4})|(?P<first>[0-9]{4})?\.\.(?P<last>[0-9]{4})?")


@dataclass(frozen=True, slots=True)
class Named:
    """Papers of an author or source: `text` is its name as `rag.papers.plain` has it, `written` the user's words."""

    field: Literal["author", "source"]
    written: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """All that a question asks of a paper beside its content: every period, every author, any of the sources."""

    years: tuple[Years, ...] = ()
    authors: tuple[Named, ...] = ()
    sources: tuple[Named, ...] = ()

    def __iter__(self) -> Iterator[Years | Named]:
        yield from self.years
        yield from self.authors
        yield from self.sources

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @property
    def period(self) -> tuple[int, int]:
        """The first and last year that all `years` admit; the first is later than the last where none is."""
        firsts, lasts = [years.first for years in self.years], [years.last for years in self.years]
        return max(firsts, default=EARLIEST), min(lasts, default=LATEST)


def parse(question: str, without: Collection[str] = ()) -> tuple[str, Filters]:
    """`question` without the words of its filters, which may leave nothing, and the filters.

    A filter whose `written` is in `without` is not applied: ``year:2020..`` goes from the text all the same, "since
    2020" stays in it as plain words. Raises QuestionError for a malformed explicit filter such as ``year:soon``.
    """
    found: list[Years | Named] = []

    def take_explicit(match: re.Match[str]) -> str:
        one, rest = _explicit(match)
        if one.written not in without:
            found.append(one)
        return rest

    def take_phrase(match: re.Match[str]) -> str:
        one = period(match)
        if one is None or one.written in without:
            return match[0]
        found.append(one)
        return ""

    left = PHRASE.sub(take_phrase, _EXPLICIT.sub(take_explicit, question))
    named = [one for one in found if isinstance(one, Named)]
    filters = Filters(
        years=tuple(one for one in found if isinstance(one, Years)),
        authors=tuple(one for one in named if one.field == "author"),
        sources=tuple(one for one in named if one.field == "source"),
    )
    return question if left == question else _tidy(left), filters


def _explicit(match: re.Match[str]) -> tuple[Years | Named, str]:
    """The filter, and the punctuation behind it, which belongs to the question."""
    value, rest = (match["quoted"], "") if match["bare"] is None else _split(match["bare"])
    written = one_line(match["written"].removesuffix(rest))
    kind = match["field"].lower()
    if kind == "year":
        one: Years | Named | None = _years(written, value)
    else:
        one = _named("author" if kind == "author" else "source", written, value)
    if one is None:
        raise QuestionError(f"“{written[:SHOWN]}” is no filter. Write for example: {_EXAMPLES[kind]}")
    return one, rest


def _split(bare: str) -> tuple[str, str]:
    """A value that is not in quotation marks, and the punctuation that ends its clause: two dots are of a range."""
    value = bare.rstrip("?!,;:).")
    value += ".." if bare.startswith("..", len(value)) else ""
    return value, bare[len(value) :]


def _named(field: Literal["author", "source"], written: str, value: str) -> Named | None:
    text = plain(value)
    return Named(field, written, text) if text and value[0] not in '"“' else None  # a quotation that does not end


def _years(written: str, value: str) -> Years | None:
    match = _RANGE.fullmatch(value)
    if match is None or value == "..":
        return None
    first = int(match["one"] or match["first"] or EARLIEST)
    last = int(match["one"] or match["last"] or LATEST)
    return Years(written, first, last) if first <= last else None


def _tidy(text: str) -> str:
    """What is left of a question, without the gaps."""
    text = " ".join(re.sub(r"\(\s*\)", "", text).split())
    text = re.sub(r" +(?=[?!.,;:)])", "", text)
    text = re.sub(r"[,;](?=[,;?!.]|$)", "", text)
    return re.sub(r"^[\s,;:.?!]+", "", text)
