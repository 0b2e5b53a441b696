"""A library in LlamaIndex pipelines, with LlamaIndex's own parts around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.base.response.schema import Response
from llama_index.core.chat_engine import CondenseQuestionChatEngine, ContextChatEngine
from llama_index.core.llms import MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.postprocessor import LongContextReorder, MetadataReplacementPostProcessor, SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import MetadataMode, TextNode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from llama_index.llms.openai_like import OpenAILike

from rag import Library
from rag.api.llama_index import LibraryQueryEngine, LibraryRetriever
from tests.conftest import WHICH
from tests.llm.server import Server

CORAL = "how do coral reefs bleach?"


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Iterator[Library]:
    with Library(index_dir, llm="none") as opened:
        yield opened


def model_of(server: Server) -> OpenAILike:
    headers = {"Connection": "close"}  # LlamaIndex closes no client, and the server waits for the connections
    url = f"{server.url}/v1"
    return OpenAILike(model="m", api_base=url, api_key="none", is_chat_model=True, default_headers=headers)


@pytest.mark.parametrize("top", [3, 14])
def test_the_retriever_finds_the_papers_of_a_search_in_their_order(library: Library, top: int) -> None:
    retriever = LibraryRetriever(library, top)
    nodes, hits = retriever.retrieve(CORAL), library.search(CORAL, top)
    assert isinstance(retriever, BaseRetriever)
    assert [node.node_id for node in nodes] == [hit.paper.identity_hash for hit in hits]
    assert [node.get_content() for node in nodes] == [hit.paper.abstract for hit in hits]
    assert [node.score for node in nodes] == pytest.approx([hit.score for hit in hits], abs=1e-3)
    first, paper = nodes[0].metadata, hits.papers[0]
    assert first == {
        "title": paper.title,
        "authors": "; ".join(paper.authors),
        "year": paper.year,
        "url": paper.url,
        "sentence": hits.hits[0].best,
        "probability": round(hits.hits[0].probability, 4),
    }


def test_the_retriever_is_asynchronous_too(library: Library) -> None:
    retriever = LibraryRetriever(library)

    async def both() -> list[list[str]]:
        found = await asyncio.gather(retriever.aretrieve(CORAL), retriever.aretrieve(WHICH))
        return [[node.node_id for node in nodes] for nodes in found]

    assert asyncio.run(both()) == [[node.node_id for node in retriever.retrieve(asked)] for asked in (CORAL, WHICH)]


def test_the_retriever_understands_filters(library: Library) -> None:
    years = [node.metadata["year"] for node in LibraryRetriever(library).retrieve("depth estimation since 2024")]
    assert years
    assert min(years) >= 2024


def test_a_model_reads_title_and_abstract_once(library: Library) -> None:
    (node,) = LibraryRetriever(library, 1).retrieve(CORAL)
    for mode in (MetadataMode.LLM, MetadataMode.EMBED):
        text = node.node.get_content(metadata_mode=mode)
        assert node.metadata["title"] in text
        assert text.count(node.metadata["sentence"]) == 1


def test_a_response_synthesizer_writes_from_the_papers(library: Library, server: Server) -> None:
    server.content = "Warm water does it."
    retriever = LibraryRetriever(library, 3)
    engine = RetrieverQueryEngine.from_args(retriever, llm=model_of(server), response_mode=ResponseMode.COMPACT)
    response = engine.query(CORAL)
    assert str(response) == server.content
    assert [node.node_id for node in response.source_nodes] == [node.node_id for node in retriever.retrieve(CORAL)]
    prompt = server.chats[-1].messages[-1][1]
    assert all(node.get_content() in prompt for node in response.source_nodes)


def test_node_postprocessors_work_on_its_nodes(library: Library) -> None:
    nodes = LibraryRetriever(library, 6).retrieve(CORAL)
    cutoff = nodes[2].score
    kept = SimilarityPostprocessor(similarity_cutoff=cutoff).postprocess_nodes(nodes)
    assert [node.node_id for node in kept] == [node.node_id for node in nodes[:3]]
    assert len(LongContextReorder().postprocess_nodes(nodes)) == 6
    (first, *_) = MetadataReplacementPostProcessor(target_metadata_key="sentence").postprocess_nodes(nodes)
    assert first.get_content() == nodes[0].metadata["sentence"]


@pytest.mark.parametrize("is_async", [False, True])
def test_rankings_are_fused_with_those_of_others(library: Library, is_async: bool) -> None:
    both = [LibraryRetriever(library, 3), LibraryRetriever(library, 5)]
    fused = QueryFusionRetriever(both, llm=MockLLM(), num_queries=1, similarity_top_k=5, use_async=is_async)
    assert [n.node_id for n in fused.retrieve(CORAL)] == [n.node_id for n in both[1].retrieve(CORAL)]


def test_the_engine_cites_the_very_sentences(library: Library) -> None:
    engine = LibraryQueryEngine(library)
    response, answer = engine.query(WHICH), library.ask(WHICH)
    assert isinstance(engine, BaseQueryEngine)
    assert isinstance(response, Response)
    nodes = [(node.get_content(), node.metadata["n"], node.node.ref_doc_id) for node in response.source_nodes]
    assert nodes == [(one.quote, one.n, one.paper.identity_hash) for one in answer.citations]
    assert "“SwiftDepth runs 40 times faster than its teacher" in str(response)
    assert response.metadata is not None
    assert response.metadata["answer"] == str(response)
    assert response.metadata["statements"][0]["verdict"] == "quote"
    assert response.metadata["matching"] == 2
    node = response.source_nodes[0].node
    assert isinstance(node, TextNode)
    paper = answer.citations[0].paper
    assert node.metadata["title"] == paper.title
    assert paper.abstract[node.start_char_idx : node.end_char_idx] == node.text


def test_the_engine_refuses_what_no_paper_answers(library: Library) -> None:
    response = LibraryQueryEngine(library).query("who won the football world cup?")
    assert response.metadata is not None
    assert response.metadata["refused"]
    assert response.source_nodes == []


def test_a_list_of_papers_has_these_as_its_sources(library: Library) -> None:
    response = LibraryQueryEngine(library).query("list papers since 2024")
    assert response.metadata is not None
    titles = [paper["title"] for paper in response.metadata["papers"]]
    assert titles
    assert [node.metadata["title"] for node in response.source_nodes] == titles


def test_the_engine_takes_the_choices_of_a_question(library: Library) -> None:
    response = LibraryQueryEngine(library, max_papers=1).query(WHICH)
    assert len({node.node.ref_doc_id for node in response.source_nodes}) == 1


def test_the_engine_is_a_tool_of_agents(library: Library) -> None:
    tool = QueryEngineTool.from_defaults(LibraryQueryEngine(library), name="papers", description="Asks my papers.")
    assert tool.metadata.to_openai_tool()["function"]["name"] == "papers"
    called, awaited = tool.call(input=WHICH), asyncio.run(tool.acall(input=WHICH))
    assert called.content == awaited.content
    assert "SwiftDepth" in called.raw_output.source_nodes[-1].metadata["title"]


def test_a_router_chooses_the_engine(library: Library, server: Server) -> None:
    server.script[:] = ['[{"choice": 2, "reason": "It asks about papers."}]']
    other = RetrieverQueryEngine.from_args(LibraryRetriever(library, 1), llm=MockLLM())
    tools = [
        QueryEngineTool.from_defaults(other, description="Summaries."),
        QueryEngineTool.from_defaults(LibraryQueryEngine(library), description="Questions about papers."),
    ]
    router = RouterQueryEngine.from_defaults(
        tools, llm=model_of(server), selector=LLMSingleSelector.from_defaults(model_of(server))
    )
    response = router.query(WHICH)
    assert response.metadata is not None
    assert response.metadata["matching"] == 2
    assert response.metadata["selector_result"].ind == 1


def test_chat_engines_ask_it(library: Library, server: Server) -> None:
    server.script[:] = [WHICH]
    history = [ChatMessage(role="user", content="what about depth?"), ChatMessage(role="assistant", content="Yes?")]
    memory = ChatMemoryBuffer.from_defaults(token_limit=3_000)  # LlamaIndex's default leaves a database open
    asking = CondenseQuestionChatEngine.from_defaults(LibraryQueryEngine(library), llm=model_of(server), memory=memory)
    assert "SwiftDepth runs 40 times faster" in str(asking.chat("which are fast?", history))
    reading = ContextChatEngine.from_defaults(LibraryRetriever(library, 1), llm=model_of(server), memory=memory)
    chatted = reading.chat(CORAL)
    assert str(chatted) == server.content
    assert chatted.source_nodes[0].metadata["title"] in server.chats[-1].messages[0][1]
