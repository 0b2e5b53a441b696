"""Simulations, event by event, of what `tests.scale.model` says in closed form.

Times are in seconds. Nothing is measured here: what a simulation shows is whether the formulas follow from what they
assume, with random failures, stragglers and queues instead of averages.
"""

from __future__ import annotations

import heapq
import random

from tests.scale.model import Cluster, Fleet


def build(cluster: Cluster, blocks: int, seed: int) -> tuple[float, int]:
    """How long it takes until all `blocks` are written, and how many were lost and encoded again."""
    chance = random.Random(seed)
    waiting, lost = blocks, 0
    takes = [cluster.block_seconds * (cluster.slowness if n < cluster.slow else 1.0) for n in range(cluster.workers)]
    life = [_life(cluster, chance) for _ in takes]
    events: list[tuple[float, int, bool]] = []  # when, which worker, whether its block is encoded
    written = now = 0.0

    def start(worker: int, at: float) -> None:
        nonlocal waiting
        if waiting:
            waiting -= 1
            ends = at + takes[worker]
            heapq.heappush(events, (min(ends, life[worker]), worker, ends <= life[worker]))
        else:
            idle.append(worker)

    idle: list[int] = []
    for worker in range(cluster.workers):
        start(worker, 0.0)
    while events:
        now, worker, is_encoded = heapq.heappop(events)
        if is_encoded:
            written = max(written, now) + cluster.write_seconds
            start(worker, now)
            continue
        waiting, lost = waiting + 1, lost + 1
        while idle and waiting:  # somebody else can take it at once
            start(idle.pop(), now)
        back = now + cluster.restart
        life[worker] = back + _life(cluster, chance)
        start(worker, back)
    return written, lost


def _life(cluster: Cluster, chance: random.Random) -> float:
    return chance.expovariate(1 / cluster.mean_life) if cluster.mean_life != float("inf") else float("inf")


def ask(fleet: Fleet, rate: float, questions: int, seed: int) -> list[float]:
    """How long each of so many `questions` takes, in ascending order, if `rate` of them come per second at random."""
    chance = random.Random(seed)
    sigma = fleet.sigma
    free = [[0.0] * (fleet.copies * fleet.cores) for _ in range(fleet.shards)]  # when each core of a shard is free
    now, took = 0.0, []
    for _ in range(questions):
        now += chance.expovariate(rate)
        ends = now
        for cores in free:
            begins = max(now, heapq.heappop(cores))
            end = begins + fleet.median * chance.lognormvariate(0.0, sigma)
            heapq.heappush(cores, end)
            ends = max(ends, end)
        took.append(ends - now + fleet.merge)
    return sorted(took)
