"""JSON objects as Python values: the parser of the standard library, more lenient, and grades of what is in them."""

from __future__ import annotations

import json
from typing import Any

from rag.sources.json_records.scan import Grade


def parsed(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at `start`, and where it ends; NaN and lone surrogates are taken as they come.

    Raises JSONDecodeError and RecursionError.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number with thousands of digits
        return _DECODER_OF_LONG_NUMBERS.raw_decode(text, start)


def best_within(value: dict[str, Any], grade: Grade, highest: int) -> int:
    """The best grade of the objects in `value`, of which `highest` is the best that there is."""
    best, left = 0, list(value.values())
    while left and best < highest:
        one = left.pop()
        if isinstance(one, dict):
            best = max(best, grade(one))
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return best


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that it has twice, the last value that is one."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        fields |= {key: value for key, value in pairs if value not in (None, "")}
    return fields


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_object_of)
_DECODER_OF_LONG_NUMBERS = json.JSONDecoder(strict=False, object_pairs_hook=_object_of, parse_int=float)
