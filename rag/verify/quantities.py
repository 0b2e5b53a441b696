"""Numbers with their units: does a sentence give those of its source, and each of the same thing?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.language.tokens import STOP_WORDS, content_stems, stem, tokenize
from rag.verify.direction import FALLING

Bound = Literal["", "most", "least", "any"]

_WORDS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve twenty thirty fifty".split(),
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 30, 50),
        strict=True,
    )
)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9, "hundred": 1e2}
# Units written in several ways; any other is the word behind the number as it is.
_UNITS = {"percent": "%", "per cent": "%", "×": "x", "times": "x", "fold": "x", "-fold": "x", "fps": "fps"}
_UNITS |= {"frames per second": "fps", "milliseconds": "ms", "seconds": "s", "hours": "h", "hour": "h", "min": "minute"}
_UNIT = (
    r"%|percent\b|per\s+cent\b|[x×](?![\w])|times\b|-?fold\b|orders?\s+of\s+magnitude|fps\b|frames\s+per\s+second|"
    r"milliseconds\b|seconds\b|min(?:utes?)?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|ms\b|"
    r"[GMK]B\b|dB\b|points?\b|dimensions?\b|layers?\b|bits?\b|epochs?\b|"
    r"[kmµμn]?g\b|[ckmµμn]m\b|[µμn]s\b|[mµμ]l\b|[kMG]?(?:Hz|W|V|J|Pa|eV)\b|[kmµμ](?:W|V|J|Pa|eV)\b"
)
_NUMBER = re.compile(
    rf"(?<![\w.])(?<![A-Za-z]-)(?P<n>[-−]?\d+(?:[ ,\u2009]\d{{3}})*(?:\.\d+)?|(?:{'|'.join(_WORDS)}|an?(?=\s+order))\b)"
    rf"(?:\s?(?P<scale>k|[mM]|[bB]|thousand|million|billion|hundred)\b(?!\s*B\b))?"
    rf"(?:[\s\\-]*(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(r"\b(?P<two>twice|doubl\w+)\b|\b(?P<half>half|halv\w+)\b", re.IGNORECASE)
_POWER = re.compile(r"(?:\b10\s?\^\s?\{?|\b(?P<n>\d+(?:\.\d+)?)e)(?P<power>[-−+]?\d{1,3})\b")
# What bounds the number behind it. The prepositions may be said of something else, and agree with any bound.
_BOUND = re.compile(
    r"\b(?:(?P<most>up\s+to|at\s+most|as\s+(?:much|many|high)\s+as|(?:no|not)\s+(?:more|greater|larger|higher)\s+than|"
    r"(?:less|fewer|lower|smaller)\s+than)|(?P<least>at\s+least|(?:no|not)\s+(?:less|fewer|lower|smaller)\s+than|"
    r"(?:more|greater|larger|higher)\s+than)|(?P<any>over|above|exceed\w*|under|below|within))\s+$",
    re.IGNORECASE,
)
LONGEST_BOUND = 24  # characters in which it stands
_SEGMENT = re.compile(r"[,;:()–—]\s|\b(?:and|while|whereas|but|compared|versus|vs)\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a value, its unit, "" where it has none, and whether it is the most or the least that it may be."""

    value: float
    unit: str
    bound: Bound = ""


def unsupported_quantity(written: str, source: str) -> str:
    """The first number of `written` that `source` does not give, or not of the same thing; "" where there is none."""
    known = _segments(source)
    for figures, said in _segments(written):
        for figure, text in figures.items():
            places = [mates for others, mates in known if any(_agree(figure, other, said | mates) for other in others)]
            if not places and not _counts(figure, text, written, source):
                return text
            if places and figure.unit and _of_another(figure, said, places, known):
                return text
    return ""


def _counts(figure: Quantity, text: str, written: str, source: str) -> bool:
    """Whether `text` is a spelled number that counts what the source enumerates: it may, if nothing else counts it."""
    counted = _behind(rf"\b{re.escape(text)}", written)
    if figure.unit or text.lower() not in _WORDS or not counted:
        return False
    return not counted & _behind(rf"(?:\d|\b(?:{'|'.join(_WORDS)}))", source)


