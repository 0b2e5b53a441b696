"""The addresses of the saved questions: their page, saving one, and what was seen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
from fastapi import Body, Request, Response
from fastapi.responses import HTMLResponse

from rag.chat.conversation import Conversation
from rag.chat.saved_asking import SavedQuestions
from rag.chat.saved_store import LIBRARY
from rag.errors import QuestionError, StoreError
from rag.web import pages, saved_page
from rag.web.identity import owner_of, visitor_of
from rag.web.jobs import Jobs
from rag.web.saved_checks import SavedChecks, SavedState
from rag.web.turns import replies

if TYPE_CHECKING:
    from rag.chat.library import Library

MAX_DATE_CHARS = 40
GONE = "There is no answer there to save the question of. It was replaced or deleted. Reload the page."
OF_SELECTED = "This was asked of selected papers only, so no others could be new. Ask all papers, then save it."


class SavedRoutes:
    """One method per address. Where nobody signs in, everybody at this machine has the list of the command line."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library = library
        self.jobs = jobs
        self.questions = SavedQuestions(library)
        self.checks = SavedChecks(self.questions, jobs)

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at all addresses of the saved questions."""
        server.get("/saved")(self.page)
        server.get("/saved/state")(self.state)
        server.get("/saved/updates")(self.updates)
        server.post("/saved/{id_}/seen")(self.see)
        server.delete("/saved/{id_}")(self.remove)
        server.post("/c/{name}/{n}/saved")(self.save)

    async def page(self, request: Request) -> Response:
        """The page of the saved questions."""
        head = await self.checks.read(pages.head, self.library)
        try:
            shown = await self.checks.state(_owner(request))
        except StoreError as fault:
            head, shown = pages.Head(head.collection, fault, head.opening), SavedState([])
        html = await self.checks.read(saved_page.page, head, shown, visitor_of(request))
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def state(self, request: Request) -> dict[str, Any]:
        """{"news": how many questions have news, "checking", "saved": [{"id", "typed", "origin", "without"}]}."""
        shown = await self.checks.state(_owner(request))
        saved = [
            {"id": one.id, "typed": one.typed, "origin": one.origin, "without": list(one.without)}
            for one in shown.questions
        ]
        return {"news": shown.news, "checking": bool(shown.due), "saved": saved}

    async def updates(self, request: Request) -> dict[str, object]:
        """What has changed on the page; see `rag.web.saved_page.updates`."""
        shown = await self.checks.state(_owner(request))
        return await self.checks.read(saved_page.updates, shown, visitor_of(request))

    async def save(
        self, request: Request, name: str, n: int, question: Annotated[Any, Body(embed=True)] = None
    ) -> dict[str, str]:
        """Saves the question of turn `n`, which is `question`, in a form that makes sense alone: {"id", "question"}."""
        turns = await self.jobs.turns(owner_of(request), name)
        if not 0 <= n < len(turns) or turns[n].answer is None or turns[n].question != question:
            raise QuestionError(GONE)
        turn, choices = turns[n], turns[n].choices
        if choices.papers:
            raise QuestionError(OF_SELECTED)
        history = Conversation.resume(self.library, replies(turns[:n])).history
        await self.jobs.retriever()
        saved = await self.checks.ask(
            self.questions.save, _owner(request), turn.question, choices.without, history, name
        )
        return {"id": saved.id, "question": saved.question}

    async def see(self, request: Request, id_: str, until: Annotated[str, Body(embed=True)]) -> None:
        """Notes that the news of a question `until` then was seen."""
        try:
            at = datetime.fromisoformat(until[:MAX_DATE_CHARS])
        except ValueError as fault:
            raise QuestionError("“until” must be a date and time.") from fault
        await self.checks.read(self.questions.store.see, _owner(request), id_, at)

    async def remove(self, request: Request, id_: str) -> None:
        """Forgets a saved question."""
        await self.checks.read(self.questions.store.remove, _owner(request), id_)


def _owner(request: Request) -> str:
    """Whose list `request` is about: that of who signed in, else the one of this machine."""
    visitor = visitor_of(request)
    return visitor.owner if visitor.name else LIBRARY
