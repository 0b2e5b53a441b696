"""How similar a written sentence must be to its source, by the sentences of the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from rag.verify.threshold import similarity_threshold


@dataclass
class Vectors:
    """Stands in for a store: the unit vectors of each paper's sentences."""

    by_paper: Sequence[Any]

    @property
    def paper_count(self) -> int:
        return len(self.by_paper)

    def sentence_vectors(self, numbers: Sequence[int]) -> list[Any]:
        return [self.by_paper[number - 1] for number in numbers]


def unit(*degrees: float) -> np.ndarray:
    radians = np.radians(degrees)
    return np.column_stack([np.cos(radians), np.sin(radians)])


def test_three_in_four_pairs_of_sentences_of_a_paper_are_less_similar() -> None:
    store: Any = Vectors([unit(0, 90), unit(0, 60), unit(0, 80, 80 + 70)])  # cosines of 90, 60, 80, 70 and 150 degrees
    assert similarity_threshold(store) == pytest.approx(np.cos(np.radians(70)))


def test_papers_of_one_sentence_make_every_sentence_too_different() -> None:
    store: Any = Vectors([unit(0), unit(90)])
    assert similarity_threshold(store) == 1.0


def test_a_large_collection_is_sampled_the_same_way_each_time() -> None:
    store: Any = Vectors([unit(0, degrees % 90) for degrees in range(1_000)])
    assert similarity_threshold(store) == similarity_threshold(store)
