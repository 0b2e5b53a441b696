"""What an open index takes: its files, memory, and CPU time per question and per page.

python -m tests.scale.asking INDEX     prints one JSON object

One core is used, and CPU time is counted, so that what else the machine does matters little.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import settings
from rag.chat.library import Library
from rag.index import catalogue, phrases
from rag.index.maxsim import MaxSimIndex
from rag.index.store import Store
from rag.index.vector_arrays import VectorArrays
from rag.query import titles
from rag.retrieval import channels, retriever
from rag.retrieval.retriever import HybridRetriever
from tests.bench.measures import percentile
from tests.bench.papers import questions

if TYPE_CHECKING:
    from rag.models.encoding import Embedding

WARM_UP = 5  # questions
SAMPLE = 200  # papers that questions are about
RECALL = 100  # nearest passages that are compared with those of an exact search
TIMES = 3  # that each operation is done
QUESTION, MISSPELT = "which papers speed up diffusion depth?", "which papers speed up reinforcemnet?"
CHROMA_FILES = ("data_level0.bin", "chroma.sqlite3")
PHRASE = "deep learning"  # that many papers have


class Parts:
    """Adds up the CPU seconds of the parts of a search, without those of the parts inside them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = [0.0]

    def count(self, owner: Any, name: str, part: str) -> None:
        """From now on, what ``owner.name`` takes is counted as `part`."""
        called = getattr(owner, name)

        def counting(*args: Any, **named: Any) -> Any:
            start = time.process_time()
            self._inside.append(0.0)
            try:
                return called(*args, **named)
            finally:
                took = time.process_time() - start
                self.seconds[part] = self.seconds.get(part, 0.0) + took - self._inside.pop()
                self._inside[-1] += took

        setattr(owner, name, counting)


def memory() -> dict[str, int]:
    """Bytes of this process: `own`, which no other has and which is no file, and `mapped`, pages of files."""
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    found = {name.rstrip(":"): int(amount) * 1024 for name, amount, *_ in lines}
    return {"own": found["Anonymous"], "mapped": found["Rss"] - found["Anonymous"]}


def files(store: Store) -> dict[str, int]:
    """Bytes of each file of the generation, those of a folder together, but for Chroma's largest."""
    found: dict[str, int] = {}
    for file in store.folder.rglob("*"):
        name = file.relative_to(store.folder).parts[0]
        if file.name in CHROMA_FILES:
            name = file.name
        if file.is_file() and file.suffix != ".lock":
            found[name] = found.get(name, 0) + file.stat().st_size
    return found


def asked(opened: HybridRetriever) -> dict[str, Any]:
    """CPU seconds per question: p50, p95, p99, and the mean of each part."""
    store = opened.store
    numbers = range(1, store.paper_count + 1, max(1, store.paper_count // SAMPLE))
    texts = questions(store.papers(list(numbers)))
    for text in texts[:WARM_UP]:
        opened.search([text], 10)
    parts = Parts()
    for owner, name, part in (
        (type(opened.embedding), "encode_queries", "encode"),
        (channels, "_nearest", "nearest"),
        (channels, "expand", "expand"),
        (channels, "bm25_scores", "bm25"),
        (retriever, "candidates", "candidates"),
        (VectorArrays, "cosines", "cosines"),
        (MaxSimIndex, "scores", "maxsim"),
        (retriever, "relevance_scores", "feedback"),
        (HybridRetriever, "_hits", "hits"),
    ):
        parts.count(owner, name, part)
    seconds = [cpu(lambda text=text: opened.search([text], 10)) for text in texts[WARM_UP:]]
    shares = {part: spent / len(seconds) for part, spent in parts.seconds.items()}
    tail = {f"p{round(100 * share)}": percentile(seconds, share) for share in (0.5, 0.95, 0.99)}
    return {**tail, "mean": sum(seconds) / len(seconds), "parts": shares}


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of `work`: the least of so many `times`."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def operations(opened: HybridRetriever) -> dict[str, float]:
    """CPU seconds of what pages and single questions do besides."""
    store = opened.store
    passing = "SELECT id FROM papers WHERE id % 2"  # as a filter on years that half of the papers pass
    answer = " ".join(f"“{paper.title}” {paper.abstract}" for paper in store.papers(range(1, 6)))
    half = frozenset(number for (number,) in store.rows(passing))
    work: dict[str, Callable[[], object]] = {
        "cited_before": lambda: titles.papers_cited_in(answer, store),
        "phrase": lambda: phrases.papers_with(PHRASE, store),
        "by_source": lambda: catalogue.by_source(store),
        "by_year": lambda: catalogue.by_year(store),
        "first_page": lambda: catalogue.browse(store, 0, 50),
        "last_page": lambda: catalogue.browse(store, store.paper_count - 50, 50),
        "filtering": lambda: frozenset(number for (number,) in store.rows(passing)),
        "filtered": lambda: opened.search([QUESTION], 10, half),
        "unfiltered": lambda: opened.search([QUESTION], 10),
        "misspelt": lambda: opened.search([MISSPELT], 10),
        "map": lambda: as_map(store),
    }
    found = {name: cpu(one, TIMES) for name, one in work.items()}
    return {"identities": cpu(lambda: store.identities), **found}


def as_map(store: Store) -> bytes:
    """The map as the page gets it."""
    x, y = store.projection.points.round(4).T.tolist()
    return json.dumps({"x": x, "y": y, "clusters": store.projection.clusters.tolist()}).encode()


def recall(store: Store, model: Embedding) -> float:
    """Which share of the passages that an exact search finds nearest Chroma finds, over some questions."""
    import numpy as np

    numbers = range(1, store.paper_count + 1)
    texts = questions(store.papers(list(numbers[:: max(1, len(numbers) // SAMPLE)])))[:20]
    vectors = np.array([each.vector for each in model.encode_queries(texts)])
    best: list[list[tuple[float, str]]] = [[] for _ in texts]
    for number in numbers:
        passages = store.vectors_of(number).passages(number)
        cosines = vectors @ np.array(list(passages.values())).T
        for found, of_text in zip(best, cosines, strict=True):
            found += zip(of_text.tolist(), passages, strict=True)
    exact = [{name for _, name in sorted(found)[-RECALL:]} for found in best]
    found = [set(store.chroma.search(vector, RECALL)) for vector in vectors]
    return sum(len(one & other) for one, other in zip(exact, found, strict=True)) / (RECALL * len(texts))


def main() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    library = Library(settings.load(index_dir=Path(sys.argv[1]), llm="none"))
    before = memory()
    start = time.process_time()
    library.load()
    opening, opened = time.process_time() - start, library.retriever()
    gc.collect()
    after = memory()
    result = {
        "papers": opened.store.paper_count,
        "counts": opened.store.manifest["counts"],
        "terms": len(opened.store.bm25.terms),
        "postings": len(opened.store.bm25.papers),
        "files": files(opened.store),
        "open": opening,
        "memory": {"before": before, "open": after},
        "map_bytes": len(as_map(opened.store)),
    }
    result["query"] = asked(opened)
    gc.collect()
    result["memory"]["asked"] = memory()
    result["operations"] = operations(opened)
    result["recall"] = recall(opened.store, opened.embedding)
    result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
