"""Numbers in a text, as values with units and bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Bound = Literal["", "most", "least", "any"]

NUMBER_WORDS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve twenty thirty fifty".split(),
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 30, 50),
        strict=True,
    )
)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9, "hundred": 1e2}
# Units with several spellings; any other is kept as written, in the singular.
_UNITS = {"percent": "%", "per cent": "%", "×": "x", "times": "x", "fold": "x", "-fold": "x", "fps": "fps"}
_UNITS |= {"frames per second": "fps", "milliseconds": "ms", "seconds": "s", "hours": "h", "hour": "h", "min": "minute"}
_UNIT = (
    r"%|percent\b|per\s+cent\b|[x×](?![\w])|times\b|-?fold\b|orders?\s+of\s+magnitude|fps\b|frames\s+per\s+second|"
    r"milliseconds\b|seconds\b|min(?:utes?)?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|ms\b|"
    r"[GMK]B\b|dB\b|points?\b|dimensions?\b|layers?\b|bits?\b|epochs?\b|"
    r"[kmµμn]?g\b|[ckmµμn]m\b|[µμn]s\b|[mµμ]l\b|[kMG]?(?:Hz|W|V|J|Pa|eV)\b|[kmµμ](?:W|V|J|Pa|eV)\b"
)
NUMBER = re.compile(
    rf"(?<![\w.])(?<![A-Za-z]-)"
    rf"(?P<number>[-−]?\d+(?:[ ,\u2009]\d{{3}})*(?:\.\d+)?|(?:{'|'.join(NUMBER_WORDS)}|an?(?=\s+order))\b)"
    rf"(?:\s?(?P<scale>k|[mM]|[bB]|thousand|million|billion|hundred)\b(?!\s*B\b))?"
    rf"(?:[\s\\-]*(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(r"\b(?P<two>twice|doubl\w+)\b|\b(?P<half>half|halv\w+)\b", re.IGNORECASE)
_POWER = re.compile(r"(?:\b10\s?\^\s?\{?|\b(?P<number>\d+(?:\.\d+)?)e)(?P<power>[-−+]?\d{1,3})\b")
# The bound of the number that follows. Prepositions have other meanings too, and agree with any bound.
_BOUND = re.compile(
    r"\b(?:(?P<most>up\s+to|at\s+most|as\s+(?:much|many|high)\s+as|(?:no|not)\s+(?:more|greater|larger|higher)\s+than|"
    r"(?:less|fewer|lower|smaller)\s+than)|(?P<least>at\s+least|(?:no|not)\s+(?:less|fewer|lower|smaller)\s+than|"
    r"(?:more|greater|larger|higher)\s+than)|(?P<any>over|above|exceed\w*|under|below|within))\s+$",
    re.IGNORECASE,
)
_MAX_BOUND_LENGTH = 24  # characters before a number in which its bound is looked for


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number: its `value`, its `unit` ("" for none), and whether it is an upper or lower `bound`."""

    value: float
    unit: str
    bound: Bound = ""

    def has_magnitude_of(self, other: Quantity) -> bool:
        """Whether both have the same value, up to the sign, and the same unit; this one may also lack its unit."""
        return abs(self.value) == abs(other.value) and self.unit in (other.unit, "")


def quantities_in(text: str) -> dict[Quantity, str]:
    """The quantities in `text`, each with the text that states it. "One" without a unit is an article, not a number."""
    found = {Quantity(_power(match), ""): match[0] for match in _POWER.finditer(text)}
    for match in NUMBER.finditer(text):
        found[_quantity(match, _bound(text[: match.start()]))] = match[0].strip()
    for match in _MULTIPLE.finditer(text):
        found[Quantity(2.0 if match["two"] else 0.5, "x")] = match[0]
    return {quantity: stated for quantity, stated in found.items() if quantity.value != 1.0 or quantity.unit}


def _power(match: re.Match[str]) -> float:
    return float(f"{match['number'] or 1}e{match['power'].replace('−', '-')}")


def _bound(preceding: str) -> Bound:
    match = _BOUND.search(preceding[-_MAX_BOUND_LENGTH:])
    if match is None:
        return ""
    return "most" if match["most"] else "least" if match["least"] else "any"


def _quantity(match: re.Match[str], bound: Bound) -> Quantity:
    digits = re.sub(r"[ ,\u2009]", "", match["number"].lower()).replace("−", "-")
    value = 1.0 if digits in ("a", "an") else float(NUMBER_WORDS.get(digits, digits))
    return Quantity(value * _SCALES.get((match["scale"] or "").lower(), 1.0), _unit(match["unit"] or ""), bound)


def _unit(written: str) -> str:
    unit = " ".join(written.lower().split())
    if "magnitude" in unit:
        return "magnitude"
    return _UNITS.get(unit, unit.rstrip("s") if len(unit) > 2 else unit)
