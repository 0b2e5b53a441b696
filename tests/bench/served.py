"""The same questions to an index and to a Chroma server that has it: `python -m tests.bench.served INDEX [QUESTIONS]`.

The server runs on this machine while they are asked, in turn, so that both sides meet the same load. The questions are
titles of papers. The index gets a file `chroma-owner`, and is not changed otherwise.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from rag import settings
from rag.chat.library import Library
from rag.index import publishing
from rag.index.chroma_server import configured
from rag.index.opening import open_current
from rag.progress import silent
from rag.retrieval.hits import Hit
from tests.chroma import Chroma

TOP = 10


def main(index_dir: Path, count: int = 100) -> None:
    """Prints the time of a search on either side, and how many questions rank the same papers, with equal scores."""
    with TemporaryDirectory() as folder:
        chroma = Chroma(Path(folder))
        try:
            compare(index_dir, count, chroma.url)
        finally:
            chroma.kill()


def compare(index_dir: Path, count: int, url: str) -> None:
    server = configured(settings.load(chroma=url))
    assert server
    with closing(open_current(index_dir)) as store:
        begin = time.monotonic()
        publishing.publish(store, server, silent)
        vectors = store.manifest["counts"]["vectors"]
        print(f"{vectors:,} passages of {store.paper_count:,} papers written in {time.monotonic() - begin:.0f} s")
        titles = [title for title, _ in store.texts()]
    questions = titles[:: max(1, len(titles) // count)][:count]
    embedded = Library(settings.load(index_dir=index_dir, llm="none"))
    served = Library(settings.load(index_dir=index_dir, llm="none", chroma=url))
    with closing(embedded), closing(served):
        pairs = [(timed(embedded, question), timed(served, question)) for question in questions]
        assert "chroma" not in vars(served.retriever().store), "the copy in the index was searched"
    for name, side in zip(("embedded", "served"), zip(*pairs, strict=True), strict=True):
        milliseconds = quantiles([1000 * seconds for seconds, _ in side[1:]], n=20)  # the first opens the index
        print(f"{name:9} p50 {milliseconds[9]:6.1f} ms   p95 {milliseconds[18]:6.1f} ms")
    found = [(one, other) for (_, one), (_, other) in pairs]
    rankings = sum([hit.number for hit in one] == [hit.number for hit in other] for one, other in found)
    print(
        f"of {len(found)} questions, {rankings} rank the same papers, {sum(a == b for a, b in found)} to the last digit"
    )


def timed(library: Library, question: str) -> tuple[float, tuple[Hit, ...]]:
    """The seconds that a search takes, and what it finds."""
    begin = time.monotonic()
    found = library.retriever().search([question], TOP).papers
    return time.monotonic() - begin, found


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
