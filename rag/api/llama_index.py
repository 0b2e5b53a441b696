"""A library as parts of a LlamaIndex pipeline: a retriever, and a query engine that cites what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from rag.export.json import answer_json
from rag.export.references import link

if TYPE_CHECKING:
    from llama_index.core.callbacks import CallbackManager

    from rag.answer.types import Answer, Citation, Listed
    from rag.api.library import Library
    from rag.api.options import Choices
    from rag.api.results import Results
    from rag.paper import Paper
    from rag.retrieval.hits import Hit

_NOT_TEXT = ["authors", "year", "url", "sentence", "probability", "n"]  # metadata that is no part of what is embedded


class LibraryRetriever(BaseRetriever):
    """Returns the `top` papers for a question, which may have filters such as “since 2020”, as nodes.

    A node is an abstract with the `Paper.identity_hash` as its id and the metadata "title", "sentence", the one that
    matched best, "probability", that the paper answers, and as far as known "authors", "year" and "url". Scores can be
    compared within one question only. With `llm`, that model reads the question and grades the best papers.
    """

    def __init__(
        self,
        library: Library,
        top: int = 10,
        llm: str | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self._library, self._top, self._llm = library, top, llm

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(self._library.search(query_bundle.query_str, self._top, llm=self._llm))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(await self._library.asearch(query_bundle.query_str, self._top, llm=self._llm))


class LibraryQueryEngine(BaseQueryEngine):
    """Answers a question as `Library.ask` does.

    The response has the text with its citation numbers; as source nodes the sentences that it cites, each with the
    metadata "title", "n", its citation number, and as far as known "authors", "year" and "url"; and as metadata the
    fields of `rag ask --json`. The id of the paper is the `ref_doc_id` of such a node. Where papers as such are the
    answer, as in a list, the source nodes are their abstracts. All questions are asked with the same `choices`.
    """

    def __init__(
        self, library: Library, callback_manager: CallbackManager | None = None, **choices: Unpack[Choices]
    ) -> None:
        super().__init__(callback_manager)
        self._library, self._choices = library, choices

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._library.ask(query_bundle.query_str, **self._choices))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(await self._library.aask(query_bundle.query_str, **self._choices))


def _nodes(found: Results) -> list[NodeWithScore]:
    return [NodeWithScore(node=_paper_node(hit), score=hit.score) for hit in found]


def _paper_node(hit: Hit) -> TextNode:
    return TextNode(
        id_=hit.paper.identity_hash,
        text=hit.paper.abstract,
        metadata=_metadata(hit.paper) | {"sentence": hit.best, "probability": round(hit.probability, 4)},
        excluded_embed_metadata_keys=_NOT_TEXT,
        excluded_llm_metadata_keys=["url", "sentence", "probability"],
    )


def _response(answer: Answer) -> Response:
    said = answer_json(answer)
    nodes = [_sentence_node(citation) for citation in answer.citations] or list(map(_listed_node, answer.listed))
    return Response(said["answer"], [NodeWithScore(node=node) for node in nodes], said)


def _sentence_node(citation: Citation) -> TextNode:
    paper = citation.paper
    return TextNode(
        id_=f"{paper.identity_hash}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=_metadata(paper) | {"n": citation.n},
        excluded_embed_metadata_keys=_NOT_TEXT,
        excluded_llm_metadata_keys=["url", "n"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=paper.identity_hash)},
    )


def _listed_node(listed: Listed) -> TextNode:
    return TextNode(
        id_=listed.paper.identity_hash,
        text=listed.paper.abstract,
        metadata=_metadata(listed.paper) | {"n": listed.n},
        excluded_embed_metadata_keys=_NOT_TEXT,
        excluded_llm_metadata_keys=["url", "n"],
    )


def _metadata(paper: Paper) -> dict[str, Any]:
    """What is known of `paper`, in values that every vector store takes."""
    known = {"title": paper.title, "authors": "; ".join(paper.authors), "year": paper.year, "url": link(paper)}
    return {name: value for name, value in known.items() if value}
