"""How probable an answer is, as an index learns it from its own papers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

from rag.index import calibration
from rag.index.calibration import KNOWN, OUTSIDE, WORDS, Curve
from rag.index.opening import open_current
from rag.models import embedding
from rag.retrieval.fusion import relevance_signal
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import index_of


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), embedding.load("bundled"))


def test_a_curve_is_even_at_its_centre_and_rises_from_never_to_always() -> None:
    curve = Curve(centre=0.5, slope=30.0)
    assert curve(0.5) == 0.5
    values = [curve(value) for value in (-1e9, 0.0, 0.4, 0.5, 0.6, 1.0, 1e9)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0.0)
    assert values[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("more", [(0.5, 0.2, 0.0), (0.4, 0.6, 0.0), (0.4, 0.2, 1.0)], ids=["near", "terms", "names"])
def test_nearness_terms_and_names_each_speak_for_a_paper(more: tuple[float, float, float]) -> None:
    assert relevance_signal(*more) > relevance_signal(0.4, 0.2, 0.0)


def test_known_items_are_a_few_words_of_an_abstract_and_the_same_each_time(retriever: HybridRetriever) -> None:
    asked = list(calibration.known_items(retriever.store))
    assert asked == list(calibration.known_items(retriever.store))
    assert len(asked) == KNOWN
    assert all(len(question.split()) in WORDS for question in asked)


def test_outside_questions_are_improbable_and_known_ones_probable(retriever: HybridRetriever) -> None:
    outside = [retriever.search([asked], 1).probability for asked in OUTSIDE.read_text(encoding="utf-8").splitlines()]
    known = [retriever.search([asked], 1).probability for asked in calibration.known_items(retriever.store)]
    assert sum(value < 0.5 for value in outside) >= 0.9 * len(outside)
    assert sum(value > 0.5 for value in known) >= 0.9 * len(known)


def test_the_curve_is_kept_in_the_manifest_and_can_be_had_again(retriever: HybridRetriever) -> None:
    kept = retriever.store.manifest["calibration"]
    assert asdict(calibration.fit(retriever.store, retriever.signals)) == pytest.approx(kept)


def test_the_questions_from_outside_are_many_and_no_two_alike() -> None:
    asked = OUTSIDE.read_text(encoding="utf-8").splitlines()
    assert len(set(asked)) == len(asked) >= 50
    assert all(a != b and a.endswith("?") for a, b in pairwise(asked))


def test_a_collection_with_nothing_to_ask_for_answers_only_what_is_as_near_as_a_copy(tmp_path: Path) -> None:
    built = index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}], calibrated=True)
    with closing(open_current(built)) as opened:
        found = HybridRetriever(opened, embedding.load("bundled"))
        assert found.search(["how is cheese made?"], 1).probability < 0.01
        assert found.search(["owls hoot"], 1).probability > 0.5
