"""Have the two sides of a comparison been exchanged: "A is faster than B" for "B is faster than A"?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.cues import own_method_offsets
from rag.verify.alignment import nearest_quote

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_COMPARATOR = re.compile(
    r"\b(than|outperform\w*|surpass\w*|exceed\w*|beat\w*|underperform\w*|compared\s+(?:to|with)|versus)\b",
    re.IGNORECASE,
)
_SUBJECT_LENGTH = 40  # characters at the start of a sentence within which its subject is named

Sides = tuple[str, str]  # the names, in lower case, on the left and the right of a comparator; "" for none


def swaps_comparison(written: str, quotes: Sequence[str], own_name: str, names: Sequence[str]) -> bool:
    """Whether one of `names` is on one side of a comparison in `written` and on the other in `quotes`.

    "We" and "our method" in the quotes stand for `own_name`, the name of their paper. If `written` compares nothing,
    its subject must not be what the nearest quote only compares with.
    """
    own_name = own_name.lower()
    known = {name.lower() for name in names} | {own_name}
    quoted = [sides for quote in quotes for sides in _comparisons(quote, known, own_name)]
    sides = next(_comparisons(written, known, ""), None)
    if sides is None:
        subject = min(_occurrences(written[:_SUBJECT_LENGTH].lower(), known, ""), default=(0, ""))[1]
        nearest = _comparisons(nearest_quote(written, quotes), known, own_name)
        return bool(subject) and any(subject == right for _, right in nearest)
    is_swapped = any(_share_a_side(sides, (right, left)) for left, right in quoted)
    return is_swapped and not any(_share_a_side(sides, other) for other in quoted)


def _share_a_side(sides: Sides, others: Sides) -> bool:
    return any(name and name == other for name, other in zip(sides, others, strict=True))


def _comparisons(text: str, names: set[str], own_name: str) -> Iterator[Sides]:
    """The sides of the comparison in each sentence of `text` that has one: the names nearest to the comparator."""
    for sentence in _SENTENCE_END.split(text):
        if comparator := _COMPARATOR.search(sentence):
            left, right = sentence[: comparator.start()].lower(), sentence[comparator.end() :].lower()
            last = max(_occurrences(left, names, own_name), default=(0, ""))[1]
            yield last, min(_occurrences(right, names, own_name), default=(0, ""))[1]


def _occurrences(text: str, names: set[str], own_name: str) -> list[tuple[int, str]]:
    """The offset and name of each of `names` in `text`, which is in lower case, and of what stands for `own_name`."""
    found = [(match.start(), name) for name in names if name for match in re.finditer(re.escape(name), text)]
    return found + [(offset, own_name) for offset in own_method_offsets(text) if own_name]
