"""The formulas of the model against simulations of what they leave to chance."""

from __future__ import annotations

import math
from statistics import fmean

import pytest

from tests.scale import model, plans, simulation, slopes
from tests.scale.model import Cluster, Fleet

BLOCKS = 1_600
BLOCK, WRITE = 8.0, 0.35  # seconds
BUILD_ERROR, SEARCH_ERROR = 0.08, 0.15  # as docs/scale.md says
MOST_BUSY = 0.15  # of the two cores on which a chat searches


@pytest.mark.parametrize("workers", [1, 4, 16, 22, 64])
@pytest.mark.parametrize(("life", "restart"), [(math.inf, 0.0), (3600.0, 60.0), (600.0, 60.0)])
@pytest.mark.parametrize(("stragglers", "slowness"), [(0.0, 1.0), (0.1, 3.0)])
def test_a_build_takes_as_long_as_the_formula_says(
    workers: int, life: float, restart: float, stragglers: float, slowness: float
) -> None:
    cluster = Cluster(workers, BLOCK, WRITE, life, restart, stragglers, slowness)
    simulated = fmean(simulation.build(cluster, BLOCKS, seed)[0] for seed in range(5))
    assert model.build_seconds(cluster, BLOCKS) == pytest.approx(simulated, rel=BUILD_ERROR)


def test_more_workers_than_the_writer_can_follow_gain_nothing() -> None:
    enough = math.ceil(BLOCK / WRITE)
    seconds = [simulation.build(Cluster(n, BLOCK, WRITE), BLOCKS, 0)[0] for n in (enough // 2, enough, 4 * enough)]
    assert seconds[0] > 1.9 * seconds[1]
    assert seconds[2] == pytest.approx(seconds[1], rel=0.02)


def test_every_block_is_written_once_however_many_are_lost() -> None:
    cluster = Cluster(8, BLOCK, 0.0, mean_life=40.0, restart=10.0)
    seconds, lost = simulation.build(cluster, 200, 3)
    assert lost > 20
    assert seconds >= 200 * BLOCK / 8 + lost / 8


def test_nothing_happens_by_chance_alone() -> None:
    cluster = Cluster(4, BLOCK, WRITE, 600.0, 60.0)
    assert simulation.build(cluster, 100, 1) == simulation.build(cluster, 100, 1)
    assert simulation.build(cluster, 100, 1) != simulation.build(cluster, 100, 2)


@pytest.mark.parametrize("count", [1, 10, 20])
@pytest.mark.parametrize(
    ("copies", "cores", "busy"), [(1, 2, MOST_BUSY), (1, 4, 0.1), (1, 4, 0.5), (2, 8, 0.1), (2, 8, 0.5)]
)
def test_a_question_takes_as_long_as_the_formula_says(count: int, copies: int, cores: int, busy: float) -> None:
    fleet = Fleet(count, copies, cores, median=0.04, spread=1.7)
    rate = busy * copies * cores / fleet.mean
    took = simulation.ask(fleet, rate, 6_000, seed=1)
    for share in (0.5, 0.99):
        simulated = took[math.ceil(share * len(took)) - 1]
        assert model.search_quantile(fleet, rate, share) == pytest.approx(simulated, rel=SEARCH_ERROR)


@pytest.mark.parametrize("count", [1, 10, 20])
@pytest.mark.parametrize(("cores", "busy"), [(2, 0.5), (4, 0.7)])
def test_where_few_cores_are_busy_some_questions_wait_longer_than_the_formula_says(
    count: int, cores: int, busy: float
) -> None:
    fleet = Fleet(count, 1, cores, median=0.04, spread=1.7)
    rate = busy * cores / fleet.mean
    simulated = simulation.ask(fleet, rate, 6_000, seed=1)[-60]
    assert simulated / model.search_quantile(fleet, rate, 0.99) == pytest.approx(1.45, abs=0.15)


def test_the_cores_of_the_plans_are_less_busy_than_that() -> None:
    for plan in plans.PLANS:
        fleet = model.fleet(plan.papers, plan.shards, slopes.load())
        assert plans.QUESTIONS_PER_SECOND * fleet.mean / fleet.cores < MOST_BUSY


def test_the_slowest_of_many_shards_counts() -> None:
    medians = [simulation.ask(Fleet(n, 1, 8, 0.04, 1.7), 1.0, 2_000, 1)[1_000] for n in (1, 10, 100)]
    assert medians == sorted(medians)
    assert medians[2] > 1.5 * medians[0]


def test_copies_keep_the_queue_short_and_too_few_cores_are_told() -> None:
    one, two = Fleet(4, 1, 2, 0.04, 1.7), Fleet(4, 2, 2, 0.04, 1.7)
    rate = 1.5 / one.mean
    assert model.waiting(one, rate) > 5 * model.waiting(two, rate)
    assert math.isinf(model.waiting(one, 2.1 / one.mean))
    slow, fast = (simulation.ask(fleet, rate, 4_000, 1) for fleet in (one, two))
    assert slow[-40] > 1.3 * fast[-40]
