"""Text → words, and the word index: BM25 of every word in every paper, as a sparse matrix.

One tokenizer serves papers and questions, so "3-D" finds "3D", "β-VAE" finds "$\\beta$-VAE" and "multitask" finds
"multi-task".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rag import arrays

if TYPE_CHECKING:
    import numpy as np
    from nltk.stem import PorterStemmer
    from scipy.sparse import csc_array, csr_array

# BM25 as Robertson and Zaragoza (2009) give it, with the constants and the never negative weight of Lucene.
SATURATION, LENGTH = 1.2, 0.75
TITLE = 2  # times that a word of the title counts
LONGEST = 50  # letters; a longer word is cut, as the stemmer would take seconds and an array room for the longest

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


def words(text: str) -> Iterator[str]:
    """The words of `text` in lower case, without accents, Greek letters by name.

    A compound gives its parts, but for single letters and digits, and two parts also as one word.
    """
    letters = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    for token in _TOKEN.findall(_COMMAND.sub("", plain).translate(_MARKUP)):
        yield from (word[:LONGEST] for word in _readings(token))


def _readings(token: str) -> Iterator[str]:
    if _NUMBER.fullmatch(token):
        yield token.replace(",", "")
        return
    parts = re.findall(r"\w+", token)
    yield from (part for part in parts if len(part) > 1 or len(parts) == 1)
    yield from (a + b for a, b in pairwise(parts) if len(parts) == 2 or min(len(a), len(b)) == 1)


def telling(word: str) -> bool:
    """Whether `word`, in lower case, carries meaning of its own."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def places(text: str) -> list[tuple[int, int]]:
    """Where in `text` the words that carry meaning begin and end, as written: the parts of a compound each."""
    return [word.span() for word in _PLAIN.finditer(text) if telling(word[0].lower())]


@cache
def _stemmer() -> PorterStemmer:
    from nltk.stem import PorterStemmer

    return PorterStemmer()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """`word` without its grammatical ending: propose and proposes are one."""
    return str(_stemmer().stem(word))


def content(text: str) -> set[str]:
    """The words of `text` that carry meaning."""
    return {word for word in words(text) if word not in STOP_WORDS}


def content_stems(text: str) -> set[str]:
    """The stems of the words of `text` that carry meaning."""
    return set(map(stem, content(text)))


def stems(title: str, abstract: str) -> Counter[str]:
    """How often each stem stands in a paper; in the title it counts TITLE times."""
    found = Counter(map(stem, words(abstract)))
    for word in words(title):
        found[stem(word)] += TITLE
    return found


def forms(texts: Iterable[str]) -> dict[str, str]:
    """The stems of all `texts`, the commonest first, each with the form in which most of the texts have it."""
    counts = Counter(form for text in texts for form in set(words(text)))
    found: dict[str, str] = {}
    for form, _ in counts.most_common():
        found.setdefault(stem(form), form)
    return found


@dataclass(frozen=True)
class WordIndex:
    """BM25 by paper and word. `numbers` are the words' by stem, `forms` what each is written like mostly.

    The rows of `by_paper` are papers by their number, row 0 being none, its columns words; `by_word` is the same.
    """

    numbers: dict[str, int]
    forms: list[str]
    by_paper: csr_array
    by_word: csc_array

    @property
    def total(self) -> int:
        """How many papers there are."""
        return int(self.by_paper.shape[0]) - 1

    def postings(self, stem: str) -> tuple[np.ndarray, np.ndarray]:
        """The papers that hold `stem`, in ascending order, and its BM25 in each; empty where none does."""
        n = self.numbers.get(stem)
        first, last = (0, 0) if n is None else self.by_word.indptr[n : n + 2]
        return self.by_word.indices[first:last], self.by_word.data[first:last]

    def held(self, stem: str) -> int:
        """How many papers hold `stem`."""
        return len(self.postings(stem)[0])

    def weight(self, stem: str) -> float:
        """What `stem` is worth in telling papers apart: the inverse document frequency of BM25, never negative."""
        return float(_weight(self.held(stem), self.total))

    def weight_of(self, word: str) -> float:
        """What `word`, as written, is worth: the most of its readings; 0 where it has none."""
        return max((self.weight(stem(reading)) for reading in words(word)), default=0.0)


def write(file: Path, papers: Iterable[Counter[str]], forms: dict[str, str]) -> None:
    """Writes the index of `papers`, numbered from 1, each as its `stems`; `forms` are the words by stem."""
    import numpy as np
    from scipy import sparse

    numbers = {word: n for n, word in enumerate(forms)}
    starts: list[int] = [0, 0]  # row 0 is empty
    columns: list[int] = []
    counts: list[int] = []
    for held in papers:
        columns += [numbers[word] for word in held]
        counts += held.values()
        starts.append(len(columns))
    tf = sparse.csr_array((np.array(counts, np.float32), columns, starts), (len(starts) - 1, len(numbers)))
    total, lengths = tf.shape[0] - 1, np.asarray(tf.sum(axis=1))
    average = max(lengths.sum(), 1) / total
    norm = np.repeat(SATURATION * (1 - LENGTH + LENGTH * lengths / average), np.diff(tf.indptr))
    weights = _weight(np.bincount(tf.indices, minlength=len(numbers)), total)[tf.indices]
    tf.data = (weights * tf.data * (SATURATION + 1) / (tf.data + norm)).astype(np.float32)
    written = {"data": tf.data, "indices": tf.indices, "indptr": tf.indptr}
    np.savez(file, **written, stems=np.array(list(forms)), forms=np.array(list(forms.values())))


def load(file: Path) -> WordIndex:
    """The index that `write` wrote to `file`. Raises OSError, ValueError, KeyError or TypeError if it is not whole."""
    from scipy import sparse

    read = arrays.load(file)
    stems, forms = read["stems"].tolist(), read["forms"].tolist()
    shape = (len(read["indptr"]) - 1, len(stems))
    by_paper = sparse.csr_array((read["data"], read["indices"], read["indptr"]), shape)
    return WordIndex({word: n for n, word in enumerate(stems)}, forms, by_paper, by_paper.tocsc())


def _weight(held_by: np.ndarray | int, total: int) -> np.ndarray:
    import numpy as np

    return np.log(1 + (total - held_by + 0.5) / (np.asarray(held_by) + 0.5))
