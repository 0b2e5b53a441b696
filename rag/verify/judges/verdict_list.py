"""Reading a judge's reply about several claims: a JSON array of {"n": 1, "verdict": "yes"}, and nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from rag.verify.judges.verdict_word import without_thought

_FENCED = re.compile(r"```json\s(.*)```", re.DOTALL)


def confirmed(reply: str, count: int) -> list[bool]:
    """Whether each of `count` claims, which are numbered from 1, has the one verdict "yes" in `reply`.

    Raises ValueError if `reply` is no such array, or has no verdict about any of them.
    """
    verdicts, numbers = [verdict for item in _items(reply) if (verdict := _verdict(item))], range(1, count + 1)
    times = Counter(n for n, _ in verdicts)
    if times.keys().isdisjoint(numbers):
        raise ValueError("no verdict")
    return [times[n] == 1 and (n, True) in verdicts for n in numbers]


def _items(reply: str) -> list[Any]:
    """The items of the array in `reply`, in which each object is a tuple of its keys and values."""
    text = without_thought(reply)
    fenced = _FENCED.fullmatch(text)
    try:
        items = json.loads(fenced[1] if fenced else text, object_pairs_hook=tuple)
    except RecursionError as fault:
        raise ValueError("nested too deeply") from fault
    if not isinstance(items, list):
        raise ValueError("not an array")
    return items


def _verdict(item: Any) -> tuple[int, bool] | None:
    """The number in `item` and whether its verdict is "yes"; None if `item` has another form."""
    if not isinstance(item, tuple) or sorted(key for key, _ in item) != ["n", "verdict"]:
        return None
    fields = dict(item)
    return (fields["n"], fields["verdict"] == "yes") if type(fields["n"]) is int else None
