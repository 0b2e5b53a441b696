"""Does the cited sentence support the written one? A written sentence may leave words out; it may not add any.

The check aligns the written words with the cited ones, in order. What aligns completely says what the source says,
with less of it; numbers, names, the direction of a comparison and who does what come out right because the words and
their order are the source's. Words that would turn the meaning when dropped ("not", "up to", "less") must stay.
"""

from __future__ import annotations

import re
from itertools import islice

from rag.question import stem

# Words that may appear anywhere: they carry a sentence's grammar, not its content.
_GRAMMAR = frozenset(
    "a an the is are was were be been being it its this that these those which who and of to in on for by with as at "
    "from has have had do does did their them they also thus hence".split()
)
# Words that turn or bound what follows them; dropping one changes what is claimed.
_GUARDS = frozenset(
    "not no never without neither nor cannot less fewer lower worse only up almost nearly about around approximately "
    "roughly may might could potentially marginally slightly partly comparable least most under fails fail hardly "
    "rarely unless except than if over".split()
)
_FIRST_PERSON = re.compile(r"\b(we|our|ours|us|this (paper|work|article|study))\b", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:'[^\W\d_]+)?|\d", re.UNICODE)
MIN_KEPT = 0.4  # of the source's content words; a sentence that keeps less tells the reader less than the quote would
SUBJECT_WITHIN = 8  # words from the start in which "we" or "this paper" makes the paper's method the subject


def supported(written: str, source: str, title: str) -> bool:
    """Whether `written` claims no more than the sentence `source` of the paper `title`.

    "We propose X" may become "TITLE is X" or "NAME is X" (the part of the title before a colon): the only words that
    may come from outside `source`.
    """
    if _FIRST_PERSON.search(written):
        return False
    words = _tokens(_without_subject(written, source, title))
    original = _tokens(source)
    kept = _align(words, original)
    if kept is None:
        return False
    content = [i for i, word in enumerate(original) if _is_content(word)]
    enough = sum(i in kept for i in content) >= MIN_KEPT * len(content)
    return enough and _keeps_guards(kept, original)


def _tokens(text: str) -> list[str]:
    text = re.sub(r"n't\b", " not", text.replace("’", "'"))
    return [token if token in _GUARDS else stem(token) for token in _TOKEN.findall(text.lower())]


def _is_content(word: str) -> bool:
    return word not in _GRAMMAR


def _without_subject(written: str, source: str, title: str) -> str:
    """`written` less a leading paper title or method name, where the source speaks of its own work there."""
    opening = " ".join(islice(source.split(), SUBJECT_WITHIN))
    if not _FIRST_PERSON.search(opening):
        return written
    for name in (title, title.partition(":")[0]):
        if written.lower().startswith(name.lower()):
            return written[len(name) :]
    return written


def _align(words: list[str], original: list[str]) -> set[int] | None:
    """Positions in `original` of the content of `words`, taken in order; None where a word is not there."""
    kept: set[int] = set()
    position = 0
    for word in filter(_is_content, words):
        try:
            position = original.index(word, position)
        except ValueError:
            return None
        kept.add(position)
        position += 1
    return kept


def _keeps_guards(kept: set[int], original: list[str]) -> bool:
    """Whether each guard stands wherever the content word it governs, the next one, was kept."""
    for i, word in enumerate(original):
        if word in _GUARDS and i not in kept:
            governed = next((j for j in range(i + 1, len(original)) if _is_content(original[j])), None)
            if governed in kept:
                return False
    return True
