"""Numbers as values in base units, so that "500 ms" is "0.5 s" and "1.4 billion" is "1,400 million"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_NUMBER_WORDS: Mapping[str, float] = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split(),
        [*map(float, range(2, 21)), 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0],
        strict=True,
    )
)
_SCALES: Mapping[str, float] = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
# Units → the base unit, and the factor to it.
_UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("%", "percent", "percentage"), ("%", 1.0)),
    **dict.fromkeys(("x", "×", "times", "fold", "-fold"), ("x", 1.0)),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("s", 1e-3)),
    **dict.fromkeys(("µs", "μs", "microsecond", "microseconds"), ("s", 1e-6)),
    **dict.fromkeys(("s", "sec", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("min", "minute", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("h", "hour", "hours"), ("s", 3600.0)),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), ("m", 1e-3)),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), ("m", 1e-2)),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), ("m", 1e3)),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), ("m", 1.0)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("g", 1e-3)),
    **dict.fromkeys(("g", "gram", "grams"), ("g", 1.0)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("g", 1e3)),
    **dict.fromkeys(("mb",), ("b", 1e6)),
    **dict.fromkeys(("gb",), ("b", 1e9)),
    **dict.fromkeys(("khz",), ("hz", 1e3)),
    **dict.fromkeys(("mhz",), ("hz", 1e6)),
    **dict.fromkeys(("ghz",), ("hz", 1e9)),
}


class Quantity(NamedTuple):
    """A number at the start of some words: how it is compared, and how many of the words state it."""

    value: str
    length: int


def quantity(words: Sequence[str]) -> Quantity | None:
    """The number that `words`, in lower case, begin with, together with its scale and unit; None if there is none."""
    value = _value(words[0])
    if value is None:
        return None
    length = 1
    if len(words) > 1 and words[1] in _SCALES:
        value, length = value * _SCALES[words[1]], 2
    unit, factor = _UNITS.get(words[length], ("", 1.0)) if len(words) > length else ("", 1.0)
    return Quantity(f"{value * factor:.10g}{unit}", length + bool(unit))


def _value(word: str) -> float | None:
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    digits = word.replace(",", "")
    return float(digits) if digits.replace(".", "", 1).isdecimal() and digits.isascii() else None
