"""The address of the questions that a reader may ask next; a page asks for them once its answer is complete."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import gradio as gr
from fastapi import Request

from rag.chat.conversation import Conversation
from rag.errors import RagError
from rag.text import normalize
from rag.web import templates
from rag.web.home import Homes
from rag.web.identity import owner_of
from rag.web.jobs import Jobs
from rag.web.turns import Turn, replies

if TYPE_CHECKING:
    from rag.query.routing import Router
    from rag.retrieval.retriever import HybridRetriever

MIN_AFTER_REFUSAL = 2  # questions; what else the collection answers is added to fewer
MAX_KNOWN = 500  # answers whose next questions are kept in memory
MAX_SUGGESTING = 20  # answers that wait for theirs; others get none
_PATIENCE, _PAUSE = 5.0, 0.1  # seconds for which they wait while somebody waits for a search, and between two looks

_Key = tuple[Path, str, str, int, str]  # generation, owner, conversation, turn and question


class NextRoutes:
    """What may be asked after an answer. It is made again after a restart, and for another generation of the index."""

    def __init__(self, jobs: Jobs, homes: Homes) -> None:
        self.jobs, self.homes = jobs, homes
        self._thread = ThreadPoolExecutor(1, "suggestions")  # one at a time: answers come first
        self._known: OrderedDict[_Key, tuple[str, ...]] = OrderedDict()
        self._waiting = 0

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at this address."""
        server.get("/c/{name}/{n}/next")(self.next)

    async def next(self, request: Request, name: str, n: int) -> dict[str, str]:
        """{"html": the questions to ask after the answer of turn `n`, "" unless that is the last}."""
        owner = owner_of(request)
        turns = await self.jobs.turns(owner, name)
        if n != len(turns) - 1 or turns[n].answer is None:
            return {"html": ""}
        try:
            retriever = await self.jobs.retriever()
            key = retriever.store.folder, owner, name, n, turns[n].question
            if key not in self._known:
                self._keep(key, await self._suggested(turns, retriever))
        except RagError:  # the index broke, or the papers that were selected are gone: the next question says so
            return {"html": ""}
        return {"html": templates.fragment("suggestions.html", "next_questions", self._known[key])}

    def _keep(self, key: _Key, questions: tuple[str, ...]) -> None:
        self._known[key] = questions
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    async def _suggested(self, turns: list[Turn], retriever: HybridRetriever) -> tuple[str, ...]:
        if self._waiting >= MAX_SUGGESTING:
            return ()
        self._waiting += 1
        try:
            until = monotonic() + _PATIENCE
            while self.jobs.is_searching and monotonic() < until:
                await asyncio.sleep(_PAUSE)
            router = await asyncio.to_thread(self.jobs.library.router)
            find = partial(self._find, turns, retriever, router)
            found = await asyncio.get_running_loop().run_in_executor(self._thread, find)
            return found if len(found) >= MIN_AFTER_REFUSAL else found + await self._examples(turns)
        finally:
            self._waiting -= 1

    async def _examples(self, turns: list[Turn]) -> tuple[str, ...]:
        """What the collection can answer, where the last answer is a refusal of a question to all papers."""
        answer, asked = turns[-1].answer, {normalize(turn.question) for turn in turns}
        if not answer or not answer.refused or turns[-1].choices.papers:
            return ()
        examples = (await self.homes.now()).examples or ()
        return tuple(one.question for one in examples if normalize(one.question) not in asked)[:MIN_AFTER_REFUSAL]

    def _find(self, turns: list[Turn], retriever: HybridRetriever, router: Router) -> tuple[str, ...]:
        from rag.chat.suggestions import suggestions
        from rag.chat.trial import Trial

        library, answer = self.jobs.library, turns[-1].answer
        assert answer
        trial = Trial(retriever, router, library.settings.min_probability, turns[-1].choices.papers)
        return suggestions(answer, Conversation.resume(library, replies(turns)).history, trial)
