"""A rebuild as a stream: a call that blocks and reports to a callback becomes an iterator of HTML."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue

from rag.errors import RagError
from rag.progress import Progress
from rag.web import collection, render

Step = tuple[str, int, int]  # stage, done, total


def rebuild(work: Callable[[Progress], object]) -> Iterator[str]:
    """Bars while `work`, which rebuilds the index, reports; then one line: what it returned, or what went wrong.

    The rebuild goes on if nobody iterates any more, because the browser has left; not if the program ends.
    """
    steps: SimpleQueue[Step | None] = SimpleQueue()

    def report(stage: str, done: int, total: int) -> None:
        if not threading.main_thread().is_alive():  # Ctrl+C: the index that is there stays as it is
            raise RagError("The chat was closed before the rebuild ended.")
        steps.put((stage, done, total))

    job = _start(lambda: str(work(report)), then=lambda: steps.put(None))
    yield collection.progress("starting", 0, 0)
    for step in iter(steps.get, None):
        if steps.empty():  # a slow browser gets the newest step, not a backlog
            yield collection.progress(*step)
    try:
        yield collection.built(job.result())
    except RagError as fault:
        yield render.fault(str(fault))


def _start(work: Callable[[], str], then: Callable[[], None]) -> Future[str]:
    """Runs `work` and `then` in a thread. No daemon: one that is cut off inside torch aborts the whole program."""
    job: Future[str] = Future()

    def run() -> None:
        try:
            job.set_result(work())
        except Exception as fault:  # noqa: BLE001 - nothing is hidden: result() raises it again
            job.set_exception(fault)
        then()

    threading.Thread(target=run, daemon=False).start()  # else it is one, as child of one of Gradio's
    return job
