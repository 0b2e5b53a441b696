"""Twenty users at once: all are answered, each sees their own, waits in turn, and a rebuild underneath harms nobody."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from rag import settings
from rag.chat.library import Library
from rag.chat.rebuild import build_index
from rag.progress import silent
from rag.web.places import MAX_CONCURRENT
from tests.attacks import BENIGN

from .browsers import ask
from .conftest import WRITTEN, NewUser
from .sites import Site, Writing, serving

USERS = 20
QUESTIONS = [f"what does “{record['title']}” show?" for record in BENIGN]


async def updates(user: httpx.AsyncClient, question: str) -> AsyncIterator[dict[str, Any]]:
    """What the page of `user` gets to see of the answer, as its script asks for it."""
    asked = await user.post("/gradio_api/call/page_ask", json={"data": [{"name": "", "question": question}]})
    async with user.stream("GET", f"/gradio_api/call/page_ask/{asked.json()['event_id']}") as events:
        event = ""
        async for line in events.aiter_lines():
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
            if event == "generating" and line.startswith("data: ["):  # "complete" repeats the last update
                yield json.loads(line[6:])[0]


async def visit(site: Site, n: int) -> tuple[str, list[dict[str, Any]]]:
    """A user of their own asks question `n`."""
    async with httpx.AsyncClient(base_url=site.url, timeout=120, trust_env=False) as user:
        await user.get("/")  # gets the cookie
        question = QUESTIONS[n % len(QUESTIONS)]
        return question, [update async for update in updates(user, question)]


def check(question: str, seen: list[dict[str, Any]]) -> None:
    """The answer is whole, and nobody else's question or conversation is in it."""
    last = seen[-1]
    assert not last["running"]
    assert last["status"].startswith("done: checked"), last["status"]
    title = question.removeprefix("what does “").removesuffix("” show?")
    assert title in json.dumps([update["cards"] for update in seen], ensure_ascii=False)
    assert not set(last["order"]).difference(id_ for update in seen for id_ in update["cards"])
    assert seen[0]["turns"].count('<article class="turn"') == 1
    assert seen[0]["list"].count("<li ") == 1
    sent: dict[str, str] = {}
    for update in seen:  # no card is sent again unless it has changed
        assert [id_ for id_, card in update["cards"].items() if sent.get(id_) == card] == []
        sent |= update["cards"]
    others = [one for one in QUESTIONS if one != question]
    assert not [one for one in others if one in json.dumps(seen, ensure_ascii=False)]


def test_twenty_users_are_answered_at_once_and_see_their_own_only(site: Site) -> None:
    async def all_at_once() -> list[tuple[str, list[dict[str, Any]]]]:
        return await asyncio.gather(*(visit(site, n) for n in range(USERS)))

    visits = asyncio.run(all_at_once())
    assert len(visits) == USERS
    for question, seen in visits:
        check(question, seen)
    assert len({seen[0]["name"] for _, seen in visits}) == USERS


@pytest.mark.slow  # rebuilds at least twice; tests/chat/test_library.py does so without a browser
def test_an_index_switched_underneath_disturbs_no_answer(index_copy: Path) -> None:
    chat = Library(settings.load(index_dir=index_copy, llm="none"))

    stop, builds = threading.Event(), list[int]()

    def keep_rebuilding() -> None:
        store = chat.retriever().store
        papers = store.papers(range(1, store.paper_count + 1))
        while not stop.is_set():
            build_index(papers, [], index_copy, "bundled", silent)  # a rebuild builds nothing if nothing has changed
            builds.append(len(papers))

    async def rounds(site: Site) -> list[tuple[str, list[dict[str, Any]]]]:
        rebuilding = asyncio.ensure_future(asyncio.to_thread(keep_rebuilding))
        visits = []
        while len(builds) < 2 or len(visits) < 12:
            visits += await asyncio.gather(*(visit(site, n) for n in range(6)))
        stop.set()
        await rebuilding
        return [*visits, await visit(site, 0)]

    with serving(chat) as site:
        visits = asyncio.run(rounds(site))
    for question, seen in visits:
        check(question, seen)


def test_the_position_in_the_queue_is_shown_and_counts_down(new_user: NewUser, writing: Writing) -> None:
    writing.hold()
    pages = [new_user().new_page() for _ in range(MAX_CONCURRENT + 2)]
    for page in pages:
        page.goto(writing.site.url)
        ask(page, WRITTEN)
        expect(page.locator(".turn .paper, .turn .reading li").first).to_be_visible()  # the titles do not wait
    expect(pages[-2].locator(".turn .status")).to_contain_text("waiting: yours is next")
    expect(pages[-1].locator(".turn .status")).to_contain_text("waiting: 1 question ahead of yours")
    pages[0].get_by_role("button", name="Stop").click()
    expect(pages[-2].locator(".turn .status")).to_contain_text("so far…")
    expect(pages[-1].locator(".turn .status")).to_contain_text("waiting: yours is next")
    pages[-1].get_by_role("button", name="Stop").click()  # a waiting question can be stopped too
    expect(pages[-1].locator(".turn")).to_have_attribute("data-state", "stopped")
    writing.gate.set()
    for page in pages[1:-1]:
        expect(page.locator(".turn")).to_have_attribute("data-state", "done")
