"""What to run for how many papers, and what it costs, as the tables of docs/scale.md."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.web.places import MAX_CONCURRENT
from tests.scale import model
from tests.scale.limits import Limit, limits
from tests.scale.model import GB
from tests.scale.slopes import FITTED, Slopes

QUESTIONS_PER_SECOND = 1.0
MONTH = 730  # hours
LINE_WIDTH = 120  # characters, of the page
LAPTOP = "a laptop"
TOKENS_PER_SECOND_OF_GPU = 250_000  # an assumption: see docs/scale.md
CHAT_CORES = 2 * MAX_CONCURRENT  # questions that a chat searches, and answers that it writes, at a time
SERVER_CORES = 2  # of a Chroma server
COLLECTIONS = 2  # on a Chroma server: that of the current generation, and of the one before


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars. Assumptions of November 2026, from no offer of anybody's: put in your own."""

    core_hour: float = 0.04
    memory_hour: float = 0.005  # a GB
    disk_month: float = 0.10  # a GB

    def month(self, cores: int, memory: float, disk: float = 0.0) -> float:
        """A month of so many cores and so many bytes, always on."""
        hourly = cores * self.core_hour + memory / GB * self.memory_hour
        return hourly * MONTH + disk / GB * self.disk_month


@dataclass(frozen=True, slots=True)
class Plan:
    """`shards` of equal size, each on a machine of so many `cores`; if `is_served`, a Chroma server has the graph."""

    papers: int
    what: str
    cores: int
    shards: int = 1
    is_served: bool = False

    @property
    def part(self) -> int:
        """The papers of a shard."""
        return math.ceil(self.papers / self.shards)


PLANS = (
    Plan(500, LAPTOP, 2),
    Plan(5_000, LAPTOP, 2),
    Plan(50_000, LAPTOP, 4),
    Plan(500_000, "a server", 8),
    Plan(1_000_000, "a server", 8),
    Plan(2_000_000, "a large server", 8),
    Plan(5_000_000, "a large server, with Chroma as a server", 8, is_served=True),
    Plan(50_000_000, "10 shards of that", 8, 10, is_served=True),
    Plan(100_000_000, "20 shards of that", 8, 20, is_served=True),
)


def build_hours(plan: Plan, slopes: Slopes) -> float:
    """Hours of a build, without writing to a Chroma server."""
    return model.one_machine_seconds(plan.part, plan.cores, slopes) / 3600


def serving_hours(plan: Plan, slopes: Slopes) -> float:
    """Hours that writing to a Chroma server takes after a build; 0 without one."""
    return slopes.served(plan.part) / 3600 if plan.is_served else 0.0


def build_dollars(plan: Plan, slopes: Slopes, prices: Prices) -> float:
    """What the cores and the memory of the build cost until the index is switched."""
    share = (build_hours(plan, slopes) + serving_hours(plan, slopes)) / MONTH
    return share * plan.shards * prices.month(plan.cores, slopes.build_memory()(plan.part))


def chat_dollars(plan: Plan, slopes: Slopes, prices: Prices) -> float:
    """A month of a chat on each shard, without the files in the cache, which all chats of a machine share."""
    graph = model.graph(plan.part, slopes) if plan.is_served else 0.0
    return plan.shards * prices.month(CHAT_CORES, model.memory(plan.part, slopes) - graph)


def month_dollars(plan: Plan, slopes: Slopes, prices: Prices) -> float:
    """A month of a chat on each shard, all files in the cache, twice the disk, and a Chroma server if there is one."""
    files = prices.month(0, model.cached(plan.part, slopes), 2 * model.disk(plan.part, slopes))
    server = prices.month(SERVER_CORES, COLLECTIONS * model.graph(plan.part, slopes)) if plan.is_served else 0.0
    return chat_dollars(plan, slopes, prices) + plan.shards * (files + server)


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
            amounts = (
                model.disk(plan.papers, slopes),
                model.disk_while_building(plan.papers, slopes),
                slopes.build_memory()(plan.part),
                model.memory(plan.part, slopes),
                model.graph(plan.part, slopes),
                model.cached(plan.part, slopes),
            )
            yield (count(plan.papers), plan.what, *(number(amount / GB) for amount in amounts))

    heading = ("papers", "run", "disk, GB", "building, GB", "build, GB", "own, GB", "graph, GB", "cache, GB")
    return table(heading, rows())


