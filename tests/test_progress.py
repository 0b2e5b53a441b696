"""How long a build still takes: told once it is known, and without jumps."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.progress import TimeLeft, about


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_told_until_the_rate_is_known() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    left.take("reading", 0, 1)
    left.take("embedding", 0, 1_000)
    assert left.seconds is None
    clock.now = 1.0
    left.take("embedding", 10, 1_000)
    assert left.seconds is None, "a second says little"
    clock.now = 10.0
    left.take("embedding", 100, 1_000)
    assert left.seconds is not None
    assert 90 < left.seconds < 150, "nine tenths are left, and what follows"


def test_it_goes_down_with_the_clock_and_does_not_jump_with_one_slow_step() -> None:
    clock, told = Clock(), []
    left = TimeLeft(clock)
    for step in range(51):
        clock.now = 4.0 * step + (20.0 if step > 25 else 0.0)  # one step takes six times as long
        left.take("embedding", 20 * step, 1_000)
        if left.seconds is not None:
            told.append(left.seconds)
    assert all(later < earlier + 10 for earlier, later in pairwise(told))
    assert told[-1] < told[0] / 2


def test_later_stages_count_down_to_the_end() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    for done in range(0, 501, 50):
        clock.now = done / 10
        left.take("embedding", done, 500)
    after = left.seconds
    assert after
    for done in range(0, 4_001, 500):
        clock.now = 50 + done / 250
        left.take("vocabulary", done, 4_000)
    assert left.seconds
    assert left.seconds < after
    assert left.seconds > 10, "the map and the calibration are yet to come"
    clock.now += 1_000
    assert left.seconds == 1.0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "a few seconds left"),
        (12, "about 20 seconds left"),
        (60, "about a minute left"),
        (125, "about 2 minutes left"),
        (3_600, "about 60 minutes left"),
        (7_300, "about 2 hours left"),
    ],
)
def test_a_time_is_told_in_words(seconds: float, told: str) -> None:
    assert about(seconds) == told
