"""Work in a thread that outlives whoever began it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


def in_background(work: Callable[[], _T]) -> Future[_T]:
    """Does `work` in a thread, no daemon: one that is cut off inside a C++ library aborts the whole program."""
    job: Future[_T] = Future()

    def run() -> None:
        try:
            job.set_result(work())
        except Exception as fault:  # noqa: BLE001 - result() raises it again
            job.set_exception(fault)

    threading.Thread(target=run, daemon=False).start()  # explicitly: Gradio's threads are daemons
    return job
