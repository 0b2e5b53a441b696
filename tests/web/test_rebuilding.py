"""One change of the collection at a time: all may watch how far it is and how it ended, and it can be stopped."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rag.errors import BusyError, StoppedError, StoreError
from rag.progress import Progress
from rag.web.rebuilding import STOPPED, Change, Rebuilding
from rag.web.trouble import Told

PATIENCE = 60


def seen(rebuilding: Rebuilding, change: Change) -> list[tuple[str, int]]:
    """What a page sees of a change until it has ended."""

    async def watch() -> list[tuple[str, int]]:
        return [(one.stage, one.done) async for one in rebuilding.watch(change)]

    return asyncio.run(watch())


def test_two_pages_watch_a_change_and_a_second_one_is_refused_meanwhile() -> None:
    may_end = threading.Event()

    def work(progress: Progress) -> str:
        progress("embedding", 1, 2)
        assert may_end.wait(PATIENCE)
        progress("embedding", 2, 2)
        return "2 papers"

    told: list[tuple[str, int, int]] = []
    rebuilding = Rebuilding(lambda *given: told.append(given))
    change = rebuilding.begin("Adding 2 files", work, "ada")
    with pytest.raises(BusyError, match="Adding 2 files"):
        rebuilding.begin("Rebuilding", work)
    threading.Timer(0.1, may_end.set).start()
    assert seen(rebuilding, change)[-1] == ("embedding", 2)
    assert seen(rebuilding, change) == [("embedding", 2)], "also a page that comes late"
    assert (change.result, change.fault, rebuilding.running) == ("2 papers", None, None)
    assert told == [("embedding", 1, 2), ("embedding", 2, 2)]
    rebuilding.wait(rebuilding.begin("Rebuilding", lambda progress: None))


def test_a_change_that_is_stopped_ends_at_its_next_step() -> None:
    began, stopped = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        began.set()
        assert stopped.wait(PATIENCE)
        progress("embedding", 1, 2)
        pytest.fail("it went on")

    rebuilding = Rebuilding()
    change = rebuilding.begin("Rebuilding", work)
    assert began.wait(PATIENCE)
    rebuilding.stop()
    stopped.set()
    with pytest.raises(StoppedError, match=STOPPED):
        rebuilding.wait(change)
    assert (change.fault, change.result) == (Told(STOPPED, STOPPED), None)


def test_a_change_that_was_made_when_somebody_stopped_it_is_done() -> None:
    began, stopped = threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        progress("writing", 2, 2)
        began.set()
        assert stopped.wait(PATIENCE)
        return "2 papers"

    rebuilding = Rebuilding()
    change = rebuilding.begin("Rebuilding", work)
    assert began.wait(PATIENCE)
    rebuilding.stop()
    stopped.set()
    rebuilding.wait(change)
    assert (change.outcome, change.result) == ("done", "2 papers")


@pytest.mark.parametrize(
    ("error", "curators", "readers"),
    [
        (StoreError("no room in /srv"), "no room in /srv", "The papers cannot be searched now."),
        (ValueError("ours"), "internal error", "internal error"),
    ],
)
def test_what_goes_wrong_is_told_to_all_who_watch(error: Exception, curators: str, readers: str) -> None:
    def work(progress: Progress) -> None:
        raise error

    rebuilding = Rebuilding()
    change = rebuilding.begin("Rebuilding", work)
    assert seen(rebuilding, change)
    assert change.fault
    assert curators in change.fault.whole
    assert readers in change.fault.readers
