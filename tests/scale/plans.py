"""What to run for how many papers, and what it costs, as the tables of docs/scale.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.scale import model
from tests.scale.limits import Limit, limits
from tests.scale.model import GB
from tests.scale.slopes import FITTED, Slopes

QUESTIONS_PER_SECOND = 1.0
MONTH = 730  # hours
LAPTOP = "a laptop"
TOKENS_PER_SECOND_OF_GPU = 250_000  # an assumption: see docs/scale.md


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars. Assumptions of November 2026, from no offer of anybody's: put in your own."""

    core_hour: float = 0.04
    memory_hour: float = 0.005  # a GB
    disk_month: float = 0.10  # a GB


@dataclass(frozen=True, slots=True)
class Plan:
    """`shards` that so many `cores` encode for, together, and of which each is searched on `serving` cores.

    The cores of a `cluster` encode for a writer of each shard on another machine.
    """

    papers: int
    what: str
    cores: int
    serving: int = 2
    shards: int = 1
    cluster: bool = False


PLANS = (
    Plan(500, LAPTOP, 2),
    Plan(5_000, LAPTOP, 2),
    Plan(50_000, LAPTOP, 4),
    Plan(500_000, "one server", 16, 4),
    Plan(5_000_000, "a large server or Ray, a Chroma server, chats", 10, 8, cluster=True),
    Plan(50_000_000, "10 shards of that", 100, 8, 10, cluster=True),
    Plan(100_000_000, "20 shards of that", 200, 8, 20, cluster=True),
)


def build_hours(plan: Plan, slopes: Slopes) -> float:
    """Hours of a build."""
    if plan.cluster:
        return model.cluster_seconds(plan.papers, plan.cores, plan.shards, slopes) / 3600
    return model.one_machine_seconds(plan.papers, plan.cores, slopes) / 3600


def build_dollars(plan: Plan, slopes: Slopes, prices: Prices) -> float:
    """What the cores cost as long as the build takes, those of the writers included."""
    writers = plan.shards if plan.cluster else 0
    return build_hours(plan, slopes) * (plan.cores + writers) * prices.core_hour


def month_dollars(plan: Plan, slopes: Slopes, prices: Prices) -> float:
    """A month of answering questions: cores, memory with all files in the cache, and twice the disk."""
    part = math.ceil(plan.papers / plan.shards)
    memory = (model.memory(part, slopes) + model.cached(part, slopes)) / GB * prices.memory_hour
    machines = plan.shards * (plan.serving * prices.core_hour + memory) * MONTH
    return machines + 2 * model.disk(plan.papers, slopes) / GB * prices.disk_month


def number(value: float) -> str:
    """Two significant digits."""
    if math.isinf(value):
        return "–"
    if not value:
        return "0"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}"


def count(papers: float) -> str:
    """A number of papers, two digits of it: 120k, 5.3M."""
    if math.isinf(papers):
        return "–"
    digits = 1 - math.floor(math.log10(papers))
    rounded = round(papers, digits)
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rounded >= size:
            return f"{rounded / size:.3g}{letter}"
    return f"{rounded:.0f}"


