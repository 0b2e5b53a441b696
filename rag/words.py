"""Text → words, and the word index: BM25 of every word in every paper, as arrays that are mapped and not loaded.

One tokenizer serves papers and questions, so "3-D" finds "3D", "β-VAE" finds "$\\beta$-VAE" and "multitask" finds
"multi-task".
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from nltk.stem import PorterStemmer

# BM25 as Robertson and Zaragoza (2009) give it, with the constants and the never negative weight of Lucene.
SATURATION, LENGTH = 1.2, 0.75
TITLE = 2  # times that a word of the title counts
LONGEST = 50  # letters of a word that tell it from others; the stemmer takes seconds for thousands

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
        parts = [token.replace(",", "")] if _NUMBER.fullmatch(token) else re.findall(r"\w+", token)
        if len(parts) == 1:
            yield parts[0]
            continue
        yield from (part for part in parts if len(part) > 1)
        yield from (a + b for a, b in pairwise(parts) if len(parts) == 2 or min(len(a), len(b)) == 1)


@cache
def _stemmer() -> PorterStemmer:
    from nltk.stem import PorterStemmer

    return PorterStemmer()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """`word` without its grammatical ending: propose and proposes are one."""
    return str(_stemmer().stem(word[:LONGEST]))


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
    """BM25 by word and paper. `numbers` are the words' by stem, `forms` what each is written like mostly.

    Word n has the postings from `starts[n]` to `starts[n + 1]`: `papers` are their numbers in ascending order and
    `scores` their BM25 for the word. `total` is how many papers there are, `average` their mean length in words.
    """

    numbers: dict[str, int]
    forms: list[str]
    starts: np.ndarray
    papers: np.ndarray
    scores: np.ndarray
    total: int
    average: float

    def postings(self, stem: str) -> tuple[np.ndarray, np.ndarray]:
        """The papers that hold `stem`, int32, and its BM25 in each, float32; empty where none does."""
        n = self.numbers.get(stem)
        first, last = (0, 0) if n is None else (self.starts[n], self.starts[n + 1])
        return self.papers[first:last], self.scores[first:last]

    def held(self, stem: str) -> int:
        """How many papers hold `stem`."""
        return len(self.postings(stem)[0])

    def weight(self, stem: str) -> float:
        """What `stem` is worth in telling papers apart: the inverse document frequency of BM25, never negative."""
        return float(_weight(self.held(stem), self.total))

    def score(self, weights: dict[str, float]) -> np.ndarray:
        """The sum of BM25 over the stems in `weights`, each times its weight, of each paper by its number, from 0."""
        import numpy as np

        total = np.zeros(self.total + 1, dtype=np.float32)
        for stem, weight in weights.items():
            papers, scores = self.postings(stem)
            total[papers] += weight * scores
        return total

    def of_paper(self, title: str, abstract: str) -> dict[str, float]:
        """BM25 of each stem of one paper of the collection."""
        counts = stems(title, abstract)
        norm = _norm(counts.total(), self.average)
        return {word: self.weight(word) * n * (SATURATION + 1) / (n + norm) for word, n in counts.items()}


def write(folder: Path, papers: Iterable[Counter[str]], forms: dict[str, str]) -> None:
    """Writes the index of `papers`, numbered from 1, each as its `stems`; `forms` are the words by stem."""
    import numpy as np

    numbers: dict[str, int] = {}
    columns: list[int] = []
    rows: list[int] = []
    counts: list[int] = []
    lengths: list[int] = [0]  # of the paper 0, which is none
    for number, held in enumerate(papers, 1):
        lengths.append(held.total())
        for word, n in held.items():
            columns.append(numbers.setdefault(word, len(numbers)))
            rows.append(number)
            counts.append(n)
    column, row, count = (np.array(values, dtype=np.int64) for values in (columns, rows, counts))
    order = np.argsort(column, kind="stable")
    column, row, count = column[order], row[order], count[order]
    held_by = np.bincount(column)
    average = sum(lengths) / (len(lengths) - 1)
    norm = _norm(np.array(lengths)[row], average)
    scores = _weight(held_by, len(lengths) - 1)[column] * count * (SATURATION + 1) / (count + norm)
    folder.mkdir()
    np.save(folder / "starts.npy", np.concatenate([[0], np.cumsum(held_by)]))
    np.save(folder / "papers.npy", row.astype(np.int32))
    np.save(folder / "scores.npy", scores.astype(np.float32))
    about = {
        "words": list(numbers),
        "forms": [forms[word] for word in numbers],
        "total": len(lengths) - 1,
        "average": average,
    }
    (folder / "words.json").write_text(json.dumps(about), encoding="utf-8")


def load(folder: Path) -> WordIndex:
    """The index that `write` wrote to `folder`.

    Raises OSError, ValueError, KeyError or TypeError where it is not whole.
    """
    about = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    starts, papers, scores = (_mapped(folder / f"{name}.npy") for name in ("starts", "papers", "scores"))
    numbers = {word: n for n, word in enumerate(about["words"])}
    whole = len(starts) == len(numbers) + 1 == len(about["forms"]) + 1 and starts[-1] == len(papers) == len(scores)
    if not whole or papers.max(initial=0) > about["total"]:
        raise ValueError("the words do not agree with their postings")
    return WordIndex(numbers, about["forms"], starts, papers, scores, about["total"], about["average"])


def _mapped(file: Path) -> np.ndarray:
    import numpy as np

    try:
        array: np.ndarray = np.load(file, mmap_mode="r")
    except (EOFError, TokenError) as fault:  # NumPy reads the header as Python
        raise ValueError(f"{file.name} is damaged") from fault
    return array


def _weight(held_by: np.ndarray | int, total: int) -> np.ndarray:
    import numpy as np

    return np.log(1 + (total - held_by + 0.5) / (np.asarray(held_by) + 0.5))


def _norm(length: Any, average: float) -> Any:
    return SATURATION * (1 - LENGTH + LENGTH * length / average)
