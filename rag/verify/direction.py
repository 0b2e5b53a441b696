"""Does a sentence point the opposite way from its source: slower for faster, lowers for raises?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rag.language.tokens import STOP_WORDS, stem
from rag.verify.alignment import FUNCTION_WORDS, MARKS, WINDOW, aligned_tokens

# Scales: the words of each that point up, and those that point down.
_SCALES = (
    ("fast faster fastest quick quicker speed accelerate speedup", "slow slower slowest slowdown decelerate"),
    (
        "high higher highest great greater large larger largest big bigger more most increase raise rise grow boost "
        "enlarge widen expand maximize long longer deep deeper above gain many",
        "low lower lowest little less least small smaller smallest few fewer decrease reduce drop fall cut shrink "
        "narrow minimize short shorter shallow shallower below lose diminish",
    ),
    (
        "good better best improve improvement superior superiority outperform surpass exceed beat strong stronger "
        "enhance strengthen advantage",
        "bad worse worst degrade degradation inferior inferiority underperform weak weaker weaken harm worsen",
    ),
    ("before precede", "after follow"),
    ("easy easier simple simpler cheap cheaper", "difficult hard harder complex costly expensive"),
    ("same similar identical", "different differ distinct"),
    ("allow enable permit", "prevent prohibit forbid"),
)
_QUANTITATIVE = range(3)  # the scales of speed, size and worth


@cache
def _directions() -> dict[str, tuple[int, int]]:
    """Each stem with the number of its scale and the direction in which it points: 0 for up, 1 for down."""
    return {
        stem(word): (scale, direction)
        for scale, directions in enumerate(_SCALES)
        for direction, words in enumerate(directions)
        for word in words.split()
    }


@cache
def falling_stems() -> frozenset[str]:
    """The stems of words that a minus sign may replace: "lowers it by 5%" is "-5%"."""
    falling = {word for word, (scale, direction) in _directions().items() if scale in _QUANTITATIVE and direction == 1}
    return frozenset({stem("negative"), "minus"} | falling)


def opposite_direction(written: str, source: str) -> str:
    """The stem of the first word of `written` that points the opposite way from what `source` says of the same thing.

    "" if there is none.
    """
    directions = _directions()
    tokens, source_tokens = aligned_tokens(written), aligned_tokens(source)
    for position, word in enumerate(tokens):
        if word not in directions:
            continue
        scale, direction = directions[word]
        found = _directions_before(_modified_word(tokens, position), source_tokens, scale)
        if word not in source_tokens and not found:
            found = _directions_near(_neighbours(tokens, position), source_tokens)
        if (scale, 1 - direction) in found and (scale, direction) not in found:
            return word
    return ""


def _modified_word(tokens: Sequence[str], position: int) -> str:
    """The first content word that follows `position`: what is more, or is improved."""
    following = tokens[position + 1 : position + 1 + WINDOW]
    return next((token for token in following if token not in STOP_WORDS and token not in FUNCTION_WORDS), "")


def _directions_before(word: str, tokens: Sequence[str], scale: int) -> set[tuple[int, int]]:
    """The direction of the last word of `scale` before each occurrence of `word` in `tokens`."""
    found = set()
    for position, token in enumerate(tokens):
        if token == word:
            window = tokens[max(0, position - WINDOW) : position]
            directions = [_directions()[other] for other in window if other in _directions()]
            found.update([direction for direction in directions if direction[0] == scale][-1:])
    return found


def _directions_near(words: set[str], tokens: Sequence[str]) -> set[tuple[int, int]]:
    """The directions of all words of `tokens` in the windows around any of `words`."""
    positions = [n for n, token in enumerate(tokens) if token in words]
    near = (token for position in positions for token in _window(tokens, position))
    return {_directions()[token] for token in near if token in _directions()}


def _neighbours(tokens: Sequence[str], position: int) -> set[str]:
    """The content words around `position` that point nowhere themselves."""
    return {
        token
        for token in _window(tokens, position)
        if token not in STOP_WORDS and token not in MARKS and token not in _directions()
    }


def _window(tokens: Sequence[str], position: int) -> Sequence[str]:
    return tokens[max(0, position - WINDOW) : position + WINDOW + 1]