def _behind(number: str, text: str) -> set[str]:
    """The stems of the two words behind each `number`, a pattern: one of them is what it counts."""
    pairs = re.findall(rf"{number}\s+([\w-]+)(?:\s+([\w-]+))?", text, re.IGNORECASE)
    return {stem(word.lower()) for pair in pairs for word in pair if word and word.lower() not in STOP_WORDS}


def quantities_in(text: str) -> dict[Quantity, str]:
    """The numbers in `text`, each as it is written."""
    found = {Quantity(_power(match), ""): match[0] for match in _POWER.finditer(text)}
    for match in _NUMBER.finditer(text):
        found[_figure(match, _bound(text[: match.start()]))] = match[0].strip()
    for match in _MULTIPLE.finditer(text):
        found[Quantity(2.0 if match["two"] else 0.5, "x")] = match[0]
    return {figure: text for figure, text in found.items() if not _is_article(figure)}


def _is_article(figure: Quantity) -> bool:
    """ "One" without a unit counts nothing: "one of them"."""
    return figure.value == 1.0 and not figure.unit


def _bound(before: str) -> Bound:
    found = _BOUND.search(before[-LONGEST_BOUND:])
    if found is None:
        return ""
    return "most" if found["most"] else "least" if found["least"] else "any"


def _power(match: re.Match[str]) -> float:
    return float(f"{match['n'] or 1}e{match['power'].replace('−', '-')}")


def _figure(match: re.Match[str], bound: Bound) -> Quantity:
    digits = re.sub(r"[ ,\u2009]", "", match["n"].lower()).replace("−", "-")
    value = 1.0 if digits in ("a", "an") else float(_WORDS.get(digits, digits))
    unit = " ".join((match["unit"] or "").lower().split())
    unit = "magnitude" if "magnitude" in unit else _UNITS.get(unit, unit.rstrip("s") if len(unit) > 2 else unit)
    return Quantity(value * _SCALES.get((match["scale"] or "").lower(), 1.0), unit, bound)


def _agree(written: Quantity, known: Quantity, said: set[str]) -> bool:
    """Whether `known` gives `written`. A sign may stand for one of the words `said`; "at least" may be left out."""
    bounds = written.bound, known.bound
    bounded = written.bound == known.bound or "any" in bounds or bounds == ("", "least")
    return _same(written, known) and bounded and (written.value == known.value or not FALLING.isdisjoint(said))


def _same(one: Quantity, other: Quantity) -> bool:
    return abs(one.value) == abs(other.value) and (one.unit == other.unit or not one.unit)


def _segments(text: str) -> list[tuple[dict[Quantity, str], set[str]]]:
    """`text` in pieces between marks and conjunctions: the numbers of each, and the stems of its words.

    A piece that begins with its number, as the second of "it reaches 91% on cats and 85% on dogs", shares the words
    before the number of the first.
    """
    found, lead = [], set[str]()
    for piece in _SEGMENT.split(text):
        number = _NUMBER.search(piece)
        before = content_stems(piece[: number.start()]) if number else set()
        lead = before or lead
        found.append((quantities_in(piece), content_stems(piece) | (lead if number else set())))
    return found


def _of_another(
    figure: Quantity, said: set[str], places: list[set[str]], known: list[tuple[dict[Quantity, str], set[str]]]
) -> bool:
    """Whether a word that stands with `figure` stands in the source with another number of that unit, and only there.

    `places` are the words of the source that stand with it there.
    """
    own = set[str]().union(*places)
    theirs = [
        mates
        for others, mates in known
        if any(other.unit == figure.unit for other in others) and not any(_same(figure, other) for other in others)
    ]
    free = set[str]().union(*(mates for others, mates in known if not others))
    numbers = {stem(str(word)) for others, _ in known for other in others for word in tokenize(others[other])}
    return bool((said & set[str]().union(*theirs)) - own - free - numbers)
