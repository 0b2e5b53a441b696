"""What must hold of the files and the logs when all users are gone."""

from __future__ import annotations

import json
import re

from tests.soak.events import World
from tests.soak.tally import LEAKED, LOST, SERVER_ERROR

MEMORY_RATIO = 1.25  # of the chat at the end and after warming up
MORE_FILES, MORE_THREADS = 16, 16
MAX_TRACE = 600  # characters of a traceback that are shown, its last


async def audit(world: World) -> None:
    """Notes in the tally of `world` what does not."""
    await world.verify()
    await _papers(world)
    _ratings(world)
    _output(world)
    _growth(world)


async def _papers(world: World) -> None:
    listed = await world.users[0].browser.get("collection", "/papers.ris")
    if missing := [title for title in world.titles if title not in listed]:
        world.tally.broke(LOST, f"papers that were added: {missing}")
    if still := [title for title in world.gone if title in listed]:
        world.tally.broke(LOST, f"papers that were removed are back: {still}")


def _ratings(world: World) -> None:
    """Each that was confirmed is in the file that `rag eval` reads, and that file can be read."""
    kept: dict[str, tuple[bool, str]] = {}
    file = world.index_dir / "feedback.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            rating = json.loads(line)
            kept[rating["id"]] = rating["good"], rating["note"]
        except ValueError:
            world.tally.broke(LOST, f"a line of feedback.jsonl cannot be read: {line[:200]}")
    for user in world.users:
        for id_, rating in user.ratings.items():
            if kept.get(id_) != rating:
                world.tally.broke(LOST, f"rating of {id_}: {rating} confirmed, {kept.get(id_)} kept")


def _output(world: World) -> None:
    output = world.chat.log.read_text(encoding="utf-8", errors="replace")
    for trace in re.findall(r"^Traceback .*\n(?:[ \t].*\n|\n)*.*", output, re.MULTILINE):
        world.tally.broke(SERVER_ERROR, f"a traceback in {world.chat.log}: …{trace[-MAX_TRACE:]}")


def _growth(world: World) -> None:
    samples = [sample for sample in world.samples if sample]
    if len(samples) < 2:
        return
    first, last = samples[0], samples[-1]
    if last.memory > MEMORY_RATIO * first.memory:
        world.tally.broke(LEAKED, f"memory is {last.memory / first.memory:.2f} times what it was")
    if last.files > first.files + MORE_FILES:
        world.tally.broke(LEAKED, f"{last.files} open files, {first.files} before")
    if last.threads > first.threads + MORE_THREADS:
        world.tally.broke(LEAKED, f"{last.threads} threads, {first.threads} before")
