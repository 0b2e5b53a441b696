"""Asks saved questions again in the background, once the collection has changed and whenever their owner looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from rag.chat.saved_store import SavedQuestion
from rag.errors import DamageError, NoIndexError, RagError
from rag.web.jobs import INTERNAL_ERROR, Jobs
from rag.web.trouble import Told, told

if TYPE_CHECKING:
    from rag.chat.saved_asking import SavedQuestions

_WAITING = "These are as they were last asked. They are asked again once the papers can be searched."
NOT_ASKED = Told(_WAITING, _WAITING)
_NO_INDEX = (DamageError, NoIndexError)  # which each page tells about, with the remedy
RETRY_SECONDS = 60.0  # before questions that could not be asked are tried again
_PATIENCE, _PAUSE = 2.0, 0.05  # seconds that a question waits at most for those of users to be found; and between looks
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SavedState:
    """The saved questions of an owner. The ids in `due` are of those that are being asked again.

    `fault` is why some could not be asked, None if all could.
    """

    questions: list[SavedQuestion]
    due: frozenset[str] = frozenset()
    fault: Told | None = None

    @property
    def news(self) -> int:
        """How many questions have news to look at."""
        return sum(one.has_news for one in self.questions)


class SavedChecks:
    """Asks the `questions` of all owners, one at a time and in a thread of its own. For one event loop.

    Nobody's own question waits: while `jobs` search for one, none is asked, unless they do so for long.
    """

    def __init__(self, questions: SavedQuestions, jobs: Jobs) -> None:
        self._questions = questions
        self._jobs = jobs
        self._threads = ThreadPoolExecutor(1, "saved")
        self._files = ThreadPoolExecutor(2, "saved-files")  # a list is there at once, whatever is being asked
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by owner
        self._faults: dict[str, tuple[Told | None, float]] = {}  # by owner: what went wrong, and when

    async def state(self, owner: str) -> SavedState:
        """The questions of `owner`. Those that the collection has outrun begin to be asked again, if there is one.

        Raises StoreError if their file cannot be read.
        """
        listed = await self.read(self._questions.store.of, owner)
        if not listed:
            return SavedState([])
        try:
            due = await self.read(self._questions.due, listed)  # not of another list, which may be newer
        except _NO_INDEX:
            return SavedState(listed, fault=NOT_ASKED)
        fault, at = self._faults.get(owner, (None, 0.0))
        if due and fault and monotonic() - at < RETRY_SECONDS:
            return SavedState(listed, fault=fault)
        if due and owner not in self._tasks:
            self._tasks[owner] = asyncio.create_task(self._check(owner))
        return SavedState(listed, frozenset(one.id for one in due))

    async def read(self, call: Callable[..., _T], *given: object) -> _T:
        """What `call` returns, which only takes as long as a file does."""
        return await asyncio.get_running_loop().run_in_executor(self._files, partial(call, *given))

    async def ask(self, call: Callable[..., _T], *given: object) -> _T:
        """What `call` returns, which searches."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *given))

    async def _check(self, owner: str) -> None:
        self._faults.pop(owner, None)
        try:
            await self._jobs.retriever()
            listed = await self.read(self._questions.store.of, owner)
            for one in await self.read(self._questions.due, listed):
                await self._quiet()
                await self.ask(self._questions.ask, owner, one)
        except _NO_INDEX:
            self._faults[owner] = NOT_ASKED, monotonic()
        except RagError as fault:
            self._faults[owner] = told(fault), monotonic()
        except Exception:  # an error of ours must not have the page ask again and again
            logging.getLogger(__name__).exception("A saved question could not be asked")
            self._faults[owner] = Told(INTERNAL_ERROR, INTERNAL_ERROR), monotonic()
        finally:
            del self._tasks[owner]

    async def _quiet(self) -> None:
        """Waits until no user waits for a search, but not for ever."""
        until = monotonic() + _PATIENCE
        while self._jobs.is_searching and monotonic() < until:
            await asyncio.sleep(_PAUSE)
