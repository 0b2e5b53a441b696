"""The hybrid retriever as a LlamaIndex retriever, for use in any LlamaIndex pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

if TYPE_CHECKING:
    from rag.retrieval.retriever import HybridRetriever


class LlamaIndexRetriever(BaseRetriever):
    """Returns the `top` papers for a question: abstracts, with title and best sentence as metadata."""

    def __init__(self, retriever: HybridRetriever, top: int = 20) -> None:
        self._retriever, self._top = retriever, top
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    text=hit.paper.abstract,
                    metadata={"title": hit.paper.title, "sentence": hit.best},
                    excluded_embed_metadata_keys=["sentence"],
                    excluded_llm_metadata_keys=["sentence"],
                ),
                score=hit.score,
            )
            for hit in self._retriever.search([query_bundle.query_str], self._top).papers
        ]
