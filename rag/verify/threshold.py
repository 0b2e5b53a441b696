"""How alike two sentences of one abstract are in a collection, which a written sentence is held to."""

from __future__ import annotations

import random

from rag.index.calibration import SEED
from rag.index.store import Store

ABSTRACTS = 200  # whose sentences are compared to one another
QUANTILE = 0.75  # share of them that are less alike than a written sentence must be to its source


def similarity_threshold(store: Store) -> float:
    """The cosine above which a sentence is more like another than three in four of one abstract are to each other.

    1 where no abstract of the sample has two.
    """
    import numpy as np

    chance = random.Random(SEED)
    numbers = chance.sample(range(1, store.paper_count + 1), min(ABSTRACTS, store.paper_count))
    vectors = [of_paper for of_paper in store.sentence_vectors(numbers) if len(of_paper) > 1]
    pairs = [(own @ own.T)[np.triu_indices(len(own), 1)] for own in vectors]
    return float(np.quantile(np.concatenate(pairs), QUANTILE)) if pairs else 1.0
