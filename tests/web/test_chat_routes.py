"""What a page is told while its question is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event
from typing import Any

from rag import settings
from rag.chat.library import Library
from rag.web.chat_routes import ChatRoutes
from rag.web.conversations import Conversations
from rag.web.jobs import Jobs
from rag.web.turns import Choices, Turn
from tests.conftest import WHICH

OWNER = "ada-owns-this-one"


class SlowDisk(Conversations):
    """The list of conversations is read while an answer is saved, and the answer is not saved before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.saving, self.listed = Event(), Event()

    def of(self, owner: str) -> Any:
        assert self.saving.wait(60)
        found = super().of(owner)
        self.listed.set()
        return found

    def finish(self, owner: str, name: str, n: int, turn: Turn) -> None:
        self.saving.set()
        assert self.listed.wait(60)
        super().finish(owner, name, n, turn)


def test_a_page_that_is_told_that_its_question_is_answered_may_ask_the_next(index_dir: Path, tmp_path: Path) -> None:
    async def test() -> None:
        library = Library(settings.load(index_dir=index_dir, llm="none"))
        jobs = Jobs(library, SlowDisk(tmp_path))
        await jobs.ask(OWNER, "one", WHICH, Choices())
        updates = ChatRoutes(library, jobs)._stream(OWNER, "one")
        while (await anext(updates))["running"]:
            pass
        await jobs.ask(OWNER, "one", WHICH, Choices(), replace=0)
        async for _ in jobs.watch(OWNER, "one"):
            pass

    asyncio.run(asyncio.wait_for(test(), 60))
