"""Filters that users type in a question: ``year:2020..``, ``author:bengio``, ``source:arxiv``, or "since 2020"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from rag.errors import QuestionError
from rag.index.filters import EARLIEST, LATEST, Filters, NameFilter, YearFilter
from rag.query.dates import PHRASE, year_filter
from rag.text import normalize, one_line

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


def parse_filters(question: str, without: Collection[str] = ()) -> tuple[str, Filters]:
    """`question` without the words of its filters, which may leave nothing, and the filters.

    A filter whose `written` is in `without` is not applied: ``year:2020..`` goes from the text all the same, "since
    2020" stays in it as plain words. Raises QuestionError for a malformed explicit filter such as ``year:soon``.
    """
    found: list[YearFilter | NameFilter] = []

    def take_explicit(match: re.Match[str]) -> str:
        one, rest = _explicit(match)
        if one.written not in without:
            found.append(one)
        return rest

    def take_phrase(match: re.Match[str]) -> str:
        one = year_filter(match)
        if one is None or one.written in without:
            return match[0]
        found.append(one)
        return ""

    left = PHRASE.sub(take_phrase, _EXPLICIT.sub(take_explicit, question))
    named = [one for one in found if isinstance(one, NameFilter)]
    filters = Filters(
        years=tuple(one for one in found if isinstance(one, YearFilter)),
        authors=tuple(one for one in named if one.field == "author"),
        sources=tuple(one for one in named if one.field == "source"),
    )
    return question if left == question else _tidy(left), filters


def _explicit(match: re.Match[str]) -> tuple[YearFilter | NameFilter, str]:
    """The filter, and the punctuation behind it, which belongs to the question."""
    value, rest = (match["quoted"], "") if match["bare"] is None else _split(match["bare"])
    written = one_line(match["written"].removesuffix(rest))
    kind = match["field"].lower()
    if kind == "year":
        one: YearFilter | NameFilter | None = _years(written, value)
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


def _named(field: Literal["author", "source"], written: str, value: str) -> NameFilter | None:
    text = normalize(value)
    return NameFilter(field, written, text) if text and value[0] not in '"“' else None  # a quotation that does not end


def _years(written: str, value: str) -> YearFilter | None:
    match = _RANGE.fullmatch(value)
    if match is None or value == "..":
        return None
    first = int(match["one"] or match["first"] or EARLIEST)
    last = int(match["one"] or match["last"] or LATEST)
    return YearFilter(written, first, last) if first <= last else None


def _tidy(text: str) -> str:
    """What is left of a question, without the gaps."""
    text = " ".join(re.sub(r"\(\s*\)", "", text).split())
    text = re.sub(r" +(?=[?!.,;:)])", "", text)
    text = re.sub(r"[,;](?=[,;?!.]|$)", "", text)
    return re.sub(r"^[\s,;:.?!]+", "", text)
