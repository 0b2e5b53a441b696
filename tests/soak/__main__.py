"""Whether the chat holds for many users at once, under rebuilds, kills and a full disk: `make soak`.

Exits with status 1 if a promise is broken. See docs/soak.md.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.soak import audit, chat, disk, papers, people, report
from tests.soak.browser import Browser
from tests.soak.disk import Disk
from tests.soak.events import World
from tests.soak.pause import Pause
from tests.soak.plan import Plan
from tests.soak.tally import Tally
from tests.soak.user import User

ROOT = Path(__file__).parents[2]
LOGS = ROOT / ".soak"  # what the servers print


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shared", action="store_true", help="with passwords, half of the users as readers")
    arguments = parser.parse_args()
    disk.enter()
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir()
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        sys.exit(asyncio.run(soak(Path(folder), arguments)))


async def soak(folder: Path, wanted: argparse.Namespace) -> int:
    """The exit status of a soak as `wanted`."""
    users, seconds = wanted.users, wanted.minutes * 60
    (index_dir := folder / "index").mkdir()
    small, tally, pause = Disk(index_dir), Tally(), Pause()
    try:
        titles = await build(folder, index_dir, users)
        model = chat.model(folder, LOGS)
        passwords = people.write(folder / "passwords", users) if wanted.shared else None
        served = chat.chat(index_dir, model.url, folder, LOGS, passwords)
        world = World(
            folder, index_dir, small, served, model, crowd(served, tally, wanted), tally, pause, titles=titles
        )
        try:
            await model.start()
            await served.start()
            await run(world, seconds)
            await audit.audit(world)
        finally:
            model.stop()
            served.stop()
    finally:
        small.close()
    print(report.text(world, wanted))
    return 0 if tally.holds else 1


async def build(folder: Path, index_dir: Path, users: int) -> set[str]:
    """Builds the index from papers of every user and some others; their titles."""
    (source := folder / "papers").mkdir()
    titles = {t for n in range(users) for t in papers.write(source / f"{n}.jsonl", papers.method(n), range(3))}
    (source / "depth.jsonl").write_bytes((ROOT / "papers" / "depth.jsonl").read_bytes())
    status, output = await chat.rag(folder, "rebuild", source, "--index", index_dir)
    if status:
        sys.exit(f"soak: {output}")
    return titles


def crowd(served: chat.Service, tally: Tally, wanted: argparse.Namespace) -> list[User]:
    markers = [papers.marker(number) for number in range(wanted.users)]
    users: list[User] = []
    for number in range(wanted.users):
        foreign = frozenset(markers[:number] + markers[number + 1 :])
        browser = Browser(served, tally, foreign)
        users.append(User(number, wanted.seed, browser, tally, is_shared=wanted.shared))
    return users


async def run(world: World, seconds: float) -> None:
    """Has the users work while one thing after the other happens, each so many hundredths of `seconds` after the last.

    How long the things themselves take comes on top.
    """
    plan = (
        (4, world.add),
        (4, world.kill_model),
        (4, world.start_model),
        (4, world.kill_chat),
        (6, world.upload),
        (6, world.quiet),  # from here on it must be flat
        (4, world.kill_model),
        (4, world.start_model),
        (4, world.take_out),
        (6, world.quiet),
        (4, world.fill_disk),
        (4, world.upload),
        (4, world.empty_disk),
        (2, world.upload),
        (6, world.quiet),
        (4, world.verify),
        (4, world.add),
        (8, world.quiet),
        (4, world.kill_model),
        (4, world.start_model),
        (10, world.quiet),
    )
    working = [asyncio.create_task(Plan(user, world.users).work(world.pause)) for user in world.users]
    start = time.monotonic()
    try:
        for share, event in plan:
            await asyncio.sleep(share / 100 * seconds)
            print(f"{time.monotonic() - start:5.0f} s  {event.__name__.replace('_', ' ')}", flush=True)
            await event()
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


if __name__ == "__main__":
    main()
