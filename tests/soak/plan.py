"""What a user of the soak does: one thing after the other, as a random plan says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from tests.soak import papers, shown
from tests.soak.browser import Fault
from tests.soak.expected import Talk, Turn
from tests.soak.pause import Pause
from tests.soak.tally import ALLOWED, CROSSED, LOST, UNTOLD
from tests.soak.user import OK, QUESTIONS, User

INTRUSIONS = (
    ("ASK", ""),
    ("GET", ""),
    ("GET", "/0.md"),
    ("GET", "/all.csv"),
    ("POST", "/0/rating"),
    ("POST", "/stop"),
    ("DELETE", ""),
)
FORMATS = ("md", "bib", "ris", "csl", "csv")
MAX_TALKS = 6  # conversations that a user keeps; beyond that, one is deleted first
HALF = 0.5
PAUSE = 1.5  # seconds that a user thinks at most
NOT_THERE = 404


class Plan:
    """What `user` does. `others` are all users, whose addresses it tries."""

    def __init__(self, user: User, others: Sequence[User]) -> None:
        self._user, self._others = user, others
        self._tally, self._random, self._browser = user.tally, user.random, user.browser
        self._plan: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (5, self.begin),
            (6, self.go_on),
            (2, self.edit),
            (2, self.stop),
            (2, self.leave),
            (5, self.rate),
            (4, self.export),
            (2, self.upload),
            (1, self.delete),
            (3, self.reload),
            (3, self.intrude),
            (3, self.browse),
            (1, self.take_over),
        ]

    async def work(self, pause: Pause) -> None:
        """Does one thing after the other."""
        weights, actions = zip(*self._plan, strict=True)
        await self._user.attempt(self._user.arrive)
        while True:
            (action,) = self._random.choices(actions, weights)
            async with pause.turn():
                await self._user.attempt(action)
            await asyncio.sleep(self._random.random() * PAUSE)

    async def begin(self) -> None:
        """Asks in a new conversation."""
        if len(self._user.talks) >= MAX_TALKS:
            await self.delete()
        await self._user.arrive()
        await self._user.ask(Talk(), None)

    async def go_on(self) -> None:
        """Asks on in a conversation."""
        if talk := await self._user.certain_talk():
            await self._user.ask(talk, None)

    async def edit(self) -> None:
        """Asks another question in place of one of its turns, and of all after it."""
        if (talk := await self._user.certain_talk()) and talk.turns:
            await self._user.ask(talk, self._random.randrange(len(talk.turns)))

    async def stop(self) -> None:
        """Asks, and stops the answer as soon as something of it is there."""
        if talk := await self._user.certain_talk():
            await self._user.ask(talk, None, stop_after=self._random.randint(1, 4))

    async def leave(self) -> None:
        """Asks, leaves the page while the answer is coming, and opens it again."""
        if talk := await self._user.certain_talk():
            await self._user.ask(talk, None, leave_after=self._random.randint(1, 3))
            await self._user.settle(talk)

    async def rate(self) -> None:
        """Judges an answer, and notes why."""
        talk = await self._user.certain_talk()
        if not talk or not talk.turns:
            return
        n = self._random.randrange(len(talk.turns))
        good, note = self._random.random() < 0.5, f"{self._user.marker} note {self._user.asked}"
        before = talk.turns
        rated = Turn(before[n].question, before[n].answer, "good" if good else "bad", note)
        after = (*before[:n], rated, *before[n + 1 :])
        talk.confirm(before, after)
        path = f"/c/{talk.name}/{n}/rating"
        reply = await self._browser.call("rate", "POST", path, json={"good": good, "note": note})
        talk.confirm(after)
        self._user.ratings[f"{talk.name}.{n}"] = good, note
        self._tally.checks += 1
        if not rated.allows(shown.turns(reply["turn"])[0]):
            self._tally.broke(LOST, f"/c/{talk.name}: {rated} expected, {shown.turns(reply['turn'])[0]} shown")

    async def export(self) -> None:
        """Saves an answer or a conversation, which must be what it was when it was last saved."""
        talk = await self._user.certain_talk()
        if not talk or not talk.turns:
            return
        n = self._random.choice([*range(len(talk.turns)), "all"])
        path = f"/c/{talk.name}/{n}.{self._random.choice(FORMATS)}"
        response = await self._browser.send("export", "GET", path)
        if response.status_code not in (OK, NOT_THERE):
            raise Fault(response.text)
        before = talk.exports.setdefault((path, talk.turns), response.text)
        self._tally.checks += 1
        if before != response.text:
            self._tally.broke(LOST, f"{path} was {before[:300]!r}, is {response.text[:300]!r}")
        wanted = [turn.question for turn in (talk.turns if n == "all" else (talk.turns[int(n)],)) if turn.answer]
        if path.endswith(".md") and not all(question.split()[-1] in response.text for question in wanted):
            self._tally.broke(LOST, f"{path} lacks one of {wanted}: {response.text[:300]!r}")

    async def upload(self) -> None:
        """Adds a file, looks at what it would change, and discards it; a reader is refused."""
        lines = papers.lines(papers.word(3_000, "m"), [self._user.number])
        staged = await self._user.stage(f"{self._user.marker}.jsonl", lines)
        if not self._user.is_curator:
            self._tally.broke(ALLOWED, "a reader added a file")
        await self._browser.call("preview", "POST", "/uploads/preview", json={"staged": [staged]})
        await self._browser.call("discard", "POST", "/uploads/discard", json={"staged": [staged]})

    async def take_over(self) -> None:
        """A reader rebuilds the index, or takes a file out of it, and is refused."""
        if self._user.is_curator:
            return
        if self._random.random() < HALF:
            await self._browser.call("take over", "POST", "/uploads/preview", json={"removed": ["nothing.jsonl"]})
        else:
            await self._user.rebuild([])
        self._tally.broke(ALLOWED, "a reader rebuilt the index or took a file out of it")

    async def delete(self) -> None:
        """Deletes a conversation."""
        if not (talk := await self._user.certain_talk()):
            return
        talk.confirm(talk.turns, ())
        await self._browser.call("delete", "DELETE", f"/c/{talk.name}")
        talk.confirm(())
        await self._user.settle(talk)

    async def reload(self) -> None:
        """Opens a conversation again."""
        if self._user.talks:
            await self._user.settle(self._random.choice(self._user.talks))

    async def intrude(self) -> None:
        """Opens another's address, and tries to change what is there."""
        other = self._random.choice(self._others)
        names = [talk.name for talk in other.talks if talk.name]
        if other is self._user or not names:
            return
        name = self._random.choice(names)
        method, rest = self._random.choice(INTRUSIONS)
        if method == "ASK":
            question = f"{QUESTIONS[-1]} {self._user.marker}"
            await self._browser.stream("page_ask", {"name": name, "question": question}, lambda update: None)
            self._tally.broke(UNTOLD, "a question was answered in a conversation of another, where it is not kept")
            return
        response = await self._browser.send("intrude", method, f"/c/{name}{rest}", json={"good": True})
        if response.is_success and (method == "GET" or "rating" in rest):
            self._tally.broke(CROSSED, f"{method} /c/{name}{rest} of another was answered: {response.text[:200]}")

    async def browse(self) -> None:
        """Looks at the collection."""
        name = papers.method(self._random.randrange(len(self._others)))
        paths = ["/papers", f"/papers?q={name}", "/papers/1", "/map", "/settings", f"/papers.bib?q={name}"]
        await self._browser.get("collection", self._random.choice(paths))
