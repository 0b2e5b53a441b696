"""The figures of a soak as text."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator

from tests.soak.events import World
from tests.soak.tally import in_general

MAX_SHOWN = 5  # of what broke a promise


def text(world: World, wanted: Namespace) -> str:
    """What happened, what was promised, and whether it held."""
    return "\n".join(_lines(world, wanted))


def _lines(world: World, wanted: Namespace) -> Iterator[str]:
    tally, kind = world.tally, "curators and readers" if wanted.shared else "users"
    yield f"\n{wanted.users} {kind}, {wanted.minutes:g} minutes, seed {wanted.seed}: {world.rebuilds} rebuilds"
    yield f"What users saw was compared with what they must see {tally.checks:,} times."
    yield f"Requests: {_counts(tally.requests)}"
    yield f"Interrupted because the chat was killed: {_counts(tally.excused) or 'none'}"
    if not world.disk.is_small:
        yield "Skipped: the full disk, as this system does not allow to mount one."
    yield "Errors told in words:"
    yield from (f"  {times:5}  {words}" for words, times in tally.told.most_common())
    yield "Lines in the chat's log:"
    yield from (f"  {times:5}  {line}" for line, times in _logged(world).most_common(MAX_SHOWN))
    yield "Memory, open files and threads of the chat, in silence, after warming up and at each quarter:"
    for sample in filter(None, world.samples):
        first = next(filter(None, world.samples))
        yield (
            f"  {sample.memory / 1e6:6.0f} MB ({sample.memory / first.memory:.2f} ×)  {sample.files} files  "
            f"{sample.threads} threads"
        )
    for promise, seen in tally.broken.items():
        yield f"{len(seen):6}  {promise}"
        yield from (f"          {one}" for one in seen[:MAX_SHOWN])


def _logged(world: World) -> Counter[str]:
    lines = world.chat.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return Counter(in_general(line) for line in lines)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in counter.most_common())
