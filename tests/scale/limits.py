"""Where the design ends: what grows with the papers, in which file, from how many on it is too much, and what then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.scale import model
from tests.scale.slopes import Growth, Line, Slopes

SECOND, MINUTE, HOUR, MB, GB = 1.0, 60.0, 3600.0, 1e6, 1e9
MANY = 1e12  # papers


@dataclass(frozen=True, slots=True)
class Limit:
    """What grows with a `cost` in a `file` is too much beyond `most`, in seconds or bytes; then comes `instead`."""

    what: str
    file: str
    cost: Growth
    most: float
    unit: str
    instead: str

    @property
    def papers(self) -> float:
        """With how many papers it costs that; infinite if not even with MANY."""
        few, many = 1.0, MANY
        if self.cost(many) < self.most:
            return math.inf
        while many / few > 1 + 1e-9:
            middle = math.sqrt(few * many)
            few, many = (middle, many) if self.cost(middle) < self.most else (few, middle)
        return many


def limits(slopes: Slopes) -> list[Limit]:
    """All that were measured, the one that is met first before the others."""
    return sorted(_limits(slopes), key=lambda limit: limit.papers)


def _limits(slopes: Slopes) -> Iterator[Limit]:
    operation = slopes.operation
    filtering, filtered, unfiltered = map(operation, ("filtering", "filtered", "unfiltered"))
    by_source, by_year = operation("by_source"), operation("by_year")
    yield Limit(
        "a follow-up by a program that sends its history: every title is read",
        "rag/query/titles.py",
        operation("cited_before"),
        SECOND,
        "s",
        "titles looked up by the words of the history",
    )
    yield Limit(
        "a frequent phrase: every abstract with its words is read",
        "rag/index/phrases.py",
        operation("phrase"),
        SECOND,
        "s",
        "word positions in the postings",
    )
    yield Limit(
        "a filter that half of the papers pass: their numbers as a set",
        "rag/index/store.py",
        lambda papers: filtering(papers) + filtered(papers) - unfiltered(papers),
        SECOND,
        "s",
        "a bitmap per filter",
    )
    yield Limit(
        "a filter that few papers pass: these are compared, up to the root of 100 times all papers",
        "rag/index/store.py",
        lambda papers: model.narrow_filter_seconds(papers, slopes),
        SECOND,
        "s",
        "shards",
    )
    yield Limit(
        "search: the arrays with a score for every paper",
        "rag/retrieval/expansion.py",
        lambda papers: model.query_seconds(papers, slopes),
        SECOND,
        "s",
        "shards of the word index, or top-k postings (WAND)",
    )
    yield Limit(
        "the page of all papers: sources and years are counted each time",
        "rag/index/catalogue.py",
        lambda papers: by_source(papers) + by_year(papers),
        SECOND,
        "s",
        "counts in the manifest",
    )
    yield Limit(
        "the last page of the list: SQLite steps over the others",
        "rag/index/catalogue.py",
        operation("last_page"),
        SECOND,
        "s",
        "pages that begin after a paper",
    )
    yield Limit(
        "the first look at a selection or at similar papers: hashes of all",
        "rag/index/identities.py",
        operation("identities"),
        10 * SECOND,
        "s",
        "hashes in a file of the generation",
    )
    yield Limit(
        "the map: every point goes to the browser",
        "rag/web/papers_routes.py",
        slopes.map_bytes(),
        10 * MB,
        "MB",
        "a sample of the points, tiles for the rest",
    )
    yield Limit(
        "opening: the papers and the graph are hashed, Chroma's database is copied",
        "rag/index/integrity.py",
        slopes.opening(),
        MINUTE,
        "s",
        "hashes by block, compared when they are read",
    )
    yield Limit(
        "adding one paper: all others are read and compared, words and graph copied",
        "rag/index/changes.py",
        slopes.adding(),
        10 * MINUTE,
        "s",
        "segments: a small index of what is new, merged at night",
    )
    yield Limit(
        "adding one paper, with a Chroma server: all passages are written to it again",
        "rag/index/publishing.py",
        slopes.served,
        10 * MINUTE,
        "s",
        "only the passages of what is new",
    )
    yield Limit(
        "memory of a chat: the graph with its vectors, the terms",
        "rag/index/vector_database.py",
        slopes.own_memory(),
        16 * GB,
        "GB",
        "a Chroma server for many chats",
    )
    yield Limit(
        "memory of a build: all papers as objects, all vectors for the map",
        "rag/index/projection.py",
        slopes.build_memory(),
        64 * GB,
        "GB",
        "papers and map in blocks; shards",
    )
    yield Limit(
        "one writer: what a build does besides encoding",
        "rag/index/paper_writer.py",
        lambda papers: slopes.stage("write")(papers) + model.finish_seconds(papers, slopes),
        24 * HOUR,
        "h",
        "a writer per shard",
    )
    yield Limit(
        "the disk at the end of a build",
        "rag/index/generations.py",
        lambda papers: model.disk_while_building(papers, slopes),
        1000 * GB,
        "GB",
        "vectors as int8 and without the generation before; shards",
    )
    yield Limit(
        "hashes of 48 bits: two papers share one with a probability of 1 in 100",
        "rag/paper.py",
        Line(0.0, 1 / math.sqrt(2 * 2**48 * -math.log1p(-0.01))),
        1.0,
        "",
        "16 digits",
    )
    yield Limit("paper numbers of 32 bits", "rag/index/bm25.py", Line(0.0, 1.0), 2**31, "papers", "64 bits; shards")