def builds(slopes: Slopes) -> str:
    """What each number of papers costs to build and to change."""
    prices = Prices()

    def rows() -> Iterator[Sequence[str]]:
        for plan in PLANS:
            gpu = plan.papers * slopes.tokens / TOKENS_PER_SECOND_OF_GPU / 3600
            yield (
                count(plan.papers),
                str(plan.cores * plan.shards),
                number(plan.papers * slopes.encode / 3600),
                number(gpu),
                number(build_hours(plan, slopes)),
                number(serving_hours(plan, slopes)) if plan.is_served else "–",
                "–" if plan.what == LAPTOP else number(build_dollars(plan, slopes, prices)),
                number(slopes.adding()(plan.part) / 60),
            )

    heading = (
        "papers",
        "cores",
        "encoding, core h",
        "or GPU h",
        "build, h",
        "to Chroma, h",
        "build, $",
        "add one, min",
    )
    return table(heading, rows())


def serving(slopes: Slopes) -> str:
    """How fast each number of papers is searched, and what that costs."""
    prices = Prices()

    def rows() -> Iterator[Sequence[str]]:
        for plan in PLANS:
            fleet = model.fleet(plan.papers, plan.shards, slopes)
            quantiles = (model.search_quantile(fleet, QUESTIONS_PER_SECOND, share) * 1e3 for share in (0.5, 0.99))
            dollars = (cost(plan, slopes, prices) for cost in (month_dollars, chat_dollars))
            yield (
                count(plan.papers),
                number(slopes.opening()(plan.part)),
                "; ".join(map(number, quantiles)),
                number(model.questions_per_second(plan.part, slopes)),
                *(["–", "–"] if plan.what == LAPTOP else map(number, dollars)),
            )

    heading = ("papers", "open, s", "p50; p99, ms", "questions/s", "month, $", "a further chat, $")
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
    split = slopes.measured["split"]
    rows = ((name, str(split["searched"][name]), f"{100 * share:.1f} %") for name, share in split["recall"].items())
    return table(("graphs", "candidates in each", "of the 100 nearest found"), rows)


def saturation(slopes: Slopes) -> str:
    """How many cores one writer can follow, and how fast a Chroma server is written, as sentences."""
    sizes = (FITTED, 1_000_000, 5_000_000)
    written = [number(model.write_seconds(papers, slopes) * 1e3) for papers in sizes]
    cores = [number(model.saturating_cores(papers, slopes)) for papers in sizes]
    served = slopes.measured["served"]
    return textwrap.fill(
        f"Encoding a paper takes {number(slopes.encode * 1e3)} ms of a core. Writing one takes {written[0]} ms on "
        f"average in a build of {count(sizes[0])}, {written[1]} ms in one of {count(sizes[1])}, and {written[2]} ms in "
        f"one of {count(sizes[2])}: {cores[0]}, {cores[1]} and {cores[2]} cores encode as fast as one process writes. "
        f"Writing {served['papers']:,} papers to a Chroma server took {served['seconds']:.0f} seconds.",
        LINE_WIDTH,
    )


def machine(slopes: Slopes) -> str:
    """What was measured, as a sentence."""
    about, papers = slopes.measured["machine"], max(one["papers"] for one in slopes.measured["asked"])
    return textwrap.fill(
        f"The figures here are of {about['date'][:10]}, {about['cores']} cores of {about['cpu']}, "
        f"Python {about['python']}, and an index of {papers:,} papers. On average, a paper has {slopes.tokens:.0f} "
        f"tokens, {slopes.characters:,.0f} characters in title and abstract, and {slopes.passages:.1f} passages.",
        LINE_WIDTH,
    )


TABLES = {
    "sizes": sizes,
    "builds": builds,
    "serving": serving,
    "limits": ends,
    "writers": drivers,
    "held out": held_out,
    "shards": shards,
    "graphs": graphs,
    "saturation": saturation,
    "machine": machine,
}
