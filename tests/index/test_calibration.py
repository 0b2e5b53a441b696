"""The probability of an answer comes from a curve that is fitted to the collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from rag.index import calibration
from rag.index.calibration import KNOWN_ITEM_WORDS, KNOWN_ITEMS, OUTSIDE_QUESTIONS, Curve
from rag.index.opening import open_current
from rag.models import embedding
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import index_of

SignalsOf = Callable[[Sequence[str]], list[float]]


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), embedding.load("bundled"))


@pytest.fixture(scope="module")
def signals_of(retriever: HybridRetriever) -> SignalsOf:
    """The retriever's signals, found once."""
    questions = [*calibration.known_items(retriever.store), *outside_questions()]
    found = dict(zip(questions, retriever.signals(questions), strict=True))
    return lambda asked: [found[question] for question in asked]


def outside_questions() -> list[str]:
    return OUTSIDE_QUESTIONS.read_text(encoding="utf-8").splitlines()


def test_a_curve_rises_from_0_to_1_and_is_one_half_at_its_centre() -> None:
    curve = Curve(centre=0.5, slope=30.0)
    assert curve(0.5) == 0.5
    values = [curve(value) for value in (-1e9, 0.0, 0.4, 0.5, 0.6, 1.0, 1e9)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0.0)
    assert values[-1] == pytest.approx(1.0)


def test_known_items_are_a_few_words_of_an_abstract_and_the_same_each_time(retriever: HybridRetriever) -> None:
    questions = list(calibration.known_items(retriever.store))
    assert questions == list(calibration.known_items(retriever.store))
    assert len(questions) == KNOWN_ITEMS
    assert all(len(question.split()) in KNOWN_ITEM_WORDS for question in questions)


def test_outside_questions_are_improbable_and_known_ones_probable(
    retriever: HybridRetriever, signals_of: SignalsOf
) -> None:
    curve = Curve(**retriever.store.manifest["calibration"])
    outside = signals_of(outside_questions())
    known = signals_of(list(calibration.known_items(retriever.store)))
    assert sum(curve(signal) < 0.5 for signal in outside) >= 0.9 * len(outside)
    assert sum(curve(signal) > 0.5 for signal in known) >= 0.9 * len(known)


def test_the_curve_in_the_manifest_is_reproducible(retriever: HybridRetriever, signals_of: SignalsOf) -> None:
    saved = retriever.store.manifest["calibration"]
    assert asdict(calibration.fit(retriever.store, signals_of)) == pytest.approx(saved, rel=1e-3)


def test_there_are_at_least_fifty_distinct_outside_questions() -> None:
    questions = outside_questions()
    assert len(set(questions)) == len(questions) >= 50
    assert all(question.endswith("?") for question in questions)


def test_a_collection_too_small_for_known_items_answers_only_near_copies(tmp_path: Path) -> None:
    built = index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}], calibrated=True)
    with closing(open_current(built)) as store:
        retriever = HybridRetriever(store, embedding.load("bundled"))
        assert retriever.search(["how is cheese made?"], 1).probability < 0.01
        assert retriever.search(["owls hoot"], 1).probability > 0.5
