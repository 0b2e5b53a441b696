"""One's library in a LlamaIndex pipeline, with a model behind an OpenAI-compatible endpoint:

python examples/llama_index_pipeline.py ~/indexes/mine http://127.0.0.1:11434/v1 qwen2.5:7b "which papers …?"
"""

import sys

from llama_index.core.postprocessor import LongContextReorder
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from llama_index.llms.openai_like import OpenAILike

from rag import Library
from rag.api.llama_index import LibraryQueryEngine, LibraryRetriever


def main(index: str, url: str, model: str, question: str) -> None:
    headers = {"Connection": "close"}  # LlamaIndex does not close the connections of its clients
    llm = OpenAILike(model=model, api_base=url, api_key="none", is_chat_model=True, default_headers=headers)
    with Library(index, llm="none") as library:
        # The papers as context for your own model, which may write what it likes.
        retriever = LibraryRetriever(library, top=5)
        free = RetrieverQueryEngine.from_args(retriever, llm=llm, node_postprocessors=[LongContextReorder()])

        # The library's own answers: every sentence cites the sentence that supports it.
        cited = LibraryQueryEngine(library)

        tools = [
            QueryEngineTool.from_defaults(free, description="Writes freely: summaries, outlines, ideas."),
            QueryEngineTool.from_defaults(cited, description="Facts, numbers and lists of papers, each with a source."),
        ]
        router = RouterQueryEngine(LLMSingleSelector.from_defaults(llm), tools, llm=llm)
        response = router.query(question)
        print(response)
        for source in response.source_nodes:
            print(f"- {source.metadata['title']}: {source.metadata.get('sentence', source.get_content())}")


if __name__ == "__main__":
    main(*sys.argv[1:])
