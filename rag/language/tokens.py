"""Text → words, and the word index: BM25 of every word in every paper, as a sparse matrix.

One tokenizer serves papers and questions, so "3-D" finds "3D", "β-VAE" finds "$\\beta$-VAE" and "multitask" finds
"multi-task".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.stem import PorterStemmer

MAX_WORD_LENGTH = (
    50  # letters; a longer word is cut, as the stemmer would take seconds and an array room for the longest
)

# Function words, politeness, and the words with which one asks for papers: they match everything and mean nothing.
STOP_WORDS = frozenset(
    """
    a about all also am an and any are as at be because been but by can could did do does doing done each else even
    ever every few for from get gets give given go had has have having he hello help her here hey hi him his how i if
    in into is it its just kind let like list many may me might more most much must my need no nor not now of off on
    one ones only or other our out over please same several shall she should show so some something such tell than
    thank thanks that the their them then there these they thing things this those to too under up use used uses
    using very via want was way we well were what when where whether which while who whom whose why will with without
    would yes yet you your
    d ll m re s t ve
    abstract abstracts article articles authors literature paper papers publication publications study studies work
    works
    """.split()
)

_PLAIN = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")
_TOKEN = re.compile(rf"{_NUMBER.pattern}|\w+(?:[-‐‑–]\w+|\(\w+\))*")
_GREEK = {chr(n): unicodedata.name(chr(n)).split()[-1].lower() for n in range(0x3B1, 0x3CA)} | {"λ": "lambda"}
_COMMAND = re.compile(r"\\[a-z]+(?={)")  # of LaTeX, about what stands in the braces behind it
_MARKUP = str.maketrans({"\\": " ", "$": "", "{": "", "}": "", "_": ""} | _GREEK)


def tokenize(text: str) -> Iterator[str]:
    """The words of `text` in lower case, without accents, Greek letters by name.

    A compound gives its parts, but for single letters and digits, and two parts also as one word.
    """
    letters = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    for token in _TOKEN.findall(_COMMAND.sub("", plain).translate(_MARKUP)):
        yield from (word[:MAX_WORD_LENGTH] for word in _readings(token))


def _readings(token: str) -> Iterator[str]:
    if _NUMBER.fullmatch(token):
        yield token.replace(",", "")
        return
    parts = re.findall(r"\w+", token)
    yield from (part for part in parts if len(part) > 1 or len(parts) == 1)
    yield from (a + b for a, b in pairwise(parts) if len(parts) == 2 or min(len(a), len(b)) == 1)


def is_content_word(word: str) -> bool:
    """Whether `word`, in lower case, carries meaning of its own."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def content_word_offsets(text: str) -> list[tuple[int, int]]:
    """Where in `text` the words that carry meaning begin and end, as written: the parts of a compound each."""
    return [word.span() for word in _PLAIN.finditer(text) if is_content_word(word[0].lower())]


@cache
def _stemmer() -> PorterStemmer:
    from nltk.stem import PorterStemmer

    return PorterStemmer()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """`word` without its grammatical ending: propose and proposes are one."""
    return str(_stemmer().stem(word))


def content_words(text: str) -> set[str]:
    """The words of `text` that carry meaning."""
    return {word for word in tokenize(text) if word not in STOP_WORDS}


def content_stems(text: str) -> set[str]:
    """The stems of the words of `text` that carry meaning."""
    return set(map(stem, content_words(text)))


def surface_forms(texts: Iterable[str]) -> dict[str, str]:
    """The stems of all `texts`, the commonest first, each with the form in which most of the texts have it."""
    counts = Counter(form for text in texts for form in set(tokenize(text)))
    found: dict[str, str] = {}
    for form, _ in counts.most_common():
        found.setdefault(stem(form), form)
    return found


def stems(text: str) -> set[str]:
    """The stems of the words in `text`."""
    return {stem(word) for word in tokenize(text)}


MAX_TERMS = 64  # of one question in the word index; a pasted page must not become a query of thousands


def content_terms(question: str) -> list[str]:
    """The words of `question` that carry meaning, as `rag.language.tokens.tokenize` gives them, each once, in order."""
    found = dict.fromkeys(tokenize(question))
    return [word for word in found if is_content_word(word)][:MAX_TERMS]
