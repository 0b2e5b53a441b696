"""The network of the dependency parser, in numpy: words → vectors → the scores of transitions.

Four hashed embeddings of each word (Svenstrup et al. 2017; "Bloom embeddings" in spaCy) are mixed by a maxout layer,
then four residual convolutions give each word the context of four neighbours on each side. A transition is scored from
the vectors of eight words of the parser's state; each word's part in each of the eight places is computed once for a
sentence (Kiperwasser and Goldberg 2016; Honnibal, spaCy 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.language.parser_features import features

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]

FEATURE_NAMES = ("norm", "prefix", "suffix", "shape")
LAYER_NAMES = ("mix", "convolution1", "convolution2", "convolution3", "convolution4")
CONTEXT_SIZE = 8  # words of a state that the score of a transition depends on
_PADDING = np.zeros((len(LAYER_NAMES) - 1, len(FEATURE_NAMES)), dtype=np.uint64)  # words before and behind a sentence
_EPSILON = np.float32(1e-8)


class _Layer(NamedTuple):
    """A maxout layer (Goodfellow et al. 2013), normalised (Ba et al. 2016)."""

    weights: Floats  # (inputs, pieces · outputs)
    bias: Floats  # (pieces · outputs,)
    scale: Floats  # (outputs,)
    shift: Floats  # (outputs,)

    def __call__(self, inputs: Floats) -> Floats:
        """(words, inputs) → (words, outputs)"""
        pieces = inputs @ self.weights + self.bias
        outputs: Floats = pieces.reshape(len(inputs), -1, len(self.scale)).max(axis=1)
        outputs -= outputs.mean(axis=1, keepdims=True)
        outputs /= np.sqrt(np.square(outputs).mean(axis=1, keepdims=True) + _EPSILON)
        return outputs * self.scale + self.shift


class ParserModel:
    """The weights, and what is computed with them."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.float16]]) -> None:
        """`arrays`: see tests/parser_weights.py, which writes them."""
        weights = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
        self._tables = [weights[name] for name in FEATURE_NAMES]
        self._seeds = [int(seed) for seed in weights["seeds"]]
        self._layers = [_Layer(*(weights[f"{layer}.{part}"] for part in _Layer._fields)) for layer in LAYER_NAMES]
        self._lower, self._lower_bias = weights["lower.weights"], weights["lower.bias"]
        self._lower_padding = weights["lower.padding"]
        self._upper, self._upper_bias = weights["upper.weights"], weights["upper.bias"]
        self._places = np.arange(CONTEXT_SIZE)

    def vectors(self, words: Sequence[str]) -> Floats:
        """A vector of each of `words` in its context: (words, width)."""
        keys = np.concatenate([_PADDING, np.array([features(word) for word in words], dtype=np.uint64), _PADDING])
        embedded = [
            table[hash_rows(keys[:, column], seed, len(table))].sum(axis=1)
            for column, (table, seed) in enumerate(zip(self._tables, self._seeds, strict=True))
        ]
        mix, *convolutions = self._layers
        vectors = mix(np.hstack(embedded))
        for convolution in convolutions:
            vectors = vectors + convolution(_windows(vectors))
        return vectors[len(_PADDING) : -len(_PADDING)]

    def parts(self, words: Sequence[str]) -> Floats:
        """What each of `words` adds to the hidden layer in each place of the context.

        (CONTEXT_SIZE · (1 + words), pieces · hidden); the first CONTEXT_SIZE rows stand for a word that is missing.
        """
        parts = (self.vectors(words) @ self._lower).reshape(len(words) * CONTEXT_SIZE, -1)
        return np.concatenate([self._lower_padding, parts])

    def scores(self, parts: Floats, context: Sequence[int]) -> Floats:
        """The score of each transition: (transitions,).

        `context`: CONTEXT_SIZE indexes of words, -1 for a missing one; `parts`: those of the sentence.
        """
        rows = (np.array(context) + 1) * CONTEXT_SIZE + self._places
        pieces = parts[rows].sum(axis=0) + self._lower_bias
        hidden = pieces.reshape(-1, self._upper.shape[1]).max(axis=0)
        scores: Floats = self._upper @ hidden + self._upper_bias
        return scores


def _windows(vectors: Floats) -> Floats:
    """Each vector between its neighbours, zeros at the ends: (words, width) → (words, 3 · width)."""
    edge = np.zeros((1, vectors.shape[1]), dtype=np.float32)
    return np.hstack([np.concatenate([edge, vectors[:-1]]), vectors, np.concatenate([vectors[1:], edge])])


def hash_rows(keys: Keys, seed: int, rows: int) -> npt.NDArray[np.uint32]:
    """The four rows, of a table of `rows`, whose sum embeds each key: (keys,) → (keys, 4).

    They are the quarters of the 128-bit hash of the key's 8 bytes by MurmurHash3_x64_128 (Austin Appleby, public
    domain); numpy's uint64 wraps around as that of C does.
    """
    high = _rotate(keys * np.uint64(0x87C37B91114253D5), 31) * np.uint64(0x4CF5AD432745937F)
    high = high ^ np.uint64(seed ^ 8)  # 8: the length of the key
    low = np.full_like(high, seed ^ 8)
    high = high + low
    low = low + high
    high, low = _mixed(high), _mixed(low)
    high = high + low
    low = low + high
    quarters = np.column_stack([high, low]).astype("<u8").view("<u4")
    return quarters % np.uint32(rows)


def _rotate(values: Keys, bits: int) -> Keys:
    return (values << np.uint64(bits)) | (values >> np.uint64(64 - bits))


def _mixed(values: Keys) -> Keys:
    shift = np.uint64(33)
    values = (values ^ (values >> shift)) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> shift)) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> shift)
