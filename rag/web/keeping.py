"""Conversations for the event loop: stored in threads of their own, and held in memory where they cannot be stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, wraps
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from rag.errors import ConversationError, QuestionError, RagError, UnknownConversationError
from rag.text import one_line
from rag.threads import through
from rag.web.conversations import MAX_TITLE_CHARS, Conversations, ListedConversation
from rag.web.turns import NO_ANSWER, Turn

MAX_HELD = 50  # conversations in memory that could not be stored
_THREADS = 4  # of their own: where a locked file makes them wait, nobody's search waits with them
_T = TypeVar("_T")
_P = ParamSpec("_P")
_Key = tuple[str, str]  # owner and name


@dataclass
class _Held:
    """All turns of a conversation. Those from number `first` on could not be stored; `known` are stored."""

    turns: list[Turn]
    first: int
    known: int


def _uninterrupted(change: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[_T]]:
    """`change`, which is made as a whole: a file that is changed, and a memory that does not know of it, would part."""

    @wraps(change)
    async def whole(*given: _P.args, **named: _P.kwargs) -> _T:
        return await through(change(*given, **named))

    return whole


class Keeper:
    """Stores `conversations`, what happens to one after the other. For one event loop.

    What cannot be stored is held in memory until it can be, or the program ends, so that the conversation goes on.
    """

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations
        self._threads = ThreadPoolExecutor(_THREADS, "conversations")
        self._locks: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()
        self._held: dict[_Key, _Held] = {}  # oldest first

    async def listed(self, owner: str) -> tuple[list[ListedConversation], ConversationError | None]:
        """The last conversations of `owner`, those that could not be stored first; and why none else are known, if so.

        See `Conversations.of`.
        """
        held = {
            name: ListedConversation(name, one_line(one.turns[0].question)[:MAX_TITLE_CHARS])
            for (whose, name), one in reversed(self._held.items())
            if whose == owner
        }
        try:
            stored = await self._call(self.conversations.of, owner)
        except ConversationError as fault:
            return list(held.values()), fault
        held |= {one.id: one for one in stored if one.id in held}  # it may have been renamed
        return [*held.values(), *(one for one in stored if one.id not in held)], None

    async def older(self, owner: str, changed: str, name: str) -> list[ListedConversation]:
        """See `Conversations.of`."""
        return await self._call(self.conversations.of, owner, changed, name)

    async def search(self, owner: str, text: str) -> list[ListedConversation]:
        """See `Conversations.search`. An owner's searches take one thread, or theirs would take all."""
        async with self._lock(owner, ""):
            return await self._call(self.conversations.search, owner, text)

    async def size(self, owner: str) -> int:
        """See `Conversations.size`."""
        return await self._call(self.conversations.size, owner)

    async def load(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation. Raises ConversationError as `Conversations.load` does."""
        async with self._lock(owner, name):
            if held := self._held.get((owner, name)):
                return list(held.turns)
            return await self._call(self.conversations.load, owner, name)

    @_uninterrupted
    async def begin(
        self, owner: str, name: str, turns: list[Turn], known: int, told: Callable[[RagError], str] = str
    ) -> None:
        """Stores the last of `turns`, a question, of which `known` were stored before.

        If that fails, all are held in memory, and the turn says why, in the words in which the user is `told` of it.
        Raises UnknownConversationError if the conversation is another's, or was changed elsewhere meanwhile.
        """
        async with self._lock(owner, name):
            held = self._held.get((owner, name))
            first = min(held.first, len(turns) - 1) if held else len(turns) - 1
            if fault := await self._store(owner, name, _Held(turns, first, held.known if held else known)):
                turns[-1].unkept = told(fault)

    @_uninterrupted
    async def finish(self, owner: str, name: str, turns: list[Turn], told: Callable[[RagError], str] = str) -> None:
        """Stores the answer to the last of `turns`, which are those that `begin` was given.

        If that fails, the turn says why, as with `begin`, and all are held in memory unless the conversation was
        deleted meanwhile.
        """
        async with self._lock(owner, name):
            if fault := await self._finished(owner, name, turns):
                logging.getLogger(__name__).warning("%s", fault)
                turns[-1].unkept = told(fault)

    @_uninterrupted
    async def rate(
        self, owner: str, name: str, n: int, good: bool, note: str, question: str | None = None
    ) -> list[Turn]:
        """Keeps what the user thinks of the answer to turn `n`; all turns. Raises QuestionError as `Turn.rate` does."""
        async with self._lock(owner, name):
            held = self._held.get((owner, name))
            if held is None:
                return await self._call(self.conversations.rate, owner, name, n, good, note, question)
            if n >= len(held.turns):
                raise QuestionError(NO_ANSWER)
            if n < held.first:
                await self._call(self.conversations.rate, owner, name, n, good, note, question)
            held.turns[n].rate(good, note, question)
            return list(held.turns)

    @_uninterrupted
    async def rename(self, owner: str, name: str, title: str) -> ListedConversation:
        """Names a conversation; it as it is listed then. Raises ConversationError as `Conversations.rename` does."""
        async with self._lock(owner, name):
            self._check_stored(owner, name)
            await self._call(self.conversations.rename, owner, name, title)
            return await self._call(self.conversations.one, owner, name)

    @_uninterrupted
    async def branch(self, owner: str, name: str, count: int | None = None) -> str:
        """Copies turns of a conversation; the name of the copy. Raises as `Conversations.branch` does."""
        async with self._lock(owner, name):
            self._check_stored(owner, name)
            return await self._call(self.conversations.branch, owner, name, count)

    @_uninterrupted
    async def delete(self, owner: str, name: str) -> None:
        """Forgets a conversation for good, or raises ConversationError and forgets nothing of it."""
        async with self._lock(owner, name):
            held = self._held.get((owner, name))
            if held is None or held.known:
                await self._call(self.conversations.delete, owner, name)
            self._held.pop((owner, name), None)

    async def _finished(self, owner: str, name: str, turns: list[Turn]) -> ConversationError | None:
        """Stores the answer to the last of `turns`; why it could not be stored, if so."""
        n = len(turns) - 1
        try:
            if held := self._held.get((owner, name)):
                return await self._store(owner, name, held)
            await self._call(self.conversations.finish, owner, name, n, turns[n])
        except UnknownConversationError as fault:
            return fault
        except ConversationError as fault:
            self._hold((owner, name), _Held(turns, n, n + 1))
            return fault
        return None

    async def _store(self, owner: str, name: str, one: _Held) -> ConversationError | None:
        """Stores what of `one` is not, or holds it; why it could not be stored, if so."""
        try:
            await self._call(self.conversations.save, owner, name, one.first, *one.turns[one.first :], known=one.known)
        except UnknownConversationError:
            raise
        except ConversationError as fault:
            self._hold((owner, name), one)
            return fault
        self._held.pop((owner, name), None)
        for turn in one.turns:
            turn.unkept = ""
        return None

    def _check_stored(self, owner: str, name: str) -> None:
        """Raises ConversationError if a conversation is held, because it could not be stored."""
        if held := self._held.get((owner, name)):
            raise ConversationError(held.turns[-1].unkept)

    def _hold(self, key: _Key, one: _Held) -> None:
        """Holds `one` as the newest, for which the oldest may have to go."""
        self._held.pop(key, None)
        self._held[key] = one
        while len(self._held) > MAX_HELD:
            del self._held[next(iter(self._held))]

    def _lock(self, owner: str, name: str) -> asyncio.Lock:
        """The lock of a conversation, which is there for as long as anybody holds or awaits it."""
        return self._locks.setdefault((owner, name), asyncio.Lock())

    async def _call(self, function: Callable[..., _T], *given: object, **named: object) -> _T:
        """The result of `function`, made in a thread. Whoever stops waiting for it does so once it is through."""
        call = asyncio.get_running_loop().run_in_executor(self._threads, partial(function, *given, **named))
        return await through(call)
