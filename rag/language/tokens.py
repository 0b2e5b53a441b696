"""Text → tokens and terms.

Papers and questions share one tokenizer, so that "3-D" matches "3D", "β-VAE" matches "$\\beta$-VAE" and "multitask"
matches "multi-task".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from Stemmer import Stemmer

MAX_WORD_LENGTH = (
    50  # characters; longer words are cut: the stemmer is slow on them, and arrays are as wide as the longest
)
MAX_TERMS = 64  # of a question; a pasted page must not become a query of thousands of terms

# Function words, politeness, and the words with which people ask for papers: frequent, and no help in finding any.
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

# Each continues a word, and so makes it a compound.
HYPHENS = "-‐‑–"
HYPHEN = rf"[{HYPHENS}]\w+"
PARENTHESES = r"\(\w+\)"

_GREEK = {chr(n): unicodedata.name(chr(n)).split()[-1].lower() for n in range(0x3B1, 0x3CA)} | {"λ": "lambda"}
_LATEX_COMMAND = re.compile(r"\\[a-z]+(?={)")  # formats the braces that follow; other commands name a symbol
_LATEX_MARKUP = str.maketrans({"\\": " ", "$": "", "{": "", "}": "", "_": ""} | _GREEK)


Kind = Literal["word", "number", "mark"]


class Token(NamedTuple):
    """A piece of a text, as written: ``text[start:end]``."""

    text: str
    start: int
    kind: Kind

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.text)


@cache
def _scanner(joints: tuple[str, ...], decimals: bool) -> re.Pattern[str]:
    separator = "[.,]" if decimals else "(?!)"  # which never matches
    word = rf"\w+(?:{'|'.join(joints)})*"
    return re.compile(rf"(?P<number>\d+(?:{separator}\d+)+)|(?P<word>{word})|(?P<mark>[^\w\s])")


def scan(text: str, *joints: str, decimals: bool = True) -> Iterator[Token]:
    """The words, numbers and punctuation marks of `text`, in order; together they are all of it except white space.

    A mark is a single character. A word is a run of letters, digits and underscores, with whatever continues it by one
    of `joints`, such as HYPHEN. A number is a run of digits; with `decimals` also "0.5" and "1,000".
    """
    for match in _scanner(joints, decimals).finditer(text):
        token = match[0]
        kind: Kind = "mark" if match["mark"] else "number" if match["number"] or token.isdecimal() else "word"
        yield Token(token, match.start(), kind)


def plain_text(text: str) -> str:
    """`text` in lower case, without accents and LaTeX, Greek letters by name."""
    letters = text.lower() if text.isascii() else _without_accents(text)
    return _LATEX_COMMAND.sub("", letters).translate(_LATEX_MARKUP)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokenize(text: str) -> Iterator[str]:
    """The terms of `text` for retrieval: lower case, no accents, Greek letters by name, no LaTeX.

    A compound yields each of its parts that is longer than one character. If it has two parts, it also yields both as
    one word; if it has more, only the neighbours of single characters: "3-D" → "3d", "E(n)-equivariant" → "en",
    "nequivariant", "equivariant".
    """
    for token in scan(plain_text(text), HYPHEN, PARENTHESES):
        yield from (term[:MAX_WORD_LENGTH] for term in _terms(token))


def _terms(token: Token) -> Iterator[str]:
    if token.kind == "mark":
        return
    if token.kind == "number":
        yield token.text.replace(",", "")
        return
    if token.text.isalnum():
        yield token.text
        return
    parts = [part.text for part in scan(token.text) if part.kind != "mark"]
    yield from (part for part in parts if len(part) > 1 or len(parts) == 1)
    yield from (a + b for a, b in pairwise(parts) if len(parts) == 2 or min(len(a), len(b)) == 1)


def is_content_word(word: str) -> bool:
    """Whether `word`, in lower case, is neither a stop word nor a single letter."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def content_word_offsets(text: str) -> list[tuple[int, int]]:
    """The start and end in `text` of each content word; the parts of a compound count separately."""
    words = (token for token in scan(text, decimals=False) if token.kind != "mark")
    return [(word.start, word.end) for word in words if is_content_word(word.text.lower())]


@cache
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer("porter")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """`word` without its inflection, by Porter's algorithm (1980): propose and proposes both give "propos"."""
    return str(_stemmer().stemWord(word))


@cache
def stem_set(words: tuple[str, ...]) -> frozenset[str]:
    """The stems of `words`, made on first use: importing a module must not load the stemmer."""
    return frozenset(map(stem, words))


def stems(text: str) -> set[str]:
    """The stems of all terms of `text`."""
    return set(map(stem, tokenize(text)))


def content_words(text: str) -> set[str]:
    """The terms of `text` that are not stop words."""
    return {term for term in tokenize(text) if term not in STOP_WORDS}


def content_stems(text: str) -> set[str]:
    """The stems of the terms of `text` that are not stop words."""
    return set(map(stem, content_words(text)))


def content_terms(question: str) -> list[str]:
    """The distinct content words among the terms of `question`, in order, at most MAX_TERMS."""
    return [term for term in dict.fromkeys(tokenize(question)) if is_content_word(term)][:MAX_TERMS]
