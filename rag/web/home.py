"""What a new conversation begins with: what the collection covers, and examples of what to ask of it."""

from __future__ import annotations

import asyncio
import logging
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.index import catalogue
from rag.text import clean_line, count

if TYPE_CHECKING:
    from rag.chat.candidates import ExampleKind
    from rag.chat.examples import ExampleQuestion
    from rag.index.store import Store
    from rag.retrieval.retriever import HybridRetriever
    from rag.web.jobs import Jobs

MAX_TOPICS_SHOWN, MAX_TERMS_SHOWN, MAX_SOURCES_SHOWN = 8, 2, 3
_PAUSE = 0.2  # seconds for which the search for examples waits while questions are answered
# Single words that tell little beside others: "Compatible", "biased", "Variational"; and "Inverting" after another.
_ADJECTIVE = re.compile(r"\w+(?:[ai]ble|ed|ive|ous|ional|[rt]ial|ual|mial|ural|variant)", re.IGNORECASE)
_PARTICIPLE = re.compile(r"\w+ing", re.IGNORECASE)
_HASH = re.compile(r"(?:[a-z]{1,8}\d{1,8}){3,}|[\da-f]{12,}", re.IGNORECASE)  # of the content of a file, say
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
    """The terms of the name of a cluster that tell most, at most MAX_TERMS_SHOWN, each with a capital.

    These are its phrases, and what stands before the first of them; or else its words, the nouns among them if any.
    """
    terms = name.split(", ")
    phrases = [term for term in terms if " " in term]
    nouns = [term for n, term in enumerate(terms) if not _ADJECTIVE.fullmatch(term) and not _follows(n, term)]
    if phrases:
        before = [term for term in terms[: terms.index(phrases[0])] if term in nouns and not term.islower()]
        kept = [*before[: MAX_TERMS_SHOWN - len(phrases)], *phrases] if len(phrases) < MAX_TERMS_SHOWN else phrases
    else:
        kept = nouns or terms
    return ", ".join(term[:1].upper() + term[1:] for term in kept[:MAX_TERMS_SHOWN])


def _follows(n: int, term: str) -> bool:
    """Whether `term` is a participle rather than the activity that a cluster is about, which comes first."""
    return n > 0 and _PARTICIPLE.fullmatch(term) is not None


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
    """The sources, the largest first; only their number if they are many, or are not names that anybody reads."""
    return _told([clean_line(source) for source, _ in catalogue.by_source(store) if source])


def _told(names: Sequence[str]) -> str:
    if len(names) <= MAX_SOURCES_SHOWN and not any(map(_HASH.search, names)):
        return f"from {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}" if names else ""
    kind = "file" if all(Path(name).suffix for name in names) else "source"
    return f"from {count(len(names), kind)}" if len(names) > 1 else ""
