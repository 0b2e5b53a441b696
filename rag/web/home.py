"""What a new conversation begins with: what the collection covers, and examples of what to ask of it."""

from __future__ import annotations

import asyncio
import logging
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.index import catalogue
from rag.text import clean_line

if TYPE_CHECKING:
    from rag.chat.candidates import ExampleKind
    from rag.chat.examples import ExampleQuestion
    from rag.index.store import Store
    from rag.retrieval.retriever import HybridRetriever
    from rag.web.jobs import Jobs

MAX_TOPICS_SHOWN, MAX_SOURCES_SHOWN = 8, 3
_PAUSE = 0.2  # seconds for which the search for examples waits while questions are answered
LABELS: dict[ExampleKind, str] = {
    "papers": "Papers on a topic",
    "definition": "A term",
    "comparison": "A comparison",
    "number": "A number",
    "count": "A count",
    "newest": "The newest",
    "author": "An author",
    "paper": "One paper",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A cluster of the map: the first terms of its name, its number of `papers`, and the `address` of their list."""

    name: str
    papers: int
    address: str


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """An example, with the name of its kind."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Home:
    """The years and sources that a collection `covers`, its largest `topics` and how many more it has, and `examples`.

    These are None until they are known. `add_command` adds a file to the collection, for who may change it.
    """

    covers: str
    topics: tuple[Topic, ...]
    more_topics: int
    add_command: str
    examples: tuple[LabelledQuestion, ...] | None = None


class Homes:
    """The home of each generation of the index, made once. For the event loop of the server only."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._folder: Path | None = None
        self._home: Home | None = None
        self._finding: asyncio.Task[Home] | None = None

    async def now(self) -> Home:
        """The home, without examples if they are not known yet. Raises RagError if the index cannot be opened."""
        store = (await self._jobs.retriever()).store
        if self._home is None or self._folder != store.folder:
            home = await asyncio.to_thread(overview, store)
            if self._home is None or self._folder != store.folder:  # nobody else has made it meanwhile
                self._folder, self._home, self._finding = store.folder, home, None
        return self._home

    async def complete(self) -> Home:
        """The home with its examples, which are looked for while no question is answered. Raises as `now` does."""
        home = await self.now()
        if home.examples is not None:
            return home
        retriever = await self._jobs.retriever()
        if self._finding is None:
            self._finding = asyncio.create_task(self._with_examples(home, retriever))
        return await asyncio.shield(self._finding)  # if one stops waiting, the others still get it

    async def _with_examples(self, home: Home, retriever: HybridRetriever) -> Home:
        try:
            found = await self._examples(retriever)
        except RagError as fault:  # the index was removed, or is damaged: a question will say so
            logging.getLogger(__name__).info("No examples: %s", fault)
            found = []
        labelled = tuple(LabelledQuestion(LABELS[example.kind], example.question) for example in found)
        complete = replace(home, examples=labelled)
        if self._home is home:  # there is no other generation by now
            self._home = complete
        return complete

    async def _examples(self, retriever: HybridRetriever) -> list[ExampleQuestion]:
        from rag.chat.examples import examples
        from rag.chat.trial import Trial

        library = self._jobs.library
        router = await asyncio.to_thread(library.router)
        steps = examples(Trial(retriever, router, library.settings.min_probability))
        found: list[ExampleQuestion] = []
        while (step := await asyncio.to_thread(next, steps, _END)) is not _END:
            if step:
                found.append(step)
            while self._jobs.is_searching:
                await asyncio.sleep(_PAUSE)
        return found


_END: ExampleQuestion = object()  # type: ignore[assignment]


def overview(store: Store) -> Home:
    """What `store` covers, without examples."""
    sizes = list(enumerate(store.projection.sizes))
    named = [Topic(_short(name), papers, f"/papers?cluster={n}") for n, (name, papers) in sizes if name and papers]
    topics = named if len(named) > 1 else []
    covers = ", ".join(filter(None, [_years(store), _sources(store)]))
    covers = f"{covers[:1].upper()}{covers[1:]}." if covers else ""
    command = shlex.join(["rag", "add", "FILE", "--index", str(store.folder.parent)])
    return Home(covers, tuple(topics[:MAX_TOPICS_SHOWN]), len(topics[MAX_TOPICS_SHOWN:]), command)


def _short(name: str) -> str:
    """The first two terms of the name of a cluster: those that tell it from others."""
    return ", ".join(name.split(", ")[:2])


def _years(store: Store) -> str:
    """The years in which the papers appeared, and how many have none, unless that is all."""
    by_year = catalogue.by_year(store)
    years = [year for year, _ in by_year if year is not None]
    if not years:
        return ""
    span = f"{min(years)}–{max(years)}" if min(years) < max(years) else f"{min(years)}"
    undated = dict(by_year).get(None, 0)
    return f"published {span} ({undated:,} without a year)" if undated else f"published {span}"


def _sources(store: Store) -> str:
    """The largest sources, and how many more there are."""
    names = [clean_line(source) for source, _ in catalogue.by_source(store) if source]
    return f"from {_joined(names)}" if names else ""


def _joined(names: Sequence[str]) -> str:
    more = len(names) - MAX_SOURCES_SHOWN
    shown = [*names[:MAX_SOURCES_SHOWN], *([f"{more:,} more"] if more > 0 else [])]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
