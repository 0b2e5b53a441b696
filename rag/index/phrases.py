"""Which papers contain a phrase: its words in a row, whatever their inflection, hyphens and capitals.

A short form counts as its long form, and the other way round, where an abstract of the collection spells it out:
"reinforcement learning from human feedback (RLHF)".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

from rag.index.store import Store
from rag.language.tokens import STOP_WORDS, content_terms, plain_text, stem

if TYPE_CHECKING:
    import numpy as np

MAX_LONG_FORM_WORDS = 9  # of a long form, as many as its short form has letters and a few small words more
MAX_LONG_FORM_CHARS = 200  # before a short form, in which its long form is looked for
MIN_INFLECTED = 4  # letters of a word of which more than a final s may differ
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^\W\d_]+|\d+")
_DIGRAPH = re.compile(r"(?:^|(?<=[bcdfghlnpt]))[ao]e(?=[a-z]{3})")  # of "haemophilia", "oedema", "anaesthesia"
_SHORT_FORM = re.compile(r"[A-Z](?=[a-z]*+[A-Z0-9])[A-Za-z0-9]*+")
_WORDS_BEFORE = re.compile(rf"(?:[\w/-]+\s+){{1,{MAX_LONG_FORM_WORDS}}}$")


def papers_with(phrase: str, store: Store) -> dict[int, bool]:
    """The numbers of the papers in `store` that contain `phrase` or its other form; true if in the title."""
    found: dict[int, bool] = {}
    for form in forms_of(phrase, store):
        for number, in_title in _papers_with(form, store).items():
            found[number] = found.get(number, False) or in_title
    return dict(sorted(found.items()))


def papers_about(topic: Sequence[Sequence[str]], store: Store) -> dict[int, bool]:
    """The numbers of the papers in `store` that contain all phrases of an alternative of `topic`, see `alternatives`.

    True if the title has all of them.
    """
    found: dict[int, bool] = {}
    for phrases in topic:
        each = [papers_with(phrase, store) for phrase in phrases]
        for n in each[0] if each else ():
            if all(n in papers for papers in each):
                found[n] = found.get(n, False) or all(papers[n] for papers in each)
    return dict(sorted(found.items()))


def alternatives(text: str) -> list[list[str]]:
    """The phrases between the small words of `text`, for each of the alternatives that it joins with "or" or "/".

    "diffusion models for depth or normals" has the alternatives "diffusion models", "depth" and "normals".
    """
    return [phrases for part in re.split(r"\s+or\s+|\s+/\s+", text) if (phrases := _phrases(part))]


def has_word(word: str, store: Store) -> bool:
    """Whether any paper in `store` has `word`, in any inflection and spelling; a compound, with all its parts."""
    return bool(papers_with(word, store)) if "-" in word else bool(len(_having_any([word.lower()], store)))


def numbers_with(word: str, store: Store) -> np.ndarray:
    """The papers in `store` that have `word`, in any inflection and spelling: their numbers in ascending order.

    A paper has a compound if it has all its parts, or the terms that its single characters make with their neighbours.
    """
    import numpy as np

    parts = _WORD.findall(plain_text(word))
    whole = _having_any(["".join(parts)], store)
    if len(parts) < 2:
        return whole
    if min(map(len, parts)) > 1:
        sets = [_having_any([part], store) for part in parts]
    else:  # "GPT-4", "2.0"
        sets = [store.bm25.postings(stem(term))[0] for term in content_terms(word)]
    return np.union1d(whole, reduce(np.intersect1d, sets)) if sets else whole


def forms_of(phrase: str, store: Store) -> list[str]:
    """`phrase`, and its long or short form as an abstract of the collection spells it out."""
    if _SHORT_FORM.fullmatch(phrase.strip()):
        return [phrase, *_long_forms(phrase.strip().removesuffix("s"), store)]
    return [phrase, *_short_forms(phrase, store)]


def contains(text: str, phrase: str) -> bool:
    """Whether `text` contains the words of `phrase` in a row, in any inflection and spelling of theirs."""
    pattern = _pattern(phrase)
    return bool(pattern and pattern.search(plain_text(text)))


def _phrases(text: str) -> list[str]:
    """The phrases between the small words of `text`: "diffusion models", "depth" of "diffusion models for depth"."""
    phrases: list[list[str]] = [[]]
    for word in text.split():
        if content_terms(word):
            phrases[-1].append(word)
        elif phrases[-1]:
            phrases.append([])
    return [" ".join(phrase) for phrase in phrases if phrase]


def _papers_with(phrase: str, store: Store) -> dict[int, bool]:
    pattern = _pattern(phrase)
    if pattern is None:
        return {}
    numbers = _candidates(phrase, store).tolist()
    found = {}
    for number, paper in zip(numbers, store.papers(numbers), strict=True):
        in_title = bool(pattern.search(plain_text(paper.title)))
        if in_title or pattern.search(plain_text(paper.abstract)):
            found[number] = in_title
    return found


def _candidates(phrase: str, store: Store) -> np.ndarray:
    """The papers that have every word of `phrase` which is no stop word; a part of a compound may be missing."""
    import numpy as np

    words = [word for word in plain_text(phrase).split() if _WORD.search(word)]
    sets = [_having_any([word, *_WORD.findall(word)], store) for word in words if word not in STOP_WORDS]
    return reduce(np.intersect1d, sets) if sets else np.zeros(0, dtype=np.int64)


def _having_any(words: Iterable[str], store: Store) -> np.ndarray:
    import numpy as np

    squashed = [spelling for word in words for spelling in _spellings(re.sub(r"\W", "", word))]
    return reduce(np.union1d, [store.bm25.postings(stem(word))[0] for word in squashed])


def _spellings(word: str) -> set[str]:
    """`word` as it is, and in British and in American spelling."""
    british = re.sub(r"(?<=..)iz(?=e|at|ing)", "is", re.sub(r"(?<=..)or(?=s|ed|ing|al|$)", "our", word))
    american = re.sub(r"(?<=..)is(?=e|at|ing)", "iz", re.sub(r"our(?=s|ed|ing|al|$)", "or", word))
    american = _DIGRAPH.sub("e", american)
    return {word, british, american}


@lru_cache(maxsize=1_000)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    """Matches the words of `phrase` in a row in `plain_text`, singular or plural, in British or American spelling.

    Between the words, and within a compound or where letters and digits meet, any of space, mark and nothing may stand.
    """
    words = _PART.findall(plain_text(phrase))
    if not words:
        return None
    return re.compile(r"\b" + r"[\W_]{0,3}".join(map(_inflected, words)) + r"\b")


def _inflected(word: str) -> str:
    """A pattern of `word` as singular and plural, and in both spellings of "normalise", "colour" and "haemophilia"."""
    if len(word) < MIN_INFLECTED:
        return f"{word}s?" if word.isalpha() else word
    singular = re.sub(r"(?<![aeious])(?:es|s)$|(?<=[aeo])s$", "", re.sub(r"ies$", "y", word))
    singular = _DIGRAPH.sub("[ao]?e", singular)
    spelled = re.sub(r"(?<=...)i[sz](?=e|at|ing|$)", "i[sz]", re.sub(r"ou?r(?=s|ed|ing|al|$)", "ou?r", singular))
    return f"{spelled[:-1]}(?:y(?:e?s)?|ies)" if spelled.endswith("y") else f"{spelled}(?:e?s)?"


def _long_forms(short: str, store: Store) -> list[str]:
    """What abstracts spell out before "(SHORT)", the most frequent one; none if none does."""
    in_parentheses = re.compile(rf"\(\s*{re.escape(short)}s?\s*[;,)]")
    papers = store.papers(_having_any([short.lower(), f"{short}s".lower()], store).tolist())
    spelled = Counter(
        long.lower()
        for paper in papers
        for text in (f"{paper.title}. {paper.abstract}",)
        for match in in_parentheses.finditer(text)
        if (before := _WORDS_BEFORE.search(text[max(0, match.start() - MAX_LONG_FORM_CHARS) : match.start()]))
        and (long := _spelled_out(before[0], short))
    )
    return [long for long, _ in spelled.most_common(1)]


def _short_forms(phrase: str, store: Store) -> list[str]:
    """The short form that an abstract puts in parentheses after `phrase`, the most frequent one; none if none does."""
    words = r"[\s-]+".join(map(_inflected, _PART.findall(plain_text(phrase))))
    if not re.search(r"[\s-]", phrase.strip()):
        return []  # a single word is not shortened
    pattern = re.compile(rf"(?i:\b{words})\s*\(\s*({_SHORT_FORM.pattern})\s*[;,)]")
    papers = store.papers(_candidates(phrase, store).tolist())
    short = Counter(
        match[1].removesuffix("s") for paper in papers for match in pattern.finditer(f"{paper.title}. {paper.abstract}")
    )
    return [form for form, _ in short.most_common(1)]


def _spelled_out(words: str, short: str) -> str:
    """The end of `words` that `short` abbreviates, "" if it does not.

    Its letters occur there in order, the first at the beginning of a word: the algorithm of Schwartz and Hearst (2003).
    """
    position = len(words)
    for n, letter in reversed(list(enumerate(short.lower()))):
        position -= 1
        while position >= 0 and (
            words[position].lower() != letter or (n == 0 and position > 0 and words[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return ""
    return words[position:].strip()
