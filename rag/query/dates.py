"""Periods in plain words: "since 2020", "between 2019 and 2021", "published in 2022".

A number that may be a count is left alone: a wrong period hides papers, one that was missed can be typed.
"""

from __future__ import annotations

import re
from datetime import date

from rag.index.filters import EARLIEST, LATEST, YearFilter
from rag.text import one_line

PHRASE = re.compile(
    r"""
    (?: (?<=\w) ,? \s+ (?:and|but) \s+ )?           # goes with what it joins, unless it opens the question
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


def year_filter(match: re.Match[str]) -> YearFilter | None:
    """The period that a match of `PHRASE` names, or None where it rather means something else."""
    first, last = _bounds(match)
    this_year = date.today().year  # what is to come is what papers are about, not when they were written
    named = [year for year in (first, last) if year not in (EARLIEST, LATEST)]
    if first > last or max(named) > this_year + 1 or not _is_date(match):
        return None
    return YearFilter(one_line(match["written"]), first, last)


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    """The years that a phrase admits, both ends included."""
    if match["end"]:
        return int(match["y1"] or match["y2"] or match["y3"]), int(match["end"])
    word, year = match["word"].lower(), int(match["year"])
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
