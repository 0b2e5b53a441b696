"""What a sentence denies, and which way its comparisons point: does its source say the same?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.words import STOP_WORDS, stem

_DENIALS = frozenset(
    "not no never nor neither none cannot hardly rarely fail fails failed failing unable without lack lacks lacking "
    "impossible".split()
)
_NOT_DENIED = re.compile(r"\b(not (only|just|merely)|no matter|whether or not)\b", re.IGNORECASE)
_HELPERS = frozenset(
    "a an the to of on in be been being is are was were do does did have has had any much very".split()
)
_VERBS = frozenset("is are was were do does did have has had can could may might will would".split())
_PREFIXES = ("un", "non", "in", "im", "dis", "ir")
_MARKS = frozenset(",;:.()")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:.()]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
SUBJECT = 40  # characters at the beginning of a sentence within which its subject is named
REACH = 6  # words on either side of a thing within which something is said of it

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


def denied_otherwise(written: str, quotes: Sequence[str]) -> str:
    """What one of both denies and the other says, "" where they agree; what is said nearest to `written` counts."""
    ours, nearest = tokens_of(written), tokens_of(nearest_quote(written, quotes))
    said = [word for quote in quotes for word in tokens_of(quote)]
    if sum(word in _DENIALS for word in ours) > sum(word in _DENIALS for word in said):
        return next(word for word in reversed(ours) if word in _DENIALS)
    everything = [denied for quote in quotes for denied in _denied(tokens_of(quote))]
    for denied in _denied(ours):
        if denied and not any(set(denied) & set(other) for other in everything):
            return denied[0]
    for denied in _denied(nearest):
        if denied[:1] and denied[0] in ours and not any(denied[0] in other for other in _denied(ours)):
            return denied[0]
    return next((word for word in ours if word not in said and _opposed(word, nearest)), "")


def turned(written: str, source: str) -> str:
    """The first word of `written` for which `source` has the opposite, of the same thing; "" where there is none."""
    ours, theirs = tokens_of(written), tokens_of(source)
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
    following = (word for word in tokens[at + 1 : at + 1 + REACH] if word not in STOP_WORDS and word not in _HELPERS)
    return next(following, "")


def _sides_before(thing: str, tokens: Sequence[str], scale: int) -> set[tuple[int, int]]:
    """Which way the last word of `scale` before each `thing` points."""
    found = set()
    for at, token in enumerate(tokens):
        if token == thing:
            before = [_SIDES[word] for word in tokens[max(0, at - REACH) : at] if word in _SIDES]
            found.update([one for one in before if one[0] == scale][-1:])
    return found


def swapped(written: str, quotes: Sequence[str], title: str, names: Sequence[str]) -> bool:
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


def nearest_quote(written: str, quotes: Sequence[str]) -> str:
    """The quote that has most of the words of `written`."""
    said = set(tokens_of(written)) - STOP_WORDS
    return max(quotes, key=lambda quote: len(said.intersection(tokens_of(quote))))


def tokens_of(text: str) -> list[str]:
    plain = _NOT_DENIED.sub(" ", re.sub(r"n['’]t\b", " not", text)).lower().replace("can not", "cannot")
    plain = re.sub(r"\bnon-", "non", plain)  # "non-linear" is "nonlinear", and not "linear"
    return [token if token in _DENIALS else stem(token).replace(" ", "") for token in _TOKEN.findall(plain)]


def _denied(tokens: Sequence[str]) -> Iterator[list[str]]:
    """What each denial is about."""
    return (behind(tokens, at) for at, token in enumerate(tokens) if token in _DENIALS)


def behind(tokens: Sequence[str], at: int) -> list[str]:
    """The words behind the one at `at` that carry meaning, two at most, up to a mark or verb."""
    found: list[str] = []
    for word in tokens[at + 1 : at + 1 + REACH]:
        if word in _MARKS or len(found) == 2 or (found and word in _VERBS):
            break
        if word not in _HELPERS and word not in _DENIALS:
            found.append(word)
    return found


def _opposed(word: str, theirs: Sequence[str]) -> bool:
    """Whether the source has `word` only with a prefix that denies it, or only without the one that it has."""
    if len(word) < 4:
        return False
    bare = [word[len(prefix) :] for prefix in _PREFIXES if word.startswith(prefix) and len(word) - len(prefix) > 3]
    return any(f"{prefix}{word}" in theirs for prefix in _PREFIXES) or any(one in theirs for one in bare)


def _around(tokens: Sequence[str], at: int) -> list[str]:
    near = tokens[max(0, at - REACH) : at + REACH + 1]
    return [word for word in near if word not in STOP_WORDS and word not in _MARKS and word not in _SIDES]


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
