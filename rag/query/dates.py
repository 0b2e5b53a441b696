"""Finds periods in plain words: "since 2020", "between 2019 and 2021", "published in 2022".

A number that may be a count is left alone: a wrong period hides papers, while a missed one can be typed as a filter.
"""

from __future__ import annotations

import re
from datetime import date

from rag.index.filters import EARLIEST, LATEST, YearFilter
from rag.text import one_line

PHRASE = re.compile(
    r"""
    (?: (?<=\w) ,? \s+ (?:and|but) \s+ )?           # removed with the phrase, unless it opens the question
    (?P<clause> (?<![\w-])
        (?: (?:(?:that|which) \s+)? (?:(?:is|are|was|were|been) \s+)? (?=(?:published|written|appeared)\s)
            | (?:(?:that|which) \s+)? (?:is|are|was|were) \s+ (?=from\s) )?
        (?P<written> (?: (?P<verb>published|written|appeared) \s+ )?
        (?: (?:between \s+ (?P<y1>YEAR) \s+ and | from \s+ (?P<y2>YEAR) \s+ (?:to|until|till|through)
                | (?:between|from|in) \s+ (?P<y3>YEAR) \s? [-–] ) \s? (?P<end>YEAR)
            | (?P<word>since|after|before|prior\ to|(?:newer|later|older|earlier)\ than|until|till|in|from) \s+
                (?:the\s+year\s+)? (?P<year>YEAR) (?P<open> \s+ onwards?\b | \s+ on (?= \s* (?:[?!.,;)]|$) ) )? ) )
    )
    (?! [\w%/×'’–-] | [.,]\d )                        # 2048x1024, 2000%, 2012's, 2000.5
    (?! \s* (?:and|or|to|[-–/&,x×]) \s* \d )          # "in 2019 or 2020" and "from 2000 to 4000" are no periods
    """.replace("YEAR", r"(?:1[89]|20)[0-9]{2}"),
    re.IGNORECASE | re.VERBOSE,
)
# Periods in other words: "2022 papers", "2021 or later", "the last two years", "this year".
OTHER_PHRASE = re.compile(
    r"""
    (?P<written>
        (?<![\w.-]) (?P<of>YEAR) (?= \s+ (?:papers|articles|works|studies|publications|preprints|literature)\b )
        | (?: (?:published|from|in|since) \s+ )? (?<![\w.-]) (?P<bound>YEAR) \s+
            (?: or\s+ (?P<side>later|newer|after|onwards?|earlier|older|before)
                | and\s+ (?P<also>later|newer|onwards?|earlier|older) ) \b
        | (?: (?:published\s+)? (?:in|from|over|during|within) \s+ )? \b the \s+ (?:last|past|previous)
            \s+ (?: (?P<count>COUNT) \s+ years\b | year\b )
        | (?: (?:published\s+)? (?:in|from) \s+ )? \b (?P<which>this|last) \s+ year\b
    ) (?! [\w'’-] | \s+ of\b )
    """.replace("YEAR", r"(?:1[89]|20)[0-9]{2}").replace(
        "COUNT", r"[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten|few"
    ),
    re.IGNORECASE | re.VERBOSE,
)
_COUNTS = {word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)} | {"few": 3}
_AFTER, _BEFORE = ("after", "newer than", "later than"), ("before", "prior to", "older than", "earlier than")
_NEGATED = re.compile(r"(?:\bnot|n['’]t|\bexcept|\bthan|\bnor)\s+$", re.IGNORECASE)
_PAPERS = re.compile(r"\b(papers|articles|works|studies|publications|preprints|research|literature)\s+$", re.IGNORECASE)
# Words that may follow a year. A count is followed by what it counts: "in 2022 layers".
_AFTER_YEAR = frozenset(
    """
    about after and are as at because before but by can could did do does for from has have how if in is of on or
    regarding should since that the there to until use used uses using was were what when where which who why will with
    without would
    """.split()
)


def year_filter(match: re.Match[str]) -> YearFilter | None:
    """The period that a match of `PHRASE` names, or None if it is likely to mean something else."""
    first, last = _bounds(match)
    named = [year for year in (first, last) if year not in (EARLIEST, LATEST)]
    is_future = max(named) > date.today().year + 1
    if first > last or (is_future and not _is_of_papers(match)) or not _is_date(match):
        return None
    return YearFilter(one_line(match["written"]), first, last)


def other_filter(match: re.Match[str]) -> YearFilter:
    """The period that a match of `OTHER_PHRASE` names. "The last two years" are the years before this one, and it."""
    written, now = one_line(match["written"]), date.today().year
    if match["of"]:
        return YearFilter(written, int(match["of"]), int(match["of"]))
    if match["bound"]:
        year = int(match["bound"])
        is_first = (match["side"] or match["also"]).lower() in ("later", "newer", "after", "onward", "onwards")
        return YearFilter(written, year, LATEST) if is_first else YearFilter(written, EARLIEST, year)
    if match["which"]:
        year = now - (match["which"].lower() == "last")
        return YearFilter(written, year, year)
    count = (match["count"] or "1").lower()
    return YearFilter(written, now - (_COUNTS.get(count) or int(count)), LATEST)


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    """The first and last year that a phrase allows."""
    if match["end"]:
        return int(match["y1"] or match["y2"] or match["y3"]), int(match["end"])
    word, year = match["word"].lower(), int(match["year"])
    if word in _AFTER:
        return year + 1, LATEST
    if word in _BEFORE:
        return EARLIEST, year - 1
    if word in ("until", "till"):
        return EARLIEST, year
    return year, LATEST if word == "since" or match["open"] else year


def _is_of_papers(match: re.Match[str]) -> bool:
    """Whether a year to come is when papers are published, of which there are none, rather than what they are about."""
    of_papers = _PAPERS.search(match.string[: match.start("clause")])
    return bool((match["word"] or "").lower() == "since" or match["verb"] or of_papers)


def _is_date(match: re.Match[str]) -> bool:
    """Whether the words around the number make it a date rather than a count, and do not negate it."""
    before, after = match.string[: match.start("clause")], match.string[match.end() :]
    if _NEGATED.search(before):
        return False
    next_word = re.match(r"\s+(\w+)", after)
    if next_word is None or next_word[1].lower() in _AFTER_YEAR or match["verb"] or match["open"]:
        return True
    if (match["word"] or "").lower() == "since":  # never precedes a count
        return True
    return bool(_PAPERS.search(before)) and not next_word[1].endswith("s")  # a verb, rather than a plural noun
