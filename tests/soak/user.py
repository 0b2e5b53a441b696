"""A user of the soak: what it has asked, what it must see, and whether it does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from tests.soak import papers, people, shown
from tests.soak.asking import Asking
from tests.soak.browser import Browser, Fault, Gone, Update
from tests.soak.expected import Talk
from tests.soak.shown import ShownTurn
from tests.soak.tally import LOST, UNTOLD, Tally

QUESTIONS = (
    "how does {name} store rainwater?",
    "which papers present {name}?",
    "how much does {name} lower the cost of irrigation?",
    "does {name} keep trees alive without rain?",
    "what do these papers find about orchards?",
)
OK = 200
UNKNOWN = "There is no such conversation"  # what the page says of one that is gone
PAUSE = 1.5  # seconds after which a user tries a server again that did not answer


class User:
    """User `number`, whose questions `seed` decides. In a chat that `is_shared` it signs in.

    `talks` are its conversations, and `ratings` what it was confirmed to have judged, by the ids in feedback.jsonl.
    """

    def __init__(self, number: int, seed: int, browser: Browser, tally: Tally, *, is_shared: bool) -> None:
        self.talks: list[Talk] = []
        self.ratings: dict[str, tuple[bool, str]] = {}
        self.number, self.browser, self.tally = number, browser, tally
        self.random = random.Random(seed * 1_000 + number)
        self.asked = 0
        self._is_shared, self._is_in = is_shared, False

    async def arrive(self) -> None:
        """Opens the chat, which gives the browser its cookie."""
        if self._is_shared and not self._is_in:
            await self.browser.send("sign in", "POST", "/sign-in", data={"password": people.password(self.number)})
            self._is_in = True
        await self.browser.get("page", "/")

    async def attempt(self, action: Callable[[], Awaitable[None]]) -> None:
        """Does something that may be refused, or meet a dead server."""
        try:
            await action()
        except Fault as fault:
            if str(fault).startswith("status "):
                self.tally.broke(UNTOLD, f"{action.__name__}: {fault}")
            self.tally.tell(str(fault))
        except Gone:
            await asyncio.sleep(PAUSE)

    async def stage(self, name: str, content: str) -> str:
        """Uploads a file, for its token."""
        reply = await self.browser.send("upload", "POST", "/uploads", params={"name": name}, content=content.encode())
        if reply.is_error:
            raise Fault(reply.json()["fault"])
        (token,) = reply.json()["staged"]
        return str(token)

    async def rebuild(self, staged: Sequence[str]) -> str:
        """Rebuilds the index with files that are staged; what the page says at the end."""
        updates: list[Update] = []
        await self.browser.stream("rebuild", {"staged": list(staged)}, updates.append)
        if told := shown.faults(updates[-1]["html"]):
            raise Fault(told[0])
        return str(updates[-1]["html"])

    async def settle(self, talk: Talk) -> None:
        """Compares a conversation with its page, once it is answered; forgets it if it is gone."""
        response = await self.browser.send("page", "GET", f"/c/{talk.name}")
        seen = shown.turns(response.text)
        if seen and seen[-1].state in ("running", "waiting"):
            await self.browser.stream("watch", talk.name, lambda update: None)
            seen = shown.turns((await self.browser.send("page", "GET", f"/c/{talk.name}")).text)
        told = next(iter(shown.faults(response.text)), f"status {response.status_code}: {response.text[:200]}")
        if response.status_code != OK and UNKNOWN not in told:
            raise Fault(told)
        self._compare(talk, seen)
        if not seen and talk in self.talks:
            self.talks.remove(talk)

    async def check(self) -> None:
        """Compares everything with what the pages show."""
        html = await self.browser.get("page", "/")
        if missing := [talk.name for talk in self.talks if talk.is_certain and talk.name not in html]:
            self.tally.broke(LOST, f"not in the list of conversations: {missing}")
        for talk in list(self.talks):
            await self.attempt(lambda talk=talk: self.settle(talk))  # type: ignore[misc]

    @property
    def is_curator(self) -> bool:
        """Whether it may change the collection."""
        return not self._is_shared or people.is_curator(self.number)

    @property
    def marker(self) -> str:
        return papers.marker(self.number)

    async def certain_talk(self) -> Talk | None:
        """One of its conversations, of which it knows how it must be."""
        if not self.talks:
            return None
        talk = self.random.choice(self.talks)
        if not talk.is_certain:
            await self.settle(talk)
        return talk if talk in self.talks else None

    async def ask(self, talk: Talk, replace: int | None, *, stop_after: int = 0, leave_after: int = 0) -> None:
        self.asked += 1
        question = f"{self.random.choice(QUESTIONS).format(name=papers.method(self.number))} {self.marker}{self.asked}"
        if talk not in self.talks:
            self.talks.append(talk)
        try:
            await Asking(talk, question, replace, stop_after=stop_after, leave_after=leave_after).run(self.browser)
        finally:
            if not talk.name or not talk.turns:  # it was refused, or nobody knows its address
                self.talks.remove(talk)

    def _compare(self, talk: Talk, seen: Sequence[ShownTurn]) -> None:
        self.tally.checks += 1
        if difference := talk.take(seen):
            self.tally.broke(LOST, f"/c/{talk.name}: {difference}")
