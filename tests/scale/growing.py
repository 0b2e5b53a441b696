"""Builds part of a large index as an index of its own, and what that costs besides the encoding.

python -m tests.scale.growing encode INDEX                the encoding of some of its papers
python -m tests.scale.growing part INDEX SIZE INTO        SIZE of its papers, with their vectors, into the folder INTO
python -m tests.scale.growing build INTO                  the index of these papers
python -m tests.scale.growing serve INTO                  writing its passages to a Chroma server
python -m tests.scale.growing add INTO                    one more paper in it

Each prints one JSON object. The vectors of a part come from the large index, as they would from the workers of a
cluster: what is left is the work of the one process that writes the index.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rag import settings
from rag.chat import rebuild
from rag.index import changes, manifest, papers_database, publishing
from rag.index.build import build
from rag.index.checkpoint import Checkpoint
from rag.index.chroma_server import configured
from rag.index.contents import Contents
from rag.index.opening import open_current
from rag.index.vectors import of_papers
from rag.models import embedding
from rag.progress import silent
from rag.sources.gather import gather
from tests.chroma import Chroma

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.paper import Paper

SEED = 23
ENCODED = 256  # papers whose encoding is timed
BATCH = 512  # papers copied at a time
PAPERS_FILE = "papers.jsonl"
STAGES = {"embedding": "write", "vocabulary": "vocabulary", "map": "map", "calibrating": "calibrate"}


class Stages:
    """A Progress that adds up the CPU seconds of each stage of a build."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "prepare", time.process_time()

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = "words" if stage == "embedding" and done == total else STAGES.get(stage)  # the word index comes next
        if now and now != self._stage:
            self.turn(now)

    def turn(self, stage: str) -> None:
        """The stage before ends, and `stage` begins."""
        now = time.process_time()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


class Memory:
    """The most memory of its own that this process takes within the block, in bytes: pages of files do not count."""

    def __enter__(self) -> Memory:
        self.peak, self._ended = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
            self.peak = max(self.peak, kilobytes * 1024)


def sampled(store: Store, size: int) -> list[tuple[int, Paper]]:
    """So many papers of `store` by number, the same ones each time."""
    papers = papers_database.read_papers(store.folder)
    chosen = random.Random(SEED).sample(range(1, len(papers) + 1), size)
    return [(number, papers[number - 1]) for number in sorted(chosen)]


def encode(index_dir: Path) -> dict[str, Any]:
    """CPU seconds a paper, with the encoder of large builds, and how many tokens a paper has."""
    with closing(open_current(index_dir)) as store:
        papers = [paper for _, paper in sampled(store, ENCODED)]
    bundled = embedding.load(embedding.BUNDLED)
    many = embedding.for_many(bundled)
    of_papers(papers[:16], many)  # loads what is loaded on first use
    cpu, wall = time.process_time(), time.perf_counter()
    of_papers(papers, many)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    tokens = sum(bundled.count_tokens(f"{paper.title} {paper.abstract}") for paper in papers)
    return {
        "encoder": type(many).__name__,
        "cpu": cpu / ENCODED,
        "wall": wall / ENCODED,
        "tokens": tokens / ENCODED,
        "characters": sum(len(paper.title) + len(paper.abstract) for paper in papers) / ENCODED,
    }


def part(index_dir: Path, size: int, into: Path) -> dict[str, Any]:
    """Writes a part of the papers as a file, and their vectors as what a build that was killed has left."""
    into.mkdir(parents=True, exist_ok=True)
    with closing(open_current(index_dir)) as store:
        chosen = sampled(store, size)
        made_with = manifest.made_with(embedding.load(embedding.BUNDLED))
        with closing(Checkpoint(into, made_with, store.maxsim.basis)) as saved:
            for start in range(0, size, BATCH):
                of_batch = chosen[start : start + BATCH]
                saved.save([(paper, store.vectors_of(number)) for number, paper in of_batch])
    lines = (json.dumps({"title": paper.title, "abstract": paper.abstract}) for _, paper in chosen)
    (into / PAPERS_FILE).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {"papers": len(chosen)}


def built(into: Path) -> dict[str, Any]:
    """CPU seconds of each stage of the build, and the memory that it takes, in bytes."""
    model, stages, file = embedding.load(embedding.BUNDLED), Stages(), into / PAPERS_FILE
    embedding.for_many(model)  # loads what is loaded once
    with Memory() as memory:
        stages.turn("read")
        papers = gather([file], silent).papers
        stages.turn("prepare")
        build(Contents(papers, [file]), into, model, rebuild.calibrate, stages)
        stages.turn("end")
    return {"papers": len(papers), "cpu": stages.seconds, "peak": memory.peak}


def serve(index_dir: Path) -> dict[str, Any]:
    """Seconds to write the passages of an index to a Chroma server on this machine."""
    with TemporaryDirectory() as folder, closing(open_current(index_dir)) as store:
        chroma = Chroma(Path(folder))
        try:
            server = configured(settings.load(chroma=chroma.url))
            assert server
            start = time.monotonic()
            publishing.publish(store, server, silent)
            return {"papers": store.paper_count, "seconds": time.monotonic() - start}
        finally:
            chroma.kill()


def add(index_dir: Path) -> dict[str, Any]:
    """CPU seconds of adding one paper to an index, and the bytes that are written for it."""
    made = papers_database.read_papers(open_current(index_dir).folder)[0]
    new = replace(made, title="A paper that was not there before", abstract=made.abstract[::-1], ids=(), source="new")
    start = time.process_time()
    with Memory() as memory:
        planned = changes.joined(index_dir, [new], [], silent)
        rebuild.carry_out(planned, index_dir, embedding.BUNDLED, silent)
    cpu = time.process_time() - start
    folder = open_current(index_dir).folder
    files = [file.stat() for file in folder.rglob("*") if file.is_file()]
    return {"cpu": cpu, "written": sum(one.st_size for one in files if one.st_nlink == 1), "peak": memory.peak}


if __name__ == "__main__":
    command, index, *rest = sys.argv[1:]
    if command == "part":
        print(json.dumps(part(Path(index), int(rest[0]), Path(rest[1]))))
    else:
        print(json.dumps({"encode": encode, "build": built, "serve": serve, "add": add}[command](Path(index))))
