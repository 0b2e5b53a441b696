"""Units of measurement by their form: SI prefixes on SI symbols, what computers and people count in, currencies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

# What a unit measures; "" is a plain number.
Dimension = Literal["", "share", "points", "factor", "time", "rate", "memory", "computation", "money", "other"]


class Unit(NamedTuple):
    """A unit: how it is shown, what it measures, and the `factor` to the unit `base`, in which values are compared."""

    name: str
    dimension: Dimension = "other"
    factor: float = 1.0
    base: str = ""


CURRENCIES = "$€£¥"
_PREFIXES: Mapping[str, float] = dict(
    zip(
        ("", "p", "n", "µ", "μ", "u", "m", "c", "d", "k", "M", "G", "T", "P"),
        (1.0, 1e-12, 1e-9, 1e-6, 1e-6, 1e-6, 1e-3, 1e-2, 1e-1, 1e3, 1e6, 1e9, 1e12, 1e15),
        strict=True,
    )
)
_SYMBOLS = "m g l L V W J N Pa A eV mol bar cal Gy Sv Bq Ω dB rad K F T".split()
_ALONE = frozenset("m g L V W J N A K Ω".split())  # of the symbols of one letter, those that are units without a prefix
# Names → what one of them is in the base unit.
_SECONDS: Mapping[float, str] = {
    3600.0: "hours hour hrs hr h",
    60.0: "minutes minute mins min",
    1.0: "seconds second secs sec s",
    86_400.0: "days day",
    604_800.0: "weeks week",
    2_629_800.0: "months month mth",
    31_557_600.0: "years year yrs yr",
    1e-3: "milliseconds millisecond ms",
    1e-6: "microseconds microsecond µs μs us",
    1e-9: "nanoseconds nanosecond ns",
    1e-12: "ps",
}
_BYTES: Mapping[float, str] = {
    1 / 8: "bits bit",
    1.0: "bytes byte",
    1e6: "megabytes megabyte MByte",
    1e9: "gigabytes gigabyte GByte",
}
_SAME: Mapping[tuple[str, Dimension], tuple[str, ...]] = {
    ("%", "share"): ("%", "percent", "percents", "per cent"),
    ("points", "points"): (
        "percentage points",
        "percentage point",
        "points",
        "pp",
        "pts",
        "percent points",
        "% points",
    ),
    ("×", "factor"): ("×", "x", "X", "times", "fold"),
    ("mmHg", "other"): ("mm hg", "mm Hg"),
    ("orders of magnitude", "factor"): ("orders of magnitude", "order of magnitude"),
}
_OTHERS = (
    "° °C °F IU psi deg Nm mm2 cm2 m2 km2 cm3 m3 ppm hectares acres miles feet ft inches pixels pixel px meters metres "
    "meter metre kilometers kilometres centimeters centimetres millimeters millimetres grams gram kilograms milligrams "
    "liters litres liter litre newtons newton degrees degree watts volts kcal mmHg rpm mph dBm mM µM μM nM pM "
    "microns micron USD"
).split()


def _all_units() -> Iterator[tuple[str, Unit]]:
    for prefix, factor in _PREFIXES.items():
        for symbol in _SYMBOLS:
            if prefix or symbol in _ALONE or len(symbol) > 1:
                yield prefix + symbol, Unit(prefix + symbol, "other", factor, symbol)
    yield from ((name, Unit(name)) for name in _OTHERS)
    for (shown, dimension), names in _SAME.items():
        yield from ((name, Unit(shown, dimension)) for name in names)
    for seconds, names_of_time in _SECONDS.items():
        yield from ((name, Unit(name, "time", seconds, "s")) for name in names_of_time.split())
    for size, names_of_size in _BYTES.items():
        yield from ((name, Unit(name, "memory", size, "B")) for name in names_of_size.split())
    yield from _of_computers()


def _of_computers() -> Iterator[tuple[str, Unit]]:
    for name in ("fps", "FPS", "frames per second", "frames/s", "frames/sec"):
        yield name, Unit("fps", "rate", 1.0, "Hz")
    for prefix in ("", "k", "K", "M", "G", "T"):
        factor = _PREFIXES[prefix.lower() if prefix == "K" else prefix]
        yield f"{prefix}Hz", Unit(f"{prefix}Hz", "rate", factor, "Hz")
        for name in ("bps", "bit/s") if prefix else ():
            yield prefix + name, Unit(f"{prefix}bit/s", "rate", factor, "bit/s")
        for name in ("FLOPs", "FLOPS", "Flops", "FLOP", "MACs"):
            yield prefix + name, Unit(prefix + name, "computation", factor, "FLOP")
        for name in ("B", "iB") if prefix else ():
            yield prefix + name, Unit(prefix + name, "memory", factor, "B")
    for chip in ("GPU", "TPU", "CPU"):
        for period, seconds in (("hours", 3600.0), ("days", 86_400.0)):
            for joint in (" ", "-"):
                yield f"{chip}{joint}{period}", Unit(f"{chip} {period}", "time", seconds, f"{chip} s")


UNITS: Mapping[str, Unit] = dict(_all_units())
