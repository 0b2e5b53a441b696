"""What a number of papers needs, in closed form: seconds, bytes and dollars from the slopes that were measured.

Every function is pure. `tests.scale.simulation` checks the formulas that leave chance out: `build_seconds`,
`search_quantile`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from rag.index.store import EXACT_PAPERS
from rag.retrieval.channels import VECTOR_DEPTH
from rag.web.places import MAX_CONCURRENT
from tests.scale.slopes import Slopes

GB = 1e9
DIMENSIONS, NEIGHBOURS = 384, 32  # of the vectors, and of each in the graph
GRAPH_BYTES = 4 * DIMENSIONS + 8 * NEIGHBOURS + 12  # of a vector in the graph, with its links and its label
BLOCK = 128  # papers that a worker encodes at a time
STARTING = 60.0  # seconds until the workers of a cluster have loaded their models
MERGING = 0.005  # seconds to send a question to all shards and to merge what they find; an assumption
FINISHING = ("words", "vocabulary", "map", "calibrate")  # what follows once all papers are written


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers that encode blocks of papers for one process, which writes them.

    A worker fails after `mean_life` seconds on average, loses its block, and is back after `restart`. A share of the
    workers, the `stragglers`, takes `slowness` times as long.
    """

    workers: int
    block_seconds: float
    write_seconds: float
    mean_life: float = math.inf
    restart: float = 0.0
    stragglers: float = 0.0
    slowness: float = 1.0

    @property
    def slow(self) -> int:
        """How many workers are slow."""
        return round(self.stragglers * self.workers)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Shards that each answer every question; a router merges what they find, in `merge` seconds.

    Each of the `copies` of a shard answers on `cores` at once, and a question goes to the one that is free first. A
    shard takes `median` seconds, log-normally distributed: `spread` times as long at p99.
    """

    shards: int
    copies: int
    cores: int
    median: float
    spread: float
    merge: float = MERGING

    @property
    def sigma(self) -> float:
        """The standard deviation of the logarithm of the seconds."""
        return math.log(self.spread) / NormalDist().inv_cdf(0.99)

    @property
    def mean(self) -> float:
        """The mean of the seconds of a shard."""
        return self.median * math.exp(self.sigma**2 / 2)


def build_seconds(cluster: Cluster, blocks: int) -> float:
    """How long the workers and the writer take together: what is slower of the two, and its last block."""
    encoding = blocks * cluster.block_seconds / effective_workers(cluster)
    lag = cluster.block_seconds * (cluster.slowness if cluster.slow else 1.0) / 2
    return max(encoding + lag + cluster.write_seconds, cluster.block_seconds + blocks * cluster.write_seconds)


def effective_workers(cluster: Cluster) -> float:
    """How many workers that neither fail nor lag do as much as those of `cluster`.

    A block of `t` seconds that is lost at a rate of `r` and begun again takes ``(exp(r t) - 1) / r`` on average, and as
    many restarts as there are failures.
    """

    def speed(seconds: float) -> float:
        if math.isinf(cluster.mean_life):
            return cluster.block_seconds / seconds
        retries = math.expm1(seconds / cluster.mean_life)
        return cluster.block_seconds / (retries * (cluster.mean_life + cluster.restart))

    fast = cluster.workers - cluster.slow
    return fast * speed(cluster.block_seconds) + cluster.slow * speed(cluster.block_seconds * cluster.slowness)


def search_quantile(fleet: Fleet, rate: float, share: float) -> float:
    """Seconds within which a `share` of the questions is answered, if `rate` of them come per second at random.

    The slowest of all shards counts. What a question waits for others, on average (Pollaczek and Khinchine, for several
    cores as Lee and Longton 1959), is added; it is right while four cores or more are busy less than half of the time.
    """
    slowest = fleet.median * math.exp(fleet.sigma * NormalDist().inv_cdf(share ** (1 / fleet.shards)))
    return slowest + waiting(fleet, rate) + fleet.merge


def waiting(fleet: Fleet, rate: float) -> float:
    """Seconds that a question waits on average for a core of a shard; infinite if it has too few."""
    servers = fleet.copies * fleet.cores
    load = rate * fleet.mean
    if load >= servers:
        return math.inf
    terms = [load**n / math.factorial(n) for n in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    erlang_c = last / (sum(terms) + last)
    variation = math.exp(fleet.sigma**2) - 1
    return erlang_c * fleet.mean / (servers - load) * (1 + variation) / 2


def disk(papers: float, slopes: Slopes) -> float:
    """Bytes of a generation."""
    return sum(line(papers) for line in slopes.files().values())


def disk_while_building(papers: float, slopes: Slopes) -> float:
    """Bytes at the end of a build: the generation before, the new one, and the vectors that were embedded so far."""
    files = slopes.files()
    return 2 * disk(papers, slopes) + files["vectors.f32"](papers) + files["maxsim.i8"](papers)


def memory(papers: int, slopes: Slopes) -> float:
    """Bytes of a process that answers questions, without the files that the system keeps in its cache for it."""
    return slopes.own_memory()(papers)


def graph(papers: int, slopes: Slopes) -> float:
    """Bytes of the graph of vectors in memory, which a Chroma server has instead, if there is one."""
    return papers * slopes.passages * GRAPH_BYTES


def cached(papers: int, slopes: Slopes) -> float:
    """Bytes of the files that questions read all over: less than that in the cache, and the disk slows them down."""
    files = slopes.files()
    return sum(files[name](papers) for name in ("vectors.f32", "maxsim.i8", "papers.db", "bm25"))


def write_seconds(papers: float, slopes: Slopes) -> float:
    """CPU seconds a paper of the one process that writes an index of so many, on average."""
    return slopes.stage("write")(papers) / papers


def saturating_cores(papers: float, slopes: Slopes) -> float:
    """How many cores encode as fast as one process writes an index of so many papers."""
    return slopes.encode / write_seconds(papers, slopes)


def start_seconds(papers: int, slopes: Slopes) -> float:
    """CPU seconds until the first paper can be encoded: files are read, models loaded."""
    return slopes.stage("read")(papers) + slopes.stage("prepare")(papers)


def finish_seconds(papers: float, slopes: Slopes) -> float:
    """CPU seconds from the last paper to the end of a build."""
    return sum(slopes.stage(stage)(papers) for stage in FINISHING)


def one_machine_seconds(papers: int, cores: int, slopes: Slopes) -> float:
    """A build on so many cores: they encode while one of them writes."""
    write = slopes.stage("write")(papers)
    busy = max((papers * slopes.encode + write) / cores, write)
    return start_seconds(papers, slopes) + busy + finish_seconds(papers, slopes)


def cluster_seconds(papers: int, cores: float, shards: int, slopes: Slopes) -> float:
    """A build with so many cores for encoding, and `shards` writers of an equal part of the papers each."""
    part = math.ceil(papers / shards)
    of_each = cores / shards
    cluster = Cluster(
        workers=max(1, round(of_each)),
        block_seconds=BLOCK * slopes.encode / min(of_each, 1.0),
        write_seconds=BLOCK * write_seconds(part, slopes),
    )
    busy = build_seconds(cluster, math.ceil(part / BLOCK))
    return STARTING + start_seconds(part, slopes) + busy + finish_seconds(part, slopes)


def query_seconds(papers: float, slopes: Slopes) -> float:
    """CPU seconds of a search, on average: as measured, or for more papers the sum of its parts.

    The search of the graph takes as much longer as there are levels more of papers: its candidates are limited.
    """
    if papers <= slopes.largest["papers"]:
        return slopes.searching()(papers)
    parts = slopes.parts()
    levels = math.log(papers) / math.log(slopes.largest["papers"])
    return sum(part(papers) * (levels if name == "nearest" else 1.0) for name, part in parts.items())


def narrow_filter_seconds(papers: float, slopes: Slopes) -> float:
    """CPU seconds, at most, to compare the papers that pass a filter: among more, the graph finds as many nearest."""
    return max(EXACT_PAPERS, math.sqrt(VECTOR_DEPTH * papers)) * slopes.comparing()


def fleet(papers: int, shards: int, slopes: Slopes) -> Fleet:
    """What answers questions about so many papers in so many shards, of which each has one chat."""
    median = query_seconds(papers / shards, slopes) * slopes.ratio("p50")
    spread = slopes.ratio("p99") / slopes.ratio("p50")
    return Fleet(shards, 1, MAX_CONCURRENT, median, spread, MERGING if shards > 1 else 0.0)


def questions_per_second(papers: float, slopes: Slopes) -> float:
    """How many questions a second one chat answers at most: it searches some at a time, on a core each."""
    return MAX_CONCURRENT / query_seconds(papers, slopes)
