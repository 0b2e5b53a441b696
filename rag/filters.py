"""Filters that users type in a question: ``year:2020..``, ``author:bengio``, ``source:arxiv``, or "since 2020"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from rag.errors import QuestionError
from rag.papers import one_line, plain

Field = Literal["year", "author", "source"]
EARLIEST, LATEST = 0, 9999  # where a range of years is open
FIRST_PLAIN_YEAR = 1800  # a number below it in plain words is no year
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

_PLAIN = re.compile(
    r"""
    (?P<join> (?<=\w) ,? \s+ (?:and|but) \s+ )?     # goes with what it joins, unless it opens the question
    (?P<written> (?<![\w-])
        (?: (?:(?:that|which) \s+)? (?:(?:is|are|was|were|been) \s+)? (?P<told>published|written|appeared) \s+
            | (?:(?:that|which) \s+)? (?:is|are|was|were) \s+ (?=from\s) )?
        (?: (?:between \s+ (?P<y1>YEAR) \s+ and | from \s+ (?P<y2>YEAR) \s+ (?:to|until|till|through)
                | (?:between|from|in) \s+ (?P<y3>YEAR) \s? [-–] ) \s? (?P<end>YEAR)
            | (?P<word>since|after|before|prior\ to|(?:newer|later|older|earlier)\ than|until|till|in|from) \s+
                (?P<year>YEAR) (?P<on> \s+ onwards?\b | \s+ on (?= \s* (?:[?!.,;)]|$) ) )? )
    )
    (?! [\w%/×'’–-] | [.,]\d )                        # 2048x1024, 2000%, 2012's, 2000.5
    (?! \s* (?:and|or|to|[-–/&,x×]) \s* \d )          # "in 2019 or 2020", "from 2000 to 4000": not one period
    """.replace("YEAR", r"(?:1[89]|20)[0-9]{2}"),
    re.IGNORECASE | re.VERBOSE,
)
_AFTER, _BEFORE = ("after", "newer than", "later than"), ("before", "prior to", "older than", "earlier than")
_DENIED = re.compile(r"(?:\bnot|n['’]t|\bexcept|\bthan|\bnor)\s+$", re.IGNORECASE)
_PAPERS = re.compile(r"\b(papers|articles|works|studies|publications|preprints|research|literature)\s+$", re.IGNORECASE)
# What may come behind a year. Behind a number that counts something comes what it counts: "in 2022 layers".
_FOLLOWS = frozenset(
    """
    about after and are as at because before but by can could did do does for from has have how if in is of on or
    regarding should since that the there to until use used uses using was were what when where which who why will with
    without would
    """.split()
)


@dataclass(frozen=True, slots=True)
class Years:
    """Papers from `first` to `last`, both included. `written` is how the user put it."""

    field: ClassVar[Field] = "year"
    written: str
    first: int
    last: int


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

    def take_plain(match: re.Match[str]) -> str:
        one = _plain(match)
        if one is None or one.written in without:
            return match[0]
        found.append(one)
        return ""

    left = _PLAIN.sub(take_plain, _EXPLICIT.sub(take_explicit, question))
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


def _plain(match: re.Match[str]) -> Years | None:
    """The period that a phrase names, or None where it rather means something else."""
    first, last = _bounds(match)
    this_year = date.today().year  # what is to come is what papers are about, not when they were written
    named = [year for year in (first, last) if year not in (EARLIEST, LATEST)]
    if first > last or max(named) > this_year + 1 or min(named) < FIRST_PLAIN_YEAR or not _is_date(match):
        return None
    return Years(one_line(match["written"]), first, last)


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    """The years that a phrase admits, both ends included."""
    if match["end"]:
        return int(match["y1"] or match["y2"] or match["y3"]), int(match["end"])
    word, year = " ".join(match["word"].lower().split()), int(match["year"])
    if word in _AFTER:
        return year + 1, LATEST
    if word in _BEFORE:
        return EARLIEST, year - 1
    if word in ("until", "till"):
        return EARLIEST, year
    return year, LATEST if word == "since" or match["on"] else year


def _is_date(match: re.Match[str]) -> bool:
    """Whether the number is a date and not a count, told by the words around it, and the phrase is not denied."""
    before, behind = match.string[: match.start("written")], match.string[match.end() :]
    if _DENIED.search(before):
        return False
    follows = re.match(r"\s+(\w+)", behind)
    if follows is None or follows[1].lower() in _FOLLOWS or match["told"] or match["on"]:
        return True
    if (match["word"] or "").lower() == "since":  # nobody counts since
        return True
    return bool(_PAPERS.search(before)) and not follows[1].endswith("s")  # a verb of many, not a noun of many


def _tidy(text: str) -> str:
    """What is left of a question, without the gaps."""
    text = " ".join(re.sub(r"\(\s*\)", "", text).split())
    text = re.sub(r" +(?=[?!.,;:)])", "", text)
    text = re.sub(r"[,;](?=[,;?!.]|$)", "", text)
    return re.sub(r"^[\s,;:.?!]+", "", text)
