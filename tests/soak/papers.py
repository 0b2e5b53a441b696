"""The invented papers of the soak: each user asks about a method of their own, so that answers can be told apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

_SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve zi ko ra".split()
_ABSTRACT = (
    "Orchards in dry valleys lose most of their rain to evaporation. We present {name}, which stores rainwater in clay "
    "jars under the roots. {name} lowers the cost of irrigation by {percent}% in a trial of {farms} farms. It keeps "
    "trees alive through {months} months without rain."
)


def word(number: int, ending: str) -> str:
    """A word that no dictionary has, a different one for each number from 0 to 3,374, as in ``Badegoth``."""
    size = len(_SYLLABLES)
    parts = (_SYLLABLES[number // size**place % size] for place in range(3))
    return "".join(parts).capitalize() + ending


def method(user: int) -> str:
    """The name of the method that the papers of a user present."""
    return word(user, "l")


def marker(user: int) -> str:
    """A word that only this user writes, and that no paper has: whoever else sees it sees what is not theirs."""
    return f"zq{word(user, 'x').lower()}"


def record(name: str, number: int) -> dict[str, object]:
    """A paper about the method `name`, as a line of JSONL."""
    abstract = _ABSTRACT.format(name=name, percent=11 + number, farms=20 + number, months=3 + number % 7)
    return {"title": f"{name}: Clay Jars for Orchards, Part {number}", "abstract": abstract, "year": 2000 + number % 25}


def lines(name: str, numbers: Sequence[int]) -> str:
    """Papers about the method `name` as JSONL."""
    return "".join(json.dumps(record(name, number)) + "\n" for number in numbers)


def write(file: Path, name: str, numbers: Sequence[int]) -> list[str]:
    """Writes papers about the method `name` to `file`, and returns their titles."""
    file.write_text(lines(name, numbers), encoding="utf-8")
    return [str(record(name, number)["title"]) for number in numbers]
