"""The change of the collection that is being made: one at a time, which all pages may watch, and how the last ended."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from rag.errors import BusyError, RagError, StoppedError
from rag.progress import Progress, TimeLeft, silent
from rag.web.background import in_background
from rag.web.trouble import Told, told

_INTERVAL = 0.2  # seconds between two looks at how far it is
_FAILED = "An internal error occurred, and nothing has changed. The terminal that runs the chat shows the details."
STOPPED = "Stopped: nothing has changed."
CLOSED = "The chat was closed before this ended."


@dataclass
class Change:
    """One change, and how far it is: `done` of `total` items of a `stage`, 0 if they are not counted.

    Once it has `ended`, there is a `result`, or a `fault` that says why not. `owner` made it; "" if the chat itself.
    They have `seen` on a page that was loaded how it ended.
    """

    title: str
    owner: str = ""
    stage: str = "starting"
    done: int = 0
    total: int = 0
    left: TimeLeft = field(default_factory=TimeLeft)
    stopping: bool = False
    ended: float | None = None  # the time on the clock of `monotonic`
    result: object = None
    fault: Told | None = None
    seen: bool = False
    version: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, stage: str, done: int, total: int) -> None:
        """Notes a report of progress. Raises StoppedError if it is to stop, or the program ends."""
        if not threading.main_thread().is_alive():  # Ctrl+C: the current index stays as it is
            raise StoppedError(CLOSED)
        if self.stopping:
            raise StoppedError(STOPPED)
        self.stage, self.done, self.total = stage, done, total
        self.left.take(stage, done, total)
        self.version += 1

    @property
    def outcome(self) -> Literal["done", "failed", "stopped"]:
        """How it ended."""
        if self.fault:
            return "stopped" if self.stopping else "failed"
        return "done"

    def end(self, result: object = None, fault: Told | None = None) -> None:
        """Notes how it ended."""
        self.result, self.fault, self.ended = result, fault, monotonic()
        self.version += 1
        self.over.set()


class Rebuilding:
    """What changes the collection in this process. Threads may share it.

    `terminal` is told of the progress too, and `observe` is called with each change that has ended.
    """

    def __init__(self, terminal: Progress = silent) -> None:
        self.last: Change | None = None
        self.observe: Callable[[Change], None] = lambda change: None
        self._terminal = terminal
        self._beginning = threading.Lock()

    @property
    def running(self) -> Change | None:
        """The change that is being made now."""
        return self.last if self.last and self.last.ended is None else None

    def begin(self, title: str, work: Callable[[Progress], object], owner: str = "") -> Change:
        """Begins to do `work`, which goes on whoever leaves. Raises BusyError if another change is being made."""
        with self._beginning:
            if now := self.running:
                raise BusyError(f"Wait until the change that is being made has ended: {now.title}.")
            self.last = change = Change(title, owner)
        in_background(lambda: self._do(change, work))
        return change

    def stop(self) -> None:
        """Ends the change that is being made at its next step, if it is not done by then; nothing is changed."""
        if now := self.running:
            now.stopping = True
            now.version += 1

    def join(self) -> None:
        """Returns when no change is being made any more: what a build needs ends with the main thread."""
        if now := self.running:
            now.over.wait()

    def wait(self, change: Change) -> None:
        """Returns when `change` has ended. Raises StoppedError if it was stopped, and RagError with another fault."""
        change.over.wait()
        if change.outcome == "stopped":
            raise StoppedError(STOPPED)
        if change.fault:
            raise RagError(change.fault.whole)

    async def watch(self, change: Change) -> AsyncGenerator[Change]:
        """`change` whenever it has come further, at least once, and the last time when it has ended."""
        seen = -1
        while True:
            if change.version != seen:
                seen = change.version
                yield change
            if change.ended is not None and seen == change.version:
                return
            await asyncio.sleep(_INTERVAL)

    def _do(self, change: Change, work: Callable[[Progress], object]) -> None:
        def report(stage: str, done: int, total: int) -> None:
            change.take(stage, done, total)
            self._terminal(stage, done, total)

        try:
            change.end(work(report))
        except RagError as fault:
            change.end(fault=told(fault))
        except Exception:  # an error of ours must not leave the pages waiting for ever
            logging.getLogger(__name__).exception("%s failed", change.title)
            change.end(fault=Told(_FAILED, _FAILED))
        self.observe(change)
