"""What the parent asks of rag in a process of its own.

python -m tests.bench.ours queries INDEX QUESTIONS.json   prints the seconds of each question
python -m tests.bench.ours sample INDEX QUESTIONS.json    writes questions about its papers, prints how many it has
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rag import settings
from rag.chat.library import Library

if TYPE_CHECKING:
    from rag.retrieval.retriever import HybridRetriever

WARM_UP = 5  # questions that are not timed, as in the quickstart
SAMPLE = 200  # papers that questions are about


def opened(index_dir: str) -> HybridRetriever:
    library = Library(settings.load(index_dir=Path(index_dir), llm="none"))
    library.load()
    return library.retriever()


def queries(index_dir: str, questions: str) -> None:
    retriever = opened(index_dir)
    seconds = []
    for question in json.loads(Path(questions).read_text(encoding="utf-8")):
        start = time.perf_counter()
        retriever.search([question], 10)
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds[WARM_UP:]))


def sample(index_dir: str, questions: str) -> None:
    from tests.bench import papers

    store = opened(index_dir).store
    numbers = range(1, store.paper_count + 1, max(1, store.paper_count // SAMPLE))
    asked = papers.questions([store.paper(number) for number in numbers])
    Path(questions).write_text(json.dumps(asked), encoding="utf-8")
    print(store.paper_count)


if __name__ == "__main__":
    {"queries": queries, "sample": sample}[sys.argv[1]](*sys.argv[2:])
