"""The words of a collection and their nearest others, so that a question's words find those that the papers use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.progress import Progress

if TYPE_CHECKING:
    import numpy as np

    from rag.models.encoding import Embedding

VOCABULARY_FILE, WORD_VECTORS_FILE = "vocabulary.npz", "vocabulary.f32"
MAX_VOCABULARY = 30_000  # words, the most frequent: rarer ones are names and typos, which are no synonyms of anything
MIN_WORD_LENGTH = 3  # letters; shorter words have no meaning to embed
NEAREST_WORDS = 10  # at most this many are kept of each word, itself among them
MIN_COSINE = 0.65  # of a word to one that it may stand for
_BATCH = 1_024  # words


@dataclass(frozen=True)
class Vocabulary:
    """The words of a collection, most frequent first, each by its stem.

    `stems` are given with the written `forms` that were embedded, and `vectors`, float32 of (words, dimensions).
    `neighbours` are for each word the rows of those nearest to it, with a cosine of MIN_COSINE or more, best first, and
    then -1: int32 of (words, NEAREST_WORDS); `cosines` are their cosines.
    """

    stems: list[str]
    forms: list[str]
    vectors: np.ndarray
    neighbours: np.ndarray
    cosines: np.ndarray

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each stem."""
        return {stem: row for row, stem in enumerate(self.stems)}

    def nearest(self, stem: str) -> dict[str, float]:
        """The stems of the words nearest to that of a known `stem`, itself among them, with cosines, best first."""
        row = self.rows[stem]
        return self._of_row(self.neighbours[row], self.cosines[row])

    def nearest_to(self, vectors: np.ndarray) -> list[dict[str, float]]:
        """As `nearest`, for words that the collection lacks, given by their vectors: float32 of (words, dimensions)."""
        return [self._of_row(*found) for found in zip(*_nearest(self.vectors, vectors), strict=True)]

    def _of_row(self, rows: np.ndarray, cosines: np.ndarray) -> dict[str, float]:
        pairs = zip(rows.tolist(), cosines.tolist(), strict=True)
        return {self.stems[other]: cosine for other, cosine in pairs if other >= 0}


def write(
    folder: Path, forms: Mapping[str, str], model: Embedding, previous: Vocabulary | None, progress: Progress
) -> int:
    """Writes the vocabulary of `forms`, which maps stems to written forms, most frequent first; returns its size.

    Left out are words shorter than MIN_WORD_LENGTH, those with anything but letters, and those that the model has no
    tokens for. Words that are in the `previous` vocabulary are not embedded again.
    """
    import numpy as np

    long_enough = ((stem, form) for stem, form in forms.items() if len(form) >= MIN_WORD_LENGTH and form.isalpha())
    words = dict(islice((entry for entry in long_enough if model.covers(entry[1])), MAX_VOCABULARY))
    known = dict(zip(previous.forms, previous.vectors, strict=True)) if previous else {}
    known |= _embed([form for form in words.values() if form not in known], model, progress)
    vectors = np.array([known[form] for form in words.values()], dtype=np.float32).reshape(-1, model.dimensions)
    vectors.tofile(folder / WORD_VECTORS_FILE)
    neighbours, cosines = _neighbours(list(words.values()), vectors, previous)
    table = folder / VOCABULARY_FILE
    stems, written = arrays.pack(words), arrays.pack(words.values())
    np.savez(table, stems=stems, forms=written, neighbours=neighbours, cosines=cosines)
    return len(words)


def load(folder: Path, dimensions: int) -> Vocabulary:
    """What `write` wrote into `folder`. Raises OSError, ValueError or KeyError if it is missing or damaged."""
    import numpy as np

    table = arrays.load(folder / VOCABULARY_FILE)
    stems, forms = arrays.unpack(table["stems"]), arrays.unpack(table["forms"])
    if not len(stems) == len(forms) == len(table["neighbours"]) == len(table["cosines"]):
        raise ValueError(f"{VOCABULARY_FILE} holds {len(forms)} words instead of {len(stems)}")
    vectors = arrays.memory_map(folder / WORD_VECTORS_FILE, np.float32, len(stems), dimensions)
    return Vocabulary(stems, forms, vectors, table["neighbours"], table["cosines"])


def _embed(words: list[str], model: Embedding, progress: Progress) -> Iterator[tuple[str, np.ndarray]]:
    for start in range(0, len(words), _BATCH):
        progress("vocabulary", start, len(words))
        batch = words[start : start + _BATCH]
        yield from zip(batch, model.encode(batch), strict=True)
    progress("vocabulary", len(words), len(words))


def _neighbours(forms: list[str], vectors: np.ndarray, previous: Vocabulary | None) -> tuple[np.ndarray, np.ndarray]:
    """`neighbours` and `cosines` of the words with these `forms` and `vectors`.

    Those of words in the `previous` vocabulary are taken from there, unless a word that is as near has come or gone.
    """
    import numpy as np

    before = {form: row for row, form in enumerate(previous.forms)} if previous else {}
    old = np.array([before.get(form, -1) for form in forms], dtype=np.int64)
    if previous is None or 2 * np.count_nonzero(old < 0) > len(forms):
        return _nearest(vectors, vectors)
    now = np.full(len(before) + 1, -2, dtype=np.int32)  # of each old row, where it is; the last stands for -1
    now[old[old >= 0]] = np.flatnonzero(old >= 0)
    now[-1] = -1
    neighbours, cosines = now[previous.neighbours[old]], previous.cosines[old]
    stale = (old < 0) | (neighbours == -2).any(axis=1)
    stale |= (vectors @ vectors[old < 0].T >= MIN_COSINE).any(axis=1)
    neighbours[stale], cosines[stale] = _nearest(vectors, vectors[stale])
    return neighbours, cosines


def _nearest(vectors: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `vectors` nearest to each of `queries`, and their cosines, as a Vocabulary has them."""
    import numpy as np

    neighbours = np.full((len(queries), NEAREST_WORDS), -1, dtype=np.int32)
    nearest = np.zeros((len(queries), NEAREST_WORDS), dtype=np.float32)
    for start in range(0, len(queries), _BATCH):
        cosines = queries[start : start + _BATCH] @ vectors.T
        query, row = np.nonzero(cosines >= MIN_COSINE)
        order = np.lexsort((-cosines[query, row], query))
        query, row = query[order], row[order]
        rank = np.arange(len(query)) - np.searchsorted(query, np.arange(len(cosines)))[query]
        query, row, rank = query[rank < NEAREST_WORDS], row[rank < NEAREST_WORDS], rank[rank < NEAREST_WORDS]
        neighbours[start + query, rank], nearest[start + query, rank] = row, cosines[query, row]
    return neighbours, nearest
