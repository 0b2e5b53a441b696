"""Finding papers in a real index, by meaning and by word."""

from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever

from rag import embed
from rag.index import store
from rag.retrieve import HybridRetriever, fuse


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(store.open_current(index_dir), embed.load("bundled"), top=3)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("estimating distance from one camera when there is little light", "Night Depth"),
        ("GDT score on CASP14", "Folding Proteins"),
        ("keyword spoting on a microcontroler", "TinySpeech"),
        ("Cortex-M4", "TinySpeech"),
        ("E(3)", "Equivariant Networks"),
        ("are chatbots aware of their own uncertainty?", "Do Language Models Know"),
    ],
)
def test_the_right_paper_comes_first(retriever: HybridRetriever, question: str, title: str) -> None:
    assert retriever.search(question, 3).papers[0].paper.title.startswith(title)


def test_which_question_brings_all_that_match_first(retriever: HybridRetriever) -> None:
    found = [hit.paper.title.split(":")[0] for hit in retriever.search("who makes diffusion depth faster?", 2).papers]
    assert set(found) == {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}


def test_best_sentence_is_the_one_that_answers(retriever: HybridRetriever) -> None:
    hit = retriever.search("how much power does TinySpeech draw?", 1).papers[0]
    assert hit.best == "It reaches 94.1% accuracy on Speech Commands at 0.8 milliwatts."
    assert hit.best in hit.paper.abstract


def test_relevance_tells_questions_of_the_collection_from_others(retriever: HybridRetriever) -> None:
    inside = retriever.search("which networks predict protein structure?", 1).relevance
    outside = retriever.search("who won the 2022 world cup?", 1).relevance
    assert inside > 0.5 > 0.3 > outside


@pytest.mark.parametrize("question", ["", "?", "the of and", "\x00", '" OR NEAR(', "π" * 500, "word " * 2000])
def test_odd_questions_do_no_harm(retriever: HybridRetriever, question: str) -> None:
    assert len(retriever.search(question, 3).papers) == 3


def test_drops_into_a_llama_index_pipeline(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    nodes = retriever.retrieve("coral reefs")
    assert len(nodes) == 3
    assert nodes[0].metadata["title"] == "Coral Counting with Drones"
    assert nodes[0].get_content() in retriever.search("coral reefs", 1).papers[0].paper.abstract
    assert [node.score for node in nodes] == sorted((node.score or 0 for node in nodes), reverse=True)


def test_fusion_rewards_agreement_and_survives_a_silent_channel() -> None:
    agreed = fuse([{1: 0.9, 2: 0.8, 3: 0.1}, {1: 0.7, 3: 0.6}], {1: 5.0})
    assert next(number for number, _ in agreed) == 1
    assert [number for number, _ in fuse([{1: 0.9, 2: 0.8}], {})] == [1, 2]
    assert fuse([{7: 0.5}], {7: 1.0}) == [(7, 0.0)]