def table(heading: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def sizes(slopes: Slopes) -> str:
    """What each number of papers takes."""

    def rows() -> Iterator[Sequence[str]]:
        for plan in PLANS:
            part = math.ceil(plan.papers / plan.shards)
            fleet = model.fleet(plan.papers, plan.shards, 1, plan.serving, slopes)
            quantiles = (model.search_quantile(fleet, QUESTIONS_PER_SECOND, share) * 1e3 for share in (0.5, 0.99))
            yield (
                count(plan.papers),
                plan.what,
                number(model.disk(plan.papers, slopes) / GB),
                number(model.disk_while_building(plan.papers, slopes) / GB),
                number(model.memory(part, slopes) / GB),
                number(model.graph(part, slopes) / GB),
                number(model.cached(part, slopes) / GB),
                number(slopes.build_memory()(part) / GB),
                "; ".join(map(number, quantiles)),
            )

    heading = (
        "papers",
        "run",
        "disk, GB",
        "building, GB",
        "own, GB",
        "graph, GB",
        "cache, GB",
        "build, GB",
        "p50; p99, ms",
    )
    return table(heading, rows())


def costs(slopes: Slopes) -> str:
    """What each number of papers costs to build, to change and to serve."""
    prices = Prices()

    def rows() -> Iterator[Sequence[str]]:
        for plan in PLANS:
            part = math.ceil(plan.papers / plan.shards)
            gpu = plan.papers * slopes.tokens / TOKENS_PER_SECOND_OF_GPU / 3600
            yield (
                count(plan.papers),
                str(plan.cores),
                number(plan.papers * slopes.encode / 3600),
                number(gpu),
                number(build_hours(plan, slopes)),
                "–" if plan.what == LAPTOP else number(build_dollars(plan, slopes, prices)),
                number(slopes.opening()(part)),
                number(slopes.adding()(part) / 60),
                "–" if plan.what == LAPTOP else number(month_dollars(plan, slopes, prices)),
            )

    heading = (
        "papers",
        "cores",
        "encoding, core h",
        "or GPU h",
        "build, h",
        "build, $",
        "open, s",
        "add one, min",
        "month, $",
    )
    return table(heading, rows())


def ends(slopes: Slopes) -> str:
    """Where each limit is met."""

    def bound(limit: Limit) -> str:
        unit = {"MB": 1e6, "GB": 1e9, "h": 3600.0}.get(limit.unit, 1.0)
        return f"{limit.most / unit:,.0f} {limit.unit}".strip() if limit.unit else "1 in 100"

    rows = ((count(one.papers), one.what, bound(one), f"`{one.file}`", one.instead) for one in limits(slopes))
    return table(("papers", "what", "beyond", "file", "instead"), rows)


def drivers(slopes: Slopes) -> str:
    """A million papers on more and more cores, with one writer and with more."""

    def rows() -> Iterator[Sequence[str]]:
        for cores in (4, 8, 16, 24, 32, 64, 128, 256):
            hours = (model.cluster_seconds(1_000_000, cores, shards, slopes) / 3600 for shards in (1, 4, 16))
            yield (str(cores), *map(number, hours))

    return table(("cores that encode", "one writer, h", "4 writers, h", "16 writers, h"), rows())


def predictions(measured: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """What the lines through the smaller indexes say of the largest one, and what it takes."""
    slopes = Slopes(measured, FITTED)
    found = max(measured["asked"], key=lambda one: int(one["papers"]))
    papers = found["papers"]
    return {
        "disk, GB": (model.disk(papers, slopes) / GB, sum(found["files"].values()) / GB),
        "own memory, GB": (model.memory(papers, slopes) / GB, found["memory"]["asked"]["own"] / GB),
        "open, CPU s": (slopes.opening()(papers), found["open"]),
        "search, CPU ms": (model.query_seconds(papers, slopes) * 1e3, found["query"]["mean"] * 1e3),
        "terms": (slopes.terms()(papers), found["terms"]),
        "the map, MB": (slopes.map_bytes()(papers) / 1e6, found["map_bytes"] / 1e6),
        **{
            f"{what}, CPU s": (slopes.operation(name)(papers), found["operations"][name])
            for what, name in (("every title", "cited_before"), ("hashes", "identities"), ("a phrase", "phrase"))
        },
    }


def held_out(slopes: Slopes) -> str:
    """The predictions beside what was measured."""
    rows = (
        (what, number(computed), number(measured), f"{100 * (computed / measured - 1):+.0f} %")
        for what, (computed, measured) in predictions(slopes.measured).items()
    )
    return table(("at the largest index", "computed", "measured", "error"), rows)


def shards(slopes: Slopes) -> str:
    """How much of the ten best papers by BM25 shards find."""
    found = slopes.measured["split"]["words"].items()
    rows = (
        (name.split()[1], name.split()[0], f"{100 * one['global']:.1f} %", f"{100 * one['local']:.1f} %")
        for name, one in found
    )
    return table(("shards", "papers dealt by", "with global statistics", "with their own"), rows)


def graphs(slopes: Slopes) -> str:
    """How many of the nearest passages are found by one graph, and by several of a part of them each."""
    found = slopes.measured["split"]["recall"].items()
    return table(("graphs", "of the 100 nearest found"), ((name, f"{100 * share:.1f} %") for name, share in found))


def saturation(slopes: Slopes) -> str:
    """How many cores one writer can follow, as a sentence."""
    cores, write = model.saturating_cores(slopes), model.write_seconds(slopes)
    return (
        f"Encoding takes {number(slopes.encode * 1e3)} ms of a core for a paper, writing {number(write * 1e3)} ms: "
        f"{number(cores)} cores encode as fast as one process writes."
    )


def machine(slopes: Slopes) -> str:
    """What was measured, as a sentence."""
    about, papers = slopes.measured["machine"], max(one["papers"] for one in slopes.measured["asked"])
    return (
        f"The figures here are of {about['date'][:10]}, {about['cores']} cores of {about['cpu']}, "
        f"Python {about['python']}, and an index of {papers:,} papers."
    )


TABLES = {
    "sizes": sizes,
    "costs": costs,
    "limits": ends,
    "writers": drivers,
    "held out": held_out,
    "shards": shards,
    "graphs": graphs,
    "saturation": saturation,
    "machine": machine,
}
