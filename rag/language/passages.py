"""Sentences → overlapping passages, and texts cut to the length that a model reads."""

from __future__ import annotations

from collections.abc import Callable

SENTENCES_PER_PASSAGE = 3  # enough context to be understood on its own, short enough to be about one thing
OVERLAP = 1  # sentences that consecutive passages share, so that every pair of neighbours is together in one
SPECIAL_TOKENS = 8  # upper bound of the tokens that a model adds to a text


def passage_windows(count: int) -> list[range]:
    """The sentences, numbered from 0 to `count` - 1, of each passage.

    A passage has SENTENCES_PER_PASSAGE consecutive sentences and shares OVERLAP of them with the one before. The last
    one may be shorter.
    """
    step = SENTENCES_PER_PASSAGE - OVERLAP
    starts = range(0, max(count - OVERLAP, 1), step)
    return [range(start, min(start + SENTENCES_PER_PASSAGE, count)) for start in starts]


def split_by_tokens(text: str, count: Callable[[str], int], limit: int) -> list[str]:
    """`text` in parts of whole words with at most `limit` tokens each, as counted by `count`; [`text`] if it fits.

    A single word is never split.
    """
    words = text.split()
    # A token has at least one character: a text that is short enough need not be tokenized.
    if len(words) < 2 or len(text) + SPECIAL_TOKENS <= limit or count(text) <= limit:
        return [text]
    middle = len(words) // 2
    return [part for half in (words[:middle], words[middle:]) for part in split_by_tokens(" ".join(half), count, limit)]


def title_and_text(title: str, text: str) -> str:
    """`title` as a sentence of its own, followed by `text`."""
    return f"{title}{'' if title[-1:] in '.?!' else '.'} {text}"
