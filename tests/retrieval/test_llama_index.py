"""The hybrid retriever in a LlamaIndex pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import MetadataMode

from rag.index.opening import open_current
from rag.models.encoding import Embedding
from rag.retrieval.llama_index import LlamaIndexRetriever
from rag.retrieval.retriever import HybridRetriever

CORAL = "how do coral reefs bleach?"


@pytest.fixture(scope="module")
def retriever(index_dir: Path, model: Embedding) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), model)


@pytest.mark.parametrize("top", [3, 14])
def test_it_finds_the_papers_of_the_retriever_in_their_order(retriever: HybridRetriever, top: int) -> None:
    adapted = LlamaIndexRetriever(retriever, top)
    nodes, hits = adapted.retrieve(CORAL), retriever.search([CORAL], top).papers
    assert isinstance(adapted, BaseRetriever)
    assert [node.metadata for node in nodes] == [{"title": hit.paper.title, "sentence": hit.best} for hit in hits]
    assert [node.get_content() for node in nodes] == [hit.paper.abstract for hit in hits]
    assert [node.score for node in nodes] == pytest.approx([hit.score for hit in hits], abs=1e-3)


def test_a_model_reads_title_and_abstract_once(retriever: HybridRetriever) -> None:
    (node,) = LlamaIndexRetriever(retriever, 1).retrieve(CORAL)
    for mode in (MetadataMode.LLM, MetadataMode.EMBED):
        text = node.node.get_content(metadata_mode=mode)
        assert node.metadata["title"] in text
        assert text.count(node.metadata["sentence"]) == 1
