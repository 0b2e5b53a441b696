"""The values in a text, found by their form: "92.3 %", "1.2 million", "3×", "30 fps", "5–10 ms", "< 0.05"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.answer.measurements.units import CURRENCIES, UNITS, Dimension, Unit

_DIGITS = r"(?:\d{1,3}(?:[,\u2009\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_POWER = r"(?:\s?[×x·*]\s?10\s?(?:\^\s?[-−–]?|[-−–])\d{1,3}(?!\d)|[eE][-−+]?\d+(?!\w))"
_ONE = rf"(?:10\^[-−]?\d+|(?:[+\-−±](?=[\d.]))?{_DIGITS}{_POWER}?)"
_SCALES: Mapping[str, float] = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9,
    "T": 1e12,
}  # fmt: skip
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)).replace(r"\ ", r"\s")
_VALUE = re.compile(
    rf"""
    (?: (?P<about>[~<>≤≥]\s?) | (?<![\w.\-–/@#^_&’']) ) (?P<currency>(?:US)?[{CURRENCIES}](?=\d))?
    (?P<number>{_ONE})
    (?: \s?(?:±|\+/-|\+-)\s? {_DIGITS} | \+(?=\s) )?
    (?P<more> (?: %|[kKMBT](?=\sto\s)|\s(?:thousand|million|billion|trillion)(?=\sto\s)|\s?(?:{_UNIT})(?!\w) )?
        (?:\s?(?:->|→|[–−~-])\s?|\sto\s) (?P<last>{_ONE})(?![\w.-]*[A-Za-z]{{3}}) )?
    (?P<scale> \s(?i:thousand|million|billion|trillion)\b | [kKMBT](?![\w]) | \s[kM](?=\s[a-z-]+s\b) )?
    (?: [\s~-]? (?: (?<=\s)(?P<score>[A-Z][\w-]{{0,15}}\s)(?=points\b) )?
        (?P<unit>%-?p(?!\w)|%|×|(?<=-)point(?!\w)|(?:{_UNIT})(?![\w²³]|\sof\sfreedom))
        (?P<per>(?:/|\sper\s)\s?(?:{_UNIT}|[a-z]{{2,}})[23]?(?!\w))? (?!-[A-Za-z]) )?
    """,
    re.VERBOSE,
)
# "two thirds", "two hundred": the word is only a part of the number.
_LARGER = "hundred|thousand|million|billion|dozen|thirds|quarters|fourths|fifths|sixths|eighths|tenths|hundredths"
_SPELLED = re.compile(
    rf"(?<![\w-])(?<!hundred\s)(?<!hundred\sand\s)(?P<word>{'|'.join(_WORDS)})(?:\s(?P<unit>{_UNIT}))?(?=\s)(?!\s(?:{_LARGER}))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DATED = re.compile(
    r"(?:\b(?:in|since|of|until|by|during|from|and|to|year|before|after|through|early|late|mid|around|[A-Z][\w-]*)|[(’'–-])"
    r"\s?$"
)
_REFERENCE = re.compile(
    r"(?:\b(?:(?:eqs?|figs?|secs?|refs?|no|vol|chap|tab|appendix|ch)\.?|pp?\.)|\[[\d,\s–-]*|\barxiv:?|\bdoi:?|https?:\S*)\s?$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|[\s(\-/–.,;])(?P<word>[A-Za-z][\w.+/–-]{0,39})\s$")  # what the number may be the name of
_FOLLOWED = re.compile(r"\s?(?:[ap]\.?m\b|o['’]clock)|[-–—'’]?[A-Za-z\d_]|\.\d|[*^_]|\s?-\s?shot|:\d|%?/\d")
_SHORT_FORM = re.compile(r"[A-Z][A-Z\d]{1,4}")
_INTERVAL = re.compile(r"\s?[(\[]\s?\d\d(?:\.\d)?\s?%\s?(?:CI|C\.I\.|confidence\sinterval)[^()\[\]]{1,40}[)\]]")
_CONFIDENCE = re.compile(r"\s?(?:CI|C\.I\.|confidence)")
_UNIT_NAMES = {"point": "points", "%p": "points", "%-p": "points"}
_TIMES_NUMBER = re.compile(r"\s?(?:×|x|\*|times)\s?\d")
_NUMBER_TIMES = re.compile(r"(?:\d\s?[a-zµ]{0,3}\s?(?:×|x|\*|times)|×)\s?$")
_LIST_MARK = re.compile(r"^(?:[).:\]]|\s?\))")
_FORMULA = re.compile(r"\$[^$]{1,200}\$")
_BOUND = re.compile(
    r"(?:^|\s)(?P<bound>up\sto|at\s(?:least|most)|(?:no\s)?(?:more|less|fewer|greater|higher|lower|better)\sthan|nearly|almost|about|approximately|roughly"
    r"|around|as\s(?:much|little|many|few|high|low|fast)\sas|exceed\w*|over|under|above|below)\s(?:an?\s)?$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:\b(?:of|by|to|at|in|an?|with|than|reach\w*|hold\w*|achiev\w*|tak\w+|need\w*|requir\w+))\s(?:over|under)\s(?:an?\s)?$",
    re.IGNORECASE,
)
_DIMENSIONAL = re.compile(r"(?:\s(?:and|or|to)\s\w+)?[\s-]dimensional", re.IGNORECASE)
_JOINED = re.compile(r"(?<=\d)(?=[a-z]{4})")  # "200times"
_GROUPED = re.compile(r",\s\d{3}(?![\d.])|\s\d+(?![\d.])")  # "10 000", "10, 000", "1 2" of a lost fraction
_LISTED = re.compile(r"\s?(?:,|,?\s(?:and|or)|&)\s(?:up to\s|about\s)?")
_FACTOR = re.compile(
    r"\bfactors?\sof\s(?:about\s|up\sto\s|approximately\s|over\s|more\sthan\s|around\s|~\s?)?$", re.IGNORECASE
)
# Things that are numbered rather than counted.
_NUMBERED_THINGS = frozenset(
    "type phase stage grade level class day week month year group step task section table figure version track part "
    "chapter question number category tier round season episode experiment site session line rank".split()
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written: ``text[start:end]``; `number` in `unit`, of a range the last one.

    `is_word` where the number is spelled, `is_range` where there are two, as in "5–10 ms". `bound` are the words before
    it that say how exact it is, or that it is a bound: "up to", "at least", "about"; `interval` is what
    belongs behind it: a confidence interval in brackets, or the unit that it shares with a later value.
    """

    start: int
    end: int
    number: float
    unit: Unit
    text: str
    is_word: bool = False
    is_range: bool = False
    bound: str = ""
    interval: str = ""

    @property
    def shown(self) -> str:
        """The value as written, with the words before it that make it a bound, and a space before a unit in words."""
        return f"{self.bound} {_JOINED.sub(' ', self.text)}{self.interval}".strip()

    @property
    def dimension(self) -> Dimension:
        return self.unit.dimension

    @property
    def is_bounded(self) -> bool:
        """Whether a sign says that the value is about, above or below the number."""
        return self.text[0] in "~<>≤≥"

    @property
    def is_bare(self) -> bool:
        """Whether it is a number without unit."""
        return not self.unit.name


PLAIN = Unit("", "")


def values(text: str) -> list[Value]:
    """The values of `text`, which is plain, in order. Years, references, names and numbers of things are none."""
    formulas = [match.span() for match in _FORMULA.finditer(text)]
    found = [
        value
        for match in _VALUE.finditer(text)
        if (value := _value(match, text)) and not any(a <= value.start and value.end <= b for a, b in formulas)
    ]
    spelled = [
        _word(match)
        for match in _SPELLED.finditer(text)
        if not any(other.start <= match.start() < other.end for other in found)
        and not _DIMENSIONAL.match(text, match.end())
    ]
    return _merged_ranges(sorted([*found, *spelled], key=lambda value: value.start), text)


def _merged_ranges(found: list[Value], text: str) -> list[Value]:
    """`found` with "between 5 and 6 ms" as one value, and with the units that enumerated values share."""
    found = _with_shared_units(found, text)
    merged: list[Value] = []
    for value in found:
        before = merged[-1] if merged else None
        is_range = before is not None and text[before.end : value.start].strip() == "and"
        if before and is_range and text[: before.start].rstrip().lower().endswith("between"):
            start = text[: before.start].lower().rindex("between")
            written = text[start : value.end]
            merged[-1] = replace(value, start=start, text=written, is_range=True, is_word=False)
        else:
            merged.append(value)
    return [_with_bounds(value, text) for value in merged]


def _with_bounds(value: Value, text: str) -> Value:
    """`value` with what `text` says around it of how exact it is."""
    before, after = _BOUND.search(text, 0, value.start), _INTERVAL.match(text, value.end)
    bound = before["bound"] if before else ""
    if bound == "under" or (bound == "over" and value.dimension in ("", "time", "other")):
        bound = (
            bound if _OVER.search(text, 0, value.start) else ""
        )  # rather than "frames over 1.2 km", "under 5 % noise"
    return replace(value, bound=bound, interval=after[0] if after else value.interval)


def _value(match: re.Match[str], text: str) -> Value | None:
    start, unit = match.start(), _unit(match)
    if factor := None if unit.name else _FACTOR.search(text[max(0, start - 40) : start]):
        start, unit = start - len(factor[0]), UNITS["×"]
    written = text[start : match.end()].strip()
    start += len(text[start : match.end()]) - len(text[start : match.end()].lstrip())
    number = _float(match["last"] or match["number"]) * _scale(match["scale"])
    value = Value(start, start + len(written), number, unit, written, is_range=bool(match["last"]))
    return None if _is_name(value, text) else value


def _scale(written: str | None) -> float:
    """What "million" or "M" multiplies a number by."""
    name = (written or "").strip()
    return _SCALES.get(name if len(name) == 1 else name.lower(), 1.0)


def _unit(match: re.Match[str]) -> Unit:
    if match["currency"]:
        return Unit(match["currency"], "money")
    if not match["unit"]:
        return PLAIN
    unit = UNITS[_UNIT_NAMES.get(match["unit"], " ".join(match["unit"].split()))]
    if match["score"]:
        return Unit(match["score"] + unit.name, unit.dimension)
    return Unit(unit.name + match["per"], "other") if match["per"] else unit


def _float(written: str) -> float:
    """The number `written`, with thousands separators and powers of ten."""
    digits = re.sub(r"[,\u2009\u202f+±]", "", written).replace("−", "-").replace("–", "-")
    base, _, power = re.sub(r"\s?[×x·*]\s?10\s?\^?\s?|^10\^|[eE]", "|", digits).partition("|")
    return float(base or 1) * 10.0 ** max(-300, min(300, int(power or 0)))


def _word(match: re.Match[str]) -> Value:
    unit = UNITS[" ".join(match["unit"].split())] if match["unit"] else PLAIN
    number = float(_WORDS.index(match["word"].lower()) + 2)
    start = match.start()
    if factor := _FACTOR.search(match.string[max(0, start - 40) : start]):
        start, unit = start - len(factor[0]), UNITS["×"]
    return Value(
        start, match.end(), number, unit, match.string[start : match.end()], is_word=unit.dimension != "factor"
    )


def _with_shared_units(found: list[Value], text: str) -> list[Value]:
    """Of "92, 88 and 75 %", and of "factors of 4 and 2.5", every value has the unit."""
    for places in (range(len(found) - 1, -1, -1), range(len(found))):
        for other, place in pairwise(places):
            first, last = sorted((found[place], found[other]), key=lambda value: value.start)
            is_shared = other > place or found[other].text.lower().startswith("factor")
            if is_shared and _LISTED.fullmatch(text[first.end : last.start]) and found[place].is_bare:
                unit = found[other].unit
                found[place] = replace(found[place], unit=unit, interval=f" {unit.name}")
    return found


def _is_name(value: Value, text: str) -> bool:
    """Whether the number is a year, a reference, or part of a name rather than a value."""
    before, after = text[: value.start], text[value.end :]
    if _is_part_of_size(value, before, after) or _is_no_range(value) or _is_group(value, before, after):
        return True
    if _REFERENCE.search(before[-40:]) or re.match(r"[%×]?/\d", after):
        return True
    if value.dimension == "share" and _CONFIDENCE.match(after):
        return True
    if not value.is_bare:
        return not value.text.endswith(("%", "×")) and bool(_FOLLOWED.match(after))
    if _FOLLOWED.match(after) or _DIMENSIONAL.match(after):
        return True
    if _YEAR.fullmatch(value.text) and (_DATED.search(before[-20:]) or not re.match(r"\s[a-z-]+s\b", after)):
        return True
    if before[-1:] == "(" and _LIST_MARK.match(after) and value.text.isdigit() and len(value.text) < 3:
        return True
    if value.text.isdigit() and (not before.strip() or before.rstrip()[-1:] in ";:,") and _LIST_MARK.match(after):
        return True
    return not value.is_bounded and _numbers_a_thing(before, after)


def _is_part_of_size(value: Value, before: str, after: str) -> bool:
    """Whether the number is one side of "224 × 224", or of "10-fold cross-validation", or no number: "100s of"."""
    is_size = bool(_TIMES_NUMBER.match(after) or _NUMBER_TIMES.search(before[-12:]))
    is_size = is_size or (value.text.endswith(("×", "x", "times")) and bool(re.match(r"\s?\d", after)))
    is_many = bool(re.fullmatch(r"\d*0s", value.text))  # "100s of", "the 1990s"
    return is_size or is_many or (value.dimension == "factor" and bool(re.match(r"\scross", after)))


def _is_group(value: Value, before: str, after: str) -> bool:
    """Whether the number may be a part of one with spaces between its digits: "10 000"."""
    is_next = bool(re.match(r"\d", value.text)) and bool(re.search(r"\d\s$", before[-2:]))
    is_next = is_next or bool(re.match(r"\d{3}(?!\d)", value.text) and re.search(r"\d,\s$", before[-3:]))
    return is_next or (value.text.isdigit() and bool(_GROUPED.match(after)))


def _is_no_range(value: Value) -> bool:
    """Whether what looks like a range is none: "0-1", or a power of ten whose exponent lost its place, "10-3"."""
    parts = re.fullmatch(r"(\d+)[-–−](\d+)", value.text)
    return parts is not None and (int(parts[1]) >= int(parts[2]) or value.text == "0-1")


def _numbers_a_thing(before: str, after: str) -> bool:
    """Whether a number says which: "Type 2", "Llama 2", "day 7", rather than how much."""
    match = _NUMBERED.search(before[-40:])
    if match is None:
        return False
    if _SHORT_FORM.fullmatch(match["word"]) and before.rfind("(") > before.rfind(")"):
        return False  # "(OR 1.45", "(95% CI 1.1 to 1.9"
    is_first = not before[: match.start("word") - len(before[-40:])].strip()
    is_name = match["word"][0].isupper() and not (is_first and re.match(r"\s[a-z-]+s\b", after))
    return is_name or match["word"].lower() in _NUMBERED_THINGS
