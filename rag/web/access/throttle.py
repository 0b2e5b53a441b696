"""How often a wrong password may be tried: ever more slowly by one address, and not too often by all together."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

FREE_FAILURES = 5  # of one address, before it has to wait
LONGEST_DELAY = 900.0  # seconds that an address waits between two attempts
MAX_FAILURES_AT_ONCE = 100  # of all addresses together
FAILURES_PER_SECOND = 1.0  # of all addresses together, after that
MAX_ADDRESSES = 10_000  # that are remembered


@dataclass(slots=True)
class _Failures:
    count: int = 0
    until: float = 0.0


class Throttle:
    """Counts wrong passwords. For the event loop of the server only; `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()  # the last to fail is last
        self._left, self._counted_at = float(MAX_FAILURES_AT_ONCE), clock()

    def delay(self, address: str) -> float:
        """Seconds until the client at `address` may try a password; 0 if it may now."""
        self._refill()
        failures = self._failures.get(_network(address))
        own = failures.until - self._clock() if failures else 0.0
        shared = (1 - self._left) / FAILURES_PER_SECOND if self._left < 1 else 0.0
        return max(0.0, own, shared)

    def fail(self, address: str) -> None:
        """Notes that the client at `address` tried a wrong password."""
        self._refill()
        self._left -= 1
        failures = self._failures.setdefault(_network(address), _Failures())
        failures.count += 1
        if failures.count >= FREE_FAILURES:
            failures.until = self._clock() + min(LONGEST_DELAY, 2.0 ** min(failures.count - FREE_FAILURES, 20))
        self._failures.move_to_end(_network(address))
        if len(self._failures) > MAX_ADDRESSES:
            self._failures.popitem(last=False)

    def succeed(self, address: str) -> None:
        """Notes that the client at `address` knows a password."""
        self._failures.pop(_network(address), None)

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(MAX_FAILURES_AT_ONCE, self._left + (now - self._counted_at) * FAILURES_PER_SECOND)
        self._counted_at = now


def _network(address: str) -> str:
    """What one client can choose its addresses from: with IPv6, the 64 bits that are those of its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
