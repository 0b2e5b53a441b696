"""How often a wrong password may be tried."""

from __future__ import annotations

import pytest

from rag.web.access import throttle
from rag.web.access.throttle import FREE_FAILURES, LONGEST_DELAY, MAX_FAILURES_AT_ONCE, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tried(limit: Throttle, clock: Clock, address: str, seconds: float) -> int:
    """How many wrong passwords an address can try within that time, as fast as it is let."""
    attempts, end = 0, clock.now + seconds
    while clock.now < end and attempts < 10_000:
        if delay := limit.delay(address):
            clock.now += delay
        else:
            limit.fail(address)
            attempts += 1
    return attempts


def test_mistyping_costs_nothing_and_guessing_gets_ever_slower(clock: Clock) -> None:
    limit = Throttle(clock)
    delays = []
    for _ in range(30):
        delays.append(limit.delay("192.0.2.1"))
        clock.now += delays[-1]
        limit.fail("192.0.2.1")
    assert delays[:FREE_FAILURES] == [0] * FREE_FAILURES
    assert delays[FREE_FAILURES : FREE_FAILURES + 4] == [1, 2, 4, 8]
    assert delays[-1] == LONGEST_DELAY
    assert limit.delay("192.0.2.2") == 0


def test_in_a_day_an_address_tries_hardly_more_than_a_hundred(clock: Clock) -> None:
    assert tried(Throttle(clock), clock, "192.0.2.1", 86_400) < 120


def test_who_knows_a_password_begins_anew(clock: Clock) -> None:
    limit = Throttle(clock)
    for _ in range(FREE_FAILURES):
        limit.fail("192.0.2.1")
    limit.succeed("192.0.2.1")
    assert limit.delay("192.0.2.1") == 0


@pytest.mark.parametrize(("first", "second"), [("2001:db8::1", "2001:db8::ffff:2"), ("::ffff:192.0.2.1", "192.0.2.1")])
def test_the_addresses_of_one_client_are_counted_together(clock: Clock, first: str, second: str) -> None:
    limit = Throttle(clock)
    for _ in range(FREE_FAILURES):
        limit.fail(first)
    assert limit.delay(second) == 1
    assert limit.delay("2001:db8:0:1::1") == limit.delay("198.51.100.1") == 0


def test_many_addresses_together_are_slowed_down_too(clock: Clock) -> None:
    limit = Throttle(clock)
    attempts = 0
    while limit.delay(f"192.0.2.{attempts}") == 0:
        limit.fail(f"192.0.2.{attempts}")
        attempts += 1
    assert attempts == MAX_FAILURES_AT_ONCE
    assert limit.delay("198.51.100.1") == 1
    clock.now += 1
    assert limit.delay("198.51.100.1") == 0


def test_what_is_remembered_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_ADDRESSES", 10)
    limit = Throttle(clock)
    for n in range(100):
        limit.fail("x" * 1_000 + str(n) if n % 2 else f"192.0.2.{n}")
    assert len(limit._failures) <= 10
    assert max(map(len, limit._failures)) <= 64
