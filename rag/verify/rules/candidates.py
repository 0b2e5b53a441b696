"""Which words of the cited sentences each word of a written one may stand for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rag.verify.rules.lexicon import root
from rag.verify.rules.sentence import Word
from rag.verify.rules.text import Text

SYNONYM = 0.7  # how well the words of one line of the lexicon stand for each other
_MAX_CANDIDATES = 8  # for a word
_MAX_ENDING = 2  # characters by which two roots may differ at the end
_MIN_SHARED = 4  # characters that they must have in common
# "long name (LN)": the words before the parenthesis, and the abbreviation in it.
_ABBREVIATION = re.compile(r"(?<![\w-])((?:[\w-]++\s+){1,7})\(\s*([A-Z][\w-]{1,9}?)s?\s*\)")


def likeness(first: Word, second: Word) -> float:
    """How well the words stand for each other, from 0, not at all, to 1, by their root."""
    if first.is_number or second.is_number:
        return float(first.root == second.root)
    if first.root == second.root:
        return 1.0
    short, long = sorted((first.root, second.root), key=len)
    if len(short) >= _MIN_SHARED and long.startswith(short) and len(long) - len(short) <= _MAX_ENDING:
        return 0.9
    return SYNONYM if first.groups & second.groups else 0.0


def candidates(written: Text, source: Text, context: str) -> tuple[list[list[int]], set[int]]:
    """The words of `source` that each word of `written` may stand for; `context` defines abbreviations.

    Also the written words that stand for all of their candidates together: those of a phrase, or an abbreviation.
    """
    found = [_alike(word, source.words) for word in written.words]
    _leave_to_same_roots(found, written.words, source.words)
    units = set[int]()
    for words, targets in _phrases(written, source, context):
        for word in words:
            if targets and not found[word]:
                found[word] = sorted(set(targets))
                units.add(word)
    return [_nearest(targets, index / len(found) * len(source.words)) for index, targets in enumerate(found)], units


def _phrases(written: Text, source: Text, context: str) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """The written words of each phrase, and the words of the source that they may stand for."""
    by_group = defaultdict[int, list[int]](list)
    for index, word in enumerate(source.words):
        for group in word.groups:
            by_group[group].append(index)
    for phrase in written.phrases:
        targets = [i for group in phrase.groups for i in by_group[group]]
        targets += [i for other in source.phrases if other.groups & phrase.groups for i in other.words]
        yield phrase.words, targets
    for phrase in source.phrases:
        yield [i for i, word in enumerate(written.words) if word.groups & phrase.groups], phrase.words
    for long, short in _abbreviations(context):
        for one, other in ((long, short), (short, long)):
            yield _places(one, written.words), _places(other, source.words)


def _alike(word: Word, others: Sequence[Word]) -> list[int]:
    scores = [likeness(word, other) for other in others]
    least = max(scores, default=0.0) - 0.25  # the same root goes before a synonym
    return [i for i, score in enumerate(scores) if score and score >= least]


def _nearest(targets: Sequence[int], place: float) -> list[int]:
    """Those of `targets` next to `place`: a word that a text repeats without end must not take time without end."""
    return sorted(sorted(targets, key=lambda target: abs(target - place))[:_MAX_CANDIDATES])


def _leave_to_same_roots(found: list[list[int]], words: Sequence[Word], others: Sequence[Word]) -> None:
    """Takes those candidates from each word that another written word has by its root, and it only as a synonym."""
    taken = {
        target
        for word, targets in zip(words, found, strict=True)
        for target in targets
        if others[target].root == word.root
    }
    for word, targets in zip(words, found, strict=True):
        targets[:] = [target for target in targets if target not in taken or likeness(word, others[target]) > SYNONYM]


def _places(roots: Sequence[str], words: Sequence[Word]) -> list[int]:
    """Where `roots` follow each other in `words`."""
    starts = (i for i in range(len(words)) if [word.root for word in words[i : i + len(roots)]] == list(roots))
    return [start + i for start in starts for i in range(len(roots))]


def _abbreviations(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The roots of each long name that `text` abbreviates in parentheses, and of its abbreviation."""
    for match in _ABBREVIATION.finditer(text):
        words = [word for word in re.split(r"[\s-]+", match[1].lower()) if word]
        letters = match[2].lower().replace("-", "")
        for start in range(len(words) - 1):
            name = words[start:]
            if name[0][0] == letters[0] and len(name) <= len(letters) + 2 and _has_letters("".join(name), letters):
                yield tuple(map(root, name)), (root(letters),)


def _has_letters(name: str, letters: str) -> bool:
    """Whether `name` has all of `letters`, in this order."""
    rest = iter(name)
    return all(letter in rest for letter in letters)
