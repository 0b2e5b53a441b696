"""A rebuild as a stream: a call that blocks and reports to a callback becomes an iterator of HTML."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.ui import render

if TYPE_CHECKING:
    from rag.chat import Chat

Step = tuple[str, int, int]  # stage, done, total


def rebuild(chat: Chat) -> Iterator[str]:
    """Bars while `chat` rebuilds its index, then one line: the summary or what went wrong.

    The rebuild goes on if nobody iterates any more, because the browser has left.
    """
    steps: SimpleQueue[Step | None] = SimpleQueue()
    job = _start(lambda: str(chat.rebuild(lambda *step: steps.put(step))), then=lambda: steps.put(None))
    yield render.progress("starting", 0, 0)
    for step in iter(steps.get, None):
        if steps.empty():  # a slow browser gets the newest step, not a backlog
            yield render.progress(*step)
    try:
        yield render.summary(job.result())
    except RagError as fault:
        yield render.fault(str(fault))


def _start(work: Callable[[], str], then: Callable[[], None]) -> Future[str]:
    """Runs `work` and `then` in a thread that may go on; a daemon, so that Ctrl+C need not wait for it."""
    job: Future[str] = Future()

    def run() -> None:
        try:
            job.set_result(work())
        except Exception as fault:  # noqa: BLE001 - nothing is hidden: result() raises it again
            job.set_exception(fault)
        then()

    threading.Thread(target=run, daemon=True).start()
    return job
