"""Which way a sentence's comparisons point."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.tokens import STOP_WORDS, stem
from rag.verify.alignment import FUNCTION_WORDS, MARKS, REACH, aligned_tokens, nearest_quote

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
SUBJECT = 40  # characters at the beginning of a sentence within which its subject is named
# Scales, the words of each that point up and those that point down.
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
_SIDES = {
    stem(word): (scale, side)
    for scale, sides in enumerate(_SCALES)
    for side, words in enumerate(sides)
    for word in words.split()
}
# Words of which a minus may take the place: those that point down on the scales of speed, size and worth.
FALLING = frozenset(word for word, (scale, side) in _SIDES.items() if scale < 3 and side) | {stem("negative"), "minus"}
_COMPARATOR = re.compile(
    r"\b(than|outperform\w*|surpass\w*|exceed\w*|beat\w*|underperform\w*|compared\s+(?:to|with)|versus)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(we|our|ours|it|this (paper|work|method|approach|model))\b", re.IGNORECASE)


def opposite_direction(written: str, source: str) -> str:
    """The first word of `written` for which `source` has the opposite, of the same thing; "" where there is none."""
    ours, theirs = aligned_tokens(written), aligned_tokens(source)
    for at, word in enumerate(ours):
        if word in _SIDES:
            scale, side = _SIDES[word]
            said = _sides_before(_thing(ours, at), theirs, scale)
            if word not in theirs and not said:
                near = {mate for mate in _around(ours, at) if mate in theirs}
                said = {_SIDES[theirs[place]] for place in _near(theirs, near) if theirs[place] in _SIDES}
            if (scale, 1 - side) in said and (scale, side) not in said:
                return word
    return ""


def _thing(tokens: Sequence[str], at: int) -> str:
    """The first word behind the one at `at` that carries meaning: what is more, or is improved."""
    following = (
        word for word in tokens[at + 1 : at + 1 + REACH] if word not in STOP_WORDS and word not in FUNCTION_WORDS
    )
    return next(following, "")


def _sides_before(thing: str, tokens: Sequence[str], scale: int) -> set[tuple[int, int]]:
    """Which way the last word of `scale` before each `thing` points."""
    found = set()
    for at, token in enumerate(tokens):
        if token == thing:
            before = [_SIDES[word] for word in tokens[max(0, at - REACH) : at] if word in _SIDES]
            found.update([one for one in before if one[0] == scale][-1:])
    return found


def swaps_comparison(written: str, quotes: Sequence[str], title: str, names: Sequence[str]) -> bool:
    """Whether one of `names` stands on the other side of a comparison than in `quotes`, of the paper `title`.

    "We" and "our method" of the source are the name before the colon of the title. What `written` begins with is no
    name that the source only compares to.
    """
    own = title.partition(":")[0].lower()
    said = {name.lower() for name in names} | {own}
    theirs = [pair for quote in quotes for pair in _compared(quote, said, own)]
    ours = next(_compared(written, said, ""), None)
    if ours is None:
        subject = min(_places(written[:SUBJECT].lower(), said, ""), default=(0, ""))[1]
        return any(subject and subject == other for _, other in _compared(nearest_quote(written, quotes), said, own))
    turned_round = any(_shares(ours, (second, first)) for first, second in theirs)
    return turned_round and not any(_shares(ours, pair) for pair in theirs)


def _shares(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(name and name == also for name, also in zip(one, other, strict=True))


def _around(tokens: Sequence[str], at: int) -> list[str]:
    near = tokens[max(0, at - REACH) : at + REACH + 1]
    return [word for word in near if word not in STOP_WORDS and word not in MARKS and word not in _SIDES]


def _near(tokens: Sequence[str], wanted: set[str]) -> set[int]:
    """The places within REACH of one of the words `wanted`."""
    found = (at for at, token in enumerate(tokens) if token in wanted)
    return {place for at in found for place in range(max(0, at - REACH), min(len(tokens), at + REACH + 1))}


def _compared(text: str, names: set[str], own: str) -> Iterator[tuple[str, str]]:
    """In each sentence of `text` with a comparison the last name before it and the first behind it, "" for none."""
    for sentence in _SENTENCE.split(text):
        if found := _COMPARATOR.search(sentence):
            first, second = sentence[: found.start()].lower(), sentence[found.end() :].lower()
            last = max(_places(first, names, own), default=(0, ""))[1]
            yield last, min(_places(second, names, own), default=(0, ""))[1]


def _places(text: str, names: set[str], own: str) -> list[tuple[int, str]]:
    found = [(at.start(), name) for name in names if name for at in re.finditer(re.escape(name), text)]
    return found + [(at.start(), own) for at in _OURS.finditer(text) if own]
