"""Asking a question as the chat's page does, and what is certain about the conversation afterwards."""

from __future__ import annotations

import asyncio

from tests.soak import shown
from tests.soak.browser import Browser, Fault, Gone, Update
from tests.soak.expected import Talk, Turn
from tests.soak.shown import ShownTurn


class Left(Exception):
    """The user has left the page."""


class Asking:
    """A `question` asked in `talk`, if given in place of turn `replace` and of all after it.

    After so many updates the user presses Stop, if `stop_after` says so, or leaves the page, if `leave_after` does.
    """

    def __init__(
        self, talk: Talk, question: str, replace: int | None, *, stop_after: int = 0, leave_after: int = 0
    ) -> None:
        self._talk, self._question, self._replace = talk, question, replace
        self._stop_after, self._leave_after = stop_after, leave_after
        self._before = talk.turns
        self._kept = self._before if replace is None else self._before[:replace]
        self._updates = 0
        self._last: ShownTurn | None = None
        self._stopping: asyncio.Task[object] | None = None

    async def run(self, browser: Browser) -> None:
        """Asks, and follows the answer; then `talk` says what must be there. Raises as `Browser.stream` does."""
        argument: dict[str, object] = {
            "name": self._talk.name,
            "question": self._question,
            "replace": self._replace,
            "choices": {},
        }
        self._talk.confirm(self._before, self._after())
        try:
            await browser.stream("page_ask", argument, lambda update: self._take(update, browser))
        except Fault:
            self._talk.confirm(self._before)
            raise
        except Left:
            self._talk.confirm(self._after())
        except Gone:
            if self._last:  # it was accepted, so it is kept
                self._talk.confirm(self._after())
            raise
        else:
            self._talk.confirm(self._after(self._last.answer if self._last else None))
        finally:
            if self._stopping:
                await asyncio.wait([self._stopping])

    def _after(self, answer: str | None = None) -> tuple[Turn, ...]:
        return (*self._kept, Turn(self._question, answer))

    def _take(self, update: Update, browser: Browser) -> None:
        if "fault" in update:
            return
        self._updates += 1
        self._talk.name = update.get("name", self._talk.name)
        self._last = shown.turns(update.get("turns") or update["turn"])[-1]
        if self._updates == self._stop_after:
            self._stopping = asyncio.create_task(_stop(browser, self._talk.name))
        if self._updates == self._leave_after and update["running"]:
            raise Left


async def _stop(browser: Browser, name: str) -> None:
    try:
        await browser.call("stop", "POST", f"/c/{name}/stop")
    except (Fault, Gone):  # the answer has ended, or the server
        return
