"""Reading a judge's reply about several claims: a JSON array of {"n": 1, "verdict": "yes"}, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rag.llm import json_reply


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
    """The items of the array in `reply`."""
    items = json_reply.parse(reply)
    if not isinstance(items, list):
        raise ValueError("not an array")
    return items


def _verdict(item: Any) -> tuple[int, bool] | None:
    """The number in `item` and whether its verdict is "yes"; None if `item` has another form."""
    if not isinstance(item, dict) or item.keys() != {"n", "verdict"}:
        return None
    return (item["n"], item["verdict"] == "yes") if type(item["n"]) is int else None
