"""A rebuild as a stream: a blocking call that reports to a callback becomes an iterator of HTML."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from rag.errors import RagError
from rag.progress import Progress
from rag.web import pages, papers_page
from rag.web.background import in_background

Step = tuple[str, int, int]  # stage, done, total


def rebuild(work: Callable[[Progress], object]) -> Iterator[str]:
    """Progress bars while `work`, which rebuilds the index, reports; then one line: its result, or what went wrong.

    The rebuild goes on if nobody iterates any more because the browser has left, but not once the program ends.
    """
    steps: SimpleQueue[Step | None] = SimpleQueue()

    def report(stage: str, done: int, total: int) -> None:
        if not threading.main_thread().is_alive():  # Ctrl+C: the current index stays as it is
            raise RagError("The chat was closed before the rebuild ended.")
        steps.put((stage, done, total))

    job = in_background(lambda: str(work(report)))
    job.add_done_callback(lambda _: steps.put(None))
    yield papers_page.progress("starting", 0, 0)
    for step in iter(steps.get, None):
        if steps.empty():  # a slow browser gets the newest step instead of a backlog
            yield papers_page.progress(*step)
    try:
        yield papers_page.built(job.result())
    except RagError as fault:
        yield pages.fault(str(fault))
