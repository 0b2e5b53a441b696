"""How fast the chat is, in a browser and for twenty users at once: `make bench-chat`. Compare ratios, not seconds.

Serves the index that the settings name, the shipped papers by default, without a model.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Browser, sync_playwright

from rag import settings
from rag.chat.library import Library
from tests.bench.visits import Seen, visit
from tests.web.browser.browsers import chromium
from tests.web.browser.sites import Site, serving

USERS = 20
REPEATS = 5  # of each measurement, of which the median counts
QUESTION = "which papers speed up diffusion depth?"


def median(measure: Callable[[], float]) -> float:
    """Seconds, after one run that warms up."""
    measure()
    return statistics.median(measure() for _ in range(REPEATS))


def opening(browser: Browser, address: str, ready: str) -> float:
    """Seconds from opening `address` in a fresh browser until `ready` can be used."""
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(ready).wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def asking(browser: Browser, site: Site) -> float:
    """Seconds from pressing Enter until the first title is on the page."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    page.get_by_label("Question", exact=True).fill(QUESTION)
    start = time.perf_counter()
    page.keyboard.press("Enter")
    page.locator(".turn .paper, .turn .reading li").first.wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def searching(library: Library) -> float:
    """Seconds of the search alone."""
    start = time.perf_counter()
    library.retriever().search([QUESTION], 100)
    return time.perf_counter() - start


async def visits(site: Site, questions: list[str]) -> list[Seen]:
    return await asyncio.gather(*(visit(site.url, question) for question in questions))


def complete(seen: Seen) -> bool:
    """Whether the answer is all there."""
    last = seen[2]
    return (
        not last["running"]
        and last["status"].startswith("done: checked")
        and "<article" in last.get("turn", last.get("turns"))
    )


def crossed(seen: Seen, questions: list[str]) -> bool:
    """Whether this user sees another's question."""
    return any(f">{other}<" in last for last in [json.dumps(seen[2])] for other in questions if other != seen[0])


def main() -> None:
    library = Library(settings.load(llm="none"))
    library.load()
    store = library.retriever().store
    numbers = range(1, store.paper_count + 1, max(1, store.paper_count // USERS))[:USERS]
    questions = [f"what does “{store.paper(number).title}” show?" for number in numbers]
    with serving(library) as site:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
            bare = median(lambda: opening(browser, f"{site.url}ui/cards.js", "body"))
            usable = median(lambda: opening(browser, site.url, "#send"))
            listed = median(lambda: opening(browser, f"{site.url}papers", "#map canvas[data-drawn]"))
            search, first = median(lambda: searching(library)), median(lambda: asking(browser, site))
            browser.close()
        alone = statistics.median(asyncio.run(visits(site, [one]))[0][1] for one in questions[:REPEATS])
        start = time.perf_counter()
        seen = asyncio.run(visits(site, questions))
        took = time.perf_counter() - start
    p95 = sorted(one[1] for one in seen)[round(0.95 * len(seen)) - 1]
    print(f"{store.paper_count:,} papers")
    print(f"page usable           {usable:.2f} s  {usable / bare:.1f} × a bare page of the same server")
    print(f"collection with map   {listed:.2f} s  {listed / bare:.1f} ×")
    print(f"first titles          {first:.2f} s  {first / search:.1f} × the search alone")
    print(f"{USERS} users at once      {p95:.2f} s  {p95 / alone:.1f} × one alone: 95 % have titles by then")
    print(f"all answered in       {took:.2f} s")
    print(f"complete answers      {sum(map(complete, seen))} of {len(seen)}")
    print(f"cross-talk            {sum(crossed(one, questions) for one in seen)}")


if __name__ == "__main__":
    main()
