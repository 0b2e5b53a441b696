"""What an embedding model does: text → unit vectors of the text and of its tokens in context."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's `vector` and, in context, those of its tokens, all of length 1.

    `vector` is float32 of shape (dimensions,), `token_embeddings` float32 of shape (tokens, dimensions), and `offsets`
    int64 of shape (tokens, 2): where each token starts and ends in the text, in characters. Special tokens are left
    out. There are no tokens if the model or its tokenizer does not provide them.
    """

    vector: np.ndarray
    token_embeddings: np.ndarray
    offsets: np.ndarray


class Embedding(ABC):
    """An embedding model, which threads can share.

    `name` is what the settings call it, and `fingerprint` is that of the weights and of all else that determines the
    vectors: they are comparable only between models with the same one. Vectors have `dimensions` components; of a text
    the model reads the first `max_tokens` tokens, including special ones.
    """

    name: str
    fingerprint: str
    dimensions: int
    max_tokens: int

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """The number of tokens of `text`, not truncated, including special tokens."""

    @abstractmethod
    def covers(self, word: str) -> bool:
        """Whether the tokenizer has tokens for all of `word`; all words that it does not cover get the same vector."""

    @abstractmethod
    def encode_tokens(self, texts: Sequence[str]) -> list[EncodedText]:
        """`texts` with their tokens, in the same order; a text is truncated to its first `max_tokens` tokens."""

    @abstractmethod
    def encode_queries(self, queries: Sequence[str]) -> list[EncodedText]:
        """As `encode_tokens`, for questions: some models embed these differently from documents."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of `texts`, in the same order: float32 of shape (texts, dimensions)."""
        import numpy as np

        vectors = [encoded.vector for encoded in self.encode_tokens(texts)]
        return np.array(vectors, dtype=np.float32).reshape(-1, self.dimensions)


def encoded_text(vector: np.ndarray, tokens: np.ndarray, offsets: Sequence[tuple[int, int]]) -> EncodedText:
    """The EncodedText of a text with this `vector` and these `tokens`, of any length; special tokens span nothing."""
    import numpy as np

    spans = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    in_text = spans[:, 1] > spans[:, 0]
    return EncodedText(l2_normalize(vector), l2_normalize(tokens[in_text]), spans[in_text])


def l2_normalize(vectors: np.ndarray) -> np.ndarray:
    """`vectors` scaled to length 1: one of shape (n,), or one per row; zero vectors stay as they are."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: np.ndarray = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled
