"""What happens to the chat while users work: rebuilds, kills, a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import papers
from tests.soak.browser import Fault, Gone
from tests.soak.chat import Sample, Service, rag
from tests.soak.disk import Disk
from tests.soak.pause import Pause
from tests.soak.tally import LOST, UNTOLD, Tally
from tests.soak.user import User

SETTLING = 2.0  # seconds after which a server has closed what its clients closed
KILL_AFTER = 4.0  # seconds that a rebuild has begun before


@dataclass
class World:
    """The chat, its index in `index_dir`, its users, and the `titles` that the index must hold."""

    folder: Path
    index_dir: Path
    disk: Disk
    chat: Service
    model: Service
    users: Sequence[User]
    tally: Tally
    pause: Pause
    samples: list[Sample | None] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    rebuilds: int = 0

    @property
    def papers(self) -> Path:
        """The folder that the index was built from."""
        return self.folder / "papers"

    async def quiet(self) -> None:
        """Samples the chat while nobody asks and nothing is rebuilt, and compares everything."""
        async with self.pause.silence():
            for user in self.users:
                await user.attempt(user.check)
                await user.browser.close()
            await asyncio.sleep(SETTLING)
            self.samples.append(self.chat.sample())

    async def kill_model(self) -> None:
        self.model.kill()

    async def start_model(self) -> None:
        await self.model.start()

    async def kill_chat(self) -> None:
        """Kills the chat in the middle of what it does, a rebuild among it, and starts it again."""
        rebuild = asyncio.create_task(self.upload())
        await asyncio.sleep(KILL_AFTER)
        self.chat.kill()
        await rebuild
        await self.chat.start()

    async def add(self) -> None:
        """Adds a file by the command line."""
        name = papers.word(2_000 + self.rebuilds, "n")
        titles = papers.write(self.papers / f"{name}.jsonl", name, range(5))
        if await self._run("add", self.papers, "--index", self.index_dir):
            self.titles |= set(titles)

    async def take_out(self) -> None:
        """Rebuilds by the command line without a file that was added."""
        file = sorted(self.papers.glob("*n.jsonl"))[0]
        gone = {title for title in self.titles if title.startswith(file.stem)}
        file.unlink()
        if await self._run("rebuild", "--yes", "--index", self.index_dir):
            self.titles, self.gone = self.titles - gone, self.gone | gone

    async def upload(self) -> None:
        """A user adds a file and has the index rebuilt."""
        name = papers.word(1_000 + self.rebuilds, "r")
        curators = [user for user in self.users if user.is_curator]
        user = curators[self.rebuilds % len(curators)]
        try:
            staged = await user.stage(f"{name}.jsonl", papers.lines(name, range(3)))
            await user.rebuild([staged])
        except Fault as fault:
            self.tally.tell(str(fault))
        except Gone:
            return
        else:
            self.titles |= {str(papers.record(name, number)["title"]) for number in range(3)}
            self.rebuilds += 1

    async def fill_disk(self) -> None:
        if self.disk.is_small:
            self.disk.fill()

    async def empty_disk(self) -> None:
        self.disk.empty()

    async def verify(self) -> None:
        """Checks the index by the command line while the chat uses it."""
        status, output = await rag(self.folder, "verify", "--index", self.index_dir)
        if status:
            self.tally.broke(LOST, f"rag verify: {output}")

    async def _run(self, *command: str | Path) -> bool:
        status, output = await rag(self.folder, *command)
        if status:
            self.tally.broke(UNTOLD, f"rag {command[0]}: {output[-500:]}")
            return False
        self.rebuilds += 1
        return True
