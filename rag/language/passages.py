"""Abstract → sentences, and overlapping passages of three sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

SENTENCES_PER_PASSAGE = 3  # in a passage: enough context to be understood alone, short enough to be about one thing
OVERLAP = 1  # sentence of consecutive passages, so that no pair of neighbours is torn apart
SPECIAL_TOKENS = 8  # tokens that a model may add to a text; no less


def first_positions(pieces: Iterable[str]) -> dict[str, int]:
    """Each distinct piece with the place, from 0, where it stands first.

    Only these are embedded: many equal vectors would hide from Chroma's graph whatever lies near them.
    """
    first: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        first.setdefault(piece, place)
    return first


def passage_windows(count: int) -> list[range]:
    """Which of `count` sentences, from 0, make up each passage: SENTENCES in a row, SHARED of them with the one before.

    The last passage may be shorter.
    """
    step = SENTENCES_PER_PASSAGE - OVERLAP
    return [
        range(first, min(first + SENTENCES_PER_PASSAGE, count)) for first in range(0, max(count - OVERLAP, 1), step)
    ]


def split_by_tokens(text: str, count: Callable[[str], int], limit: int) -> list[str]:
    """`text` whole where it has no more than `limit` tokens by `count`, otherwise in runs of words that have not."""
    words = text.split()
    if (
        len(words) < 2 or len(text) + SPECIAL_TOKENS <= limit or count(text) <= limit
    ):  # a token has at least one character
        return [text]
    middle = len(words) // 2
    return [part for half in (words[:middle], words[middle:]) for part in split_by_tokens(" ".join(half), count, limit)]


def title_and_text(title: str, text: str) -> str:
    """`text` behind `title` as a sentence of its own."""
    return f"{title}{'' if title[-1:] in '.?!' else '.'} {text}"
