"""Embeds the words of a collection, so that a question's words find those that the papers use instead."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from rag.index.vector_database import VOCABULARY, VectorDatabase
from rag.progress import Progress

if TYPE_CHECKING:
    from rag.models.embedding import Embedding

MAX_VOCABULARY = 30_000  # words, the most frequent: rarer ones are names and typos, which are no synonyms of anything
MIN_WORD_LENGTH = 3  # letters; shorter words have no meaning to embed
_BATCH = 1_024  # words


def write(database: VectorDatabase, forms: Mapping[str, str], model: Embedding, progress: Progress) -> int:
    """Embeds the words of `forms`, which maps stems to written forms, most frequent first; returns how many.

    Left out are words shorter than MIN_WORD_LENGTH, those with anything but letters, and those that the model has no
    tokens for.
    """
    long_enough = ((stem, form) for stem, form in forms.items() if len(form) >= MIN_WORD_LENGTH and form.isalpha())
    words = list(islice((entry for entry in long_enough if model.in_vocabulary(entry[1])), MAX_VOCABULARY))
    for start in range(0, len(words), _BATCH):
        progress("vocabulary", start, len(words))
        stems, texts = zip(*words[start : start + _BATCH], strict=True)
        database.add(VOCABULARY, stems, model.encode(list(texts)), texts)
    progress("vocabulary", len(words), len(words))
    return len(words)
