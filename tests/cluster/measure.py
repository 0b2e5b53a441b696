"""Builds papers plainly, then on two Ray nodes of which a worker is killed, and compares times, files and rankings.

    python -m tests.cluster.measure PAPERS [FILE] [FOLDER]

The first PAPERS of FILE, JSON lines that may be packed, or else made-up papers. What is built stays in FOLDER, if one
is given.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from rag.index import generations
from rag.index.opening import open_current
from rag.index.plan import CHUNK
from rag.models import embedding
from rag.paper import Paper
from rag.retrieval.retriever import HybridRetriever
from rag.sources import read
from tests.bench.papers import collection, questions
from tests.cluster import nodes
from tests.cluster.equality import differences

TOP = 10  # papers of each ranking


def main() -> None:
    """Measures what the command line asks for, and prints it."""
    count, *others = sys.argv[1:]
    papers = list(islice(found(Path(others[0])), int(count))) if others else collection(int(count))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(others[1] if others[1:] else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "papers.jsonl"
        file.write_text("".join(map(line, papers)), encoding="utf-8")
        plain = plain_build(folder / "plain", file)
        on_ray = ray_build(folder / "ray", file, len(papers))
        print(f"overhead of Ray: {on_ray - plain:+.0f} s, {on_ray / plain - 1:+.1%}", flush=True)
        compare(folder / "plain", folder / "ray", papers)


def found(file: Path) -> Iterator[Paper]:
    """The papers in `file`."""
    return (record for record in read(file) if isinstance(record, Paper))


def line(paper: Paper) -> str:
    """`paper` as a line of JSON."""
    return json.dumps({"title": paper.title, "abstract": paper.abstract, "ids": list(paper.ids)}) + "\n"


def plain_build(index_dir: Path, file: Path) -> float:
    """Builds an index without Ray; returns how many seconds that took."""
    start = time.monotonic()
    command = [sys.executable, "-m", "rag", "rebuild", str(file), "--index", str(index_dir)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return told("plain", start, done.stdout)


def ray_build(index_dir: Path, file: Path, papers: int) -> float:
    """Builds an index on two nodes, and kills a worker after a third; returns how many seconds that took."""
    os.environ.update(nodes.ENVIRONMENT)
    with nodes.two_nodes() as cluster:
        start = time.monotonic()
        with nodes.rebuilding(cluster.address, index_dir, file, chunk=CHUNK) as process:
            nodes.await_saved(index_dir, papers // 3, process, seconds=float("inf"))
            print(f"killed a worker of {len(nodes.workers())} after {time.monotonic() - start:.0f} s", flush=True)
            nodes.kill_worker()
            out, err = process.communicate()
        assert process.returncode == 0, err
        return told("two Ray nodes", start, out)


def told(how: str, start: float, out: str) -> float:
    """Prints how long a build took since `start`, and what it said; returns the seconds."""
    seconds = time.monotonic() - start
    print(f"{how}: {seconds:.0f} s, of which rag tells: {out.strip()}", flush=True)
    return seconds


def compare(one: Path, other: Path, papers: list[Paper]) -> None:
    """Prints in which files and rankings the two indexes differ."""
    ours, theirs = generations.current(one), generations.current(other)
    assert ours
    assert theirs
    names = sorted(file.name for file in ours.iterdir() if not file.name.endswith(".lock"))
    print(f"files that differ, of {', '.join(names)}: {differences(ours, theirs) or 'none'}")
    asked = questions(papers)
    pairs = list(zip(rankings(one, asked), rankings(other, asked), strict=True))
    order = sum([number for number, _ in ours] != [number for number, _ in theirs] for ours, theirs in pairs)
    scores = max(abs(a - b) for ours, theirs in pairs for (_, a), (_, b) in zip(ours, theirs, strict=True))
    print(f"rankings that differ: {order} of {len(asked)}; scores differ by {scores:.3f} at most")


def rankings(index_dir: Path, asked: list[str]) -> list[list[tuple[int, float]]]:
    """The numbers and scores of the first papers for each question."""
    with closing(open_current(index_dir)) as store:
        retriever = HybridRetriever(store, embedding.load("bundled"))
        found = [retriever.search([question], TOP).papers for question in asked]
        return [[(hit.number, hit.score) for hit in hits] for hits in found]


if __name__ == "__main__":
    main()
