"""Does each number belong to the same words as in the source?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.fault import Fault
from rag.verify.rules.text import Text

_REACH = 4  # words on each side of a number that may say what it is a number of


def owner_faults(alignment: Alignment) -> Iterator[Fault]:
    """Numbers that stand beside the words of another number of the source."""
    source = alignment.source
    numbers = [i for i, word in enumerate(source.words) if word.is_number]
    for index, word in enumerate(alignment.written.words):
        if not word.is_number or not alignment.choice[index]:
            continue
        here = {target for near in _near(alignment.written, index) for target in alignment.choice[near]}
        shared = {number: len(here.intersection(_near(source, number))) for number in numbers}
        same = [number for number in numbers if source.words[number].root == word.root]
        if same and max(shared.values()) > max(shared[number] for number in same):
            yield Fault("number", f"the evidence gives “{word.text}” for something else", refutes=True)
    if "respectively" in source.tokens and "respectively" not in alignment.written.tokens:
        places = [
            min(found) for i, found in enumerate(alignment.choice) if found and alignment.written.words[i].is_number
        ]
        if places != sorted(places):
            yield Fault("number", "the evidence has the numbers in another order", refutes=True)


def _near(text: Text, number: int) -> set[int]:
    """The words before and behind a number, up to other numbers and the ends of its sentence."""
    before = range(number - 1, max(-1, number - 1 - _REACH), -1)
    behind = range(number + 1, min(len(text.words), number + 1 + _REACH))
    return {*_until_number(text, number, before), *_until_number(text, number, behind)}


def _until_number(text: Text, number: int, words: Iterable[int]) -> Iterator[int]:
    for word in words:
        if text.words[word].is_number or text.sentence_of[word] != text.sentence_of[number]:
            return
        yield word
