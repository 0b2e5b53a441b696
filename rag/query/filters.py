"""Parses the filters of a question: ``year:2020..``, ``author:bengio``, ``source:arxiv``, or "since 2020"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Literal

from rag.errors import QuestionError
from rag.index.filters import EARLIEST, LATEST, Filters, NameFilter, YearFilter
from rag.query.dates import OTHER_PHRASE, PHRASE, other_filter, year_filter
from rag.text import clean_line, normalize, one_line

ALL_FILTERS = "*"  # among those that are not to be applied: also what a model takes for a filter
MAX_FILTER_CHARS = 60  # of a filter quoted in an error

_EXAMPLES = {
    "year": "year:2023, year:2023.., year:..2019 or year:2020..2022",
    "author": 'author:bengio or author:"yoshua bengio"',
    "source": 'source:arxiv or source:"my file.jsonl"',
}
_EXPLICIT = re.compile(
    r"""(?:\b(?:by|from|in)\s+)?  # removed with the filter
    (?<![\w"“:/.@-])(?P<written>(?P<field>year|author|source):(?:["“](?P<quoted>[^"“”\n]*)["”]|(?P<bare>\S*)))""",
    re.IGNORECASE | re.VERBOSE,
)
_RANGE = re.compile(r"(?P<year>[0-9]{4})|(?P<first>[0-9]{4})?\.\.(?P<last>[0-9]{4})?")


def parse_filters(question: str, without: Collection[str] = ()) -> tuple[str, Filters]:
    """Splits `question` into its text on one line without filters, which may be empty, and the filters.

    Filters whose `written` is in `without` are ignored: ``year:2020..`` is removed from the text all the same, while
    "since 2020" stays in it as plain words. Raises QuestionError for a malformed filter such as ``year:soon``.
    """
    found: list[YearFilter | NameFilter] = []

    def take_explicit(match: re.Match[str]) -> str:
        parsed, punctuation = _explicit(match)
        if parsed.written not in without:
            found.append(parsed)
        return punctuation

    def take_phrase(match: re.Match[str], parse: Callable[[re.Match[str]], YearFilter | None] = year_filter) -> str:
        period = parse(match)
        if period is None or period.written in without:
            return match[0]
        found.append(period)
        return ""

    question = clean_line(question)  # patterns take time that grows with the square of blanks in a row, or the cube
    text = _EXPLICIT.sub(take_explicit, question)
    text = OTHER_PHRASE.sub(lambda match: take_phrase(match, other_filter), text)
    text = PHRASE.sub(take_phrase, text)
    names = [each for each in found if isinstance(each, NameFilter)]
    filters = Filters(
        years=tuple(each for each in found if isinstance(each, YearFilter)),
        authors=tuple(name for name in names if name.field == "author"),
        sources=tuple(name for name in names if name.field == "source"),
    )
    return question if text == question else _tidy(text), filters


def _explicit(match: re.Match[str]) -> tuple[YearFilter | NameFilter, str]:
    """The filter that a match of `_EXPLICIT` spells, and the punctuation after it, which belongs to the question."""
    value, punctuation = (match["quoted"], "") if match["bare"] is None else _split_punctuation(match["bare"])
    written = one_line(match["written"].removesuffix(punctuation))
    field = match["field"].lower()
    parsed: YearFilter | NameFilter | None
    if field == "year":
        parsed = _parse_years(written, value)
    else:
        parsed = _parse_name("author" if field == "author" else "source", written, value)
    if parsed is None:
        shown = written[:MAX_FILTER_CHARS]
        raise QuestionError(f"“{shown}” is not a valid filter. Write for example: {_EXAMPLES[field]}")
    return parsed, punctuation


def _split_punctuation(bare: str) -> tuple[str, str]:
    """An unquoted value, and the punctuation that ends its clause; two dots belong to a range."""
    value = bare.rstrip("?!,;:).")
    value += ".." if bare.startswith("..", len(value)) else ""
    return value, bare[len(value) :]


def _parse_name(field: Literal["author", "source"], written: str, value: str) -> NameFilter | None:
    text = normalize(value)
    is_unclosed = value[:1] in ('"', "“")
    return NameFilter(field, written, text) if text and not is_unclosed else None


def _parse_years(written: str, value: str) -> YearFilter | None:
    match = _RANGE.fullmatch(value)
    if match is None or value == "..":
        return None
    first = int(match["year"] or match["first"] or EARLIEST)
    last = int(match["year"] or match["last"] or LATEST)
    return YearFilter(written, first, last) if first <= last else None


def _tidy(text: str) -> str:
    """`text` without the gaps that filters left in it."""
    text = " ".join(re.sub(r"\(\s*\)", "", text).split())
    text = re.sub(r" +(?=[?!.,;:)])", "", text)
    text = re.sub(r"[,;](?=[,;?!.]|$)", "", text)
    return re.sub(r"^[\s,;:.?!]+", "", text)
