"""Reading a reply that must be JSON and nothing else; some models put it into a fence all the same."""

from __future__ import annotations

import json
import re
from typing import Any

_FENCED = re.compile(r"```(?:json)?\s(.*)```", re.DOTALL)


def parse(reply: str) -> Any:
    """The JSON value in `reply`, in which an object that repeats a key is {}. Raises ValueError if it is none."""
    text = reply.strip()
    fenced = _FENCED.fullmatch(text)
    try:
        return json.loads(fenced[1] if fenced else text, object_pairs_hook=_unique)
    except RecursionError as fault:
        raise ValueError("nested too deeply") from fault


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    return data if len(data) == len(pairs) else {}  # it could mean either
