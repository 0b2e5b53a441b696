"""The similarity that a written sentence must have to its source, measured on the collection itself."""

from __future__ import annotations

import random

from rag.index.calibration import SEED
from rag.index.store import Store

_SAMPLE_SIZE = 200  # abstracts whose sentences are compared
_QUANTILE = 0.75  # of the cosines between sentences of the same abstract


def similarity_threshold(store: Store) -> float:
    """A cosine that three in four pairs of sentences from the same abstract stay below.

    1.0 if no abstract of the sample has two sentences.
    """
    import numpy as np

    papers = range(1, store.paper_count + 1)
    sample = random.Random(SEED).sample(papers, min(_SAMPLE_SIZE, store.paper_count))
    by_paper = [vectors for vectors in store.sentence_vectors(sample) if len(vectors) > 1]
    cosines = [(vectors @ vectors.T)[np.triu_indices(len(vectors), 1)] for vectors in by_paper]
    return float(np.quantile(np.concatenate(cosines), _QUANTILE)) if cosines else 1.0
