"""Does the source state the numbers of a sentence, and each of the same thing?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.tokens import STOP_WORDS, content_stems, stem, tokenize
from rag.verify.direction import falling_stems
from rag.verify.quantities import NUMBER, NUMBER_WORDS, Quantity, quantities_in

_BOUNDARY = re.compile(r"[,;:()–—]\s|\b(?:and|while|whereas|but|compared|versus|vs)\b")


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece of a text between marks and conjunctions: its quantities, each as stated, and its stems."""

    quantities: dict[Quantity, str]
    stems: set[str]


def unsupported_quantity(written: str, source: str) -> str:
    """The first number of `written`, as stated there, that `source` does not state of the same thing; "" if none is."""
    source_segments = list(_segments(source))
    for segment in _segments(written):
        for quantity, stated in segment.quantities.items():
            supporting = [other for other in source_segments if _states(other, quantity, segment.stems)]
            if not supporting and not _counts_an_enumeration(quantity, stated, written, source):
                return stated
            if supporting and quantity.unit and _belongs_to_another(quantity, segment, supporting, source_segments):
                return stated
    return ""


def _segments(text: str) -> Iterator[_Segment]:
    """The segments of `text`.

    One that begins with its number shares the words before the number of an earlier one: in "it reaches 91% on cats and
    85% on dogs", the second segment includes "reaches".
    """
    shared = set[str]()
    for piece in _BOUNDARY.split(text):
        number = NUMBER.search(piece)
        shared = (content_stems(piece[: number.start()]) if number else set()) or shared
        yield _Segment(quantities_in(piece), content_stems(piece) | (shared if number else set()))


def _states(segment: _Segment, quantity: Quantity, stems: set[str]) -> bool:
    """Whether `segment` of the source states `quantity`, which stands among `stems` in the written sentence."""
    return any(_agree(quantity, other, stems | segment.stems) for other in segment.quantities)


def _agree(written: Quantity, source: Quantity, stems: set[str]) -> bool:
    """Whether `source` states `written`. One of `stems` may replace a minus sign, and "at least" may be left out."""
    bounds = written.bound, source.bound
    bounds_agree = written.bound == source.bound or "any" in bounds or bounds == ("", "least")
    signs_agree = written.value == source.value or not falling_stems().isdisjoint(stems)
    return written.has_magnitude_of(source) and bounds_agree and signs_agree


def _counts_an_enumeration(quantity: Quantity, stated: str, written: str, source: str) -> bool:
    """Whether `quantity` is a number word that may count what the source lists: no number there counts the same."""
    counted = _counted_stems(rf"\b{re.escape(stated)}", written)
    if quantity.unit or stated.lower() not in NUMBER_WORDS or not counted:
        return False
    return counted.isdisjoint(_counted_stems(rf"(?:\d|\b(?:{'|'.join(NUMBER_WORDS)}))", source))


def _counted_stems(number: str, text: str) -> set[str]:
    """The stems of the two words that follow each match of the pattern `number`: one of them is what it counts."""
    pairs = re.findall(rf"{number}\s+([\w-]+)(?:\s+([\w-]+))?", text, re.IGNORECASE)
    return {stem(word.lower()) for pair in pairs for word in pair if word and word.lower() not in STOP_WORDS}


def _belongs_to_another(
    quantity: Quantity, segment: _Segment, supporting: Sequence[_Segment], source_segments: Sequence[_Segment]
) -> bool:
    """Whether a word beside `quantity` in `segment` is beside another quantity of the same unit in the source.

    Words that the source also has in the `supporting` segments, in segments without numbers, or in numbers do not
    count.
    """
    others = [
        other.stems
        for other in source_segments
        if any(found.unit == quantity.unit for found in other.quantities)
        and not any(quantity.has_magnitude_of(found) for found in other.quantities)
    ]
    own = [other.stems for other in supporting]
    neutral = [other.stems for other in source_segments if not other.quantities]
    stated = [text for other in source_segments for text in other.quantities.values()]
    numbers = {stem(word) for text in stated for word in tokenize(text)}
    return bool((segment.stems & set[str]().union(*others)) - set[str]().union(*own, *neutral) - numbers)
