"""What a new conversation begins with, of a real index."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import StoreError
from rag.index import catalogue
from rag.web.conversations import Conversations
from rag.web.home import LABELS, MAX_TOPICS_SHOWN, Home, Homes, overview
from rag.web.jobs import Jobs
from tests.chat.owls import OWLS
from tests.conftest import index_of

_T = TypeVar("_T")


@pytest.fixture(scope="module")
def owls(tmp_path_factory: pytest.TempPathFactory) -> Library:
    index_dir = index_of(tmp_path_factory.mktemp("owls"), OWLS)
    return Library(settings.load(index_dir=index_dir, llm="none"))


def run(library: Library, folder: Path, work: Callable[[Homes, Jobs], Awaitable[_T]]) -> _T:
    """What `work` gives, in an event loop of its own."""

    async def test() -> _T:
        jobs = Jobs(library, Conversations(folder))
        return await work(Homes(jobs), jobs)

    return asyncio.run(asyncio.wait_for(test(), 120))


def test_the_topics_are_the_clusters_of_the_map_and_lead_to_their_papers(owls: Library) -> None:
    store = owls.retriever().store
    home = overview(store)
    sizes = store.projection.sizes
    assert [topic.papers for topic in home.topics] == [papers for _, papers in sizes][:MAX_TOPICS_SHOWN]
    assert sum(papers for _, papers in sizes) == store.paper_count
    assert [topic.address for topic in home.topics] == [f"/papers?cluster={n}" for n in range(len(home.topics))]
    for topic, (name, _) in zip(home.topics, sizes, strict=False):
        assert {term.lower() for term in topic.name.split(", ")} <= {term.lower() for term in name.split(", ")}
    assert home.more_topics == len(sizes) - len(home.topics)


def test_years_and_sources_are_told(owls: Library) -> None:
    assert overview(owls.retriever().store).covers == "Published 2014–2024, from papers.jsonl."


def test_a_collection_without_years_or_several_topics_tells_neither(tmp_path: Path) -> None:
    records = [{"title": "Owls", "abstract": "Owls hunt voles by ear. They hear very well."}]
    library = Library(settings.load(index_dir=index_of(tmp_path, records), llm="none"))
    home = overview(library.retriever().store)
    assert home.covers == "From papers.jsonl."
    assert (home.topics, home.more_topics) == ((), 0)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (["Zotero", "ACL 2023"], "From Zotero and ACL 2023."),
        (["2024-11-03_owls.bib", "acl2023.bib", "bats.ris"], "From 2024-11-03_owls.bib, acl2023.bib and bats.ris."),
        (["a.bib", "b.bib", "c.bib", "d.bib"], "From 4 files."),
        (["arXiv", "PubMed", "Crossref", "d.bib"], "From 4 sources."),
        (["002_f46f9aa771d638de.txt", "004_622a8ce0b09e26ab.txt"], "From 2 files."),
        (["002_f46f9aa771d638de.txt"], ""),
    ],
)
def test_only_a_few_sources_with_names_are_named(
    owls: Library, monkeypatch: pytest.MonkeyPatch, sources: list[str], told: str
) -> None:
    monkeypatch.setattr(catalogue, "by_source", lambda store: [(source, 1) for source in sources])
    monkeypatch.setattr(catalogue, "by_year", lambda store: [(None, len(sources))])
    assert overview(owls.retriever().store).covers == told


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("Representation, Compatible, Self-Supervised Learning", "Representation, Self-Supervised Learning"),
        ("Language Models, Brain, Attention", "Language Models"),
        ("Transformers, Inverting, Polynomial", "Transformers"),
        ("Latent Space Communication, biased", "Latent Space Communication"),
        ("Variational, generative models, Deep Boltzmann Machines", "Generative models, Deep Boltzmann Machines"),
        ("kernel, Deep Neural Networks, Limits", "Deep Neural Networks"),
        ("robot, walking, Locomotion", "Robot, Locomotion"),
        ("Planning, Trajectory", "Planning, Trajectory"),
        ("Adversarial", "Adversarial"),
    ],
)
def test_a_topic_shows_the_terms_that_tell_most(
    owls: Library, monkeypatch: pytest.MonkeyPatch, name: str, topic: str
) -> None:
    store = owls.retriever().store
    named = replace(store.projection, names=(name, "bats"), clusters=store.projection.clusters % 2)
    monkeypatch.setitem(vars(store), "projection", named)
    assert overview(store).topics[0].name == topic


def test_the_command_adds_to_this_collection(owls: Library) -> None:
    store = owls.retriever().store
    assert overview(store).add_command == f"rag add FILE --index {store.folder.parent}"


def test_examples_come_after_the_rest_and_are_kept(owls: Library, tmp_path: Path) -> None:
    async def visit(homes: Homes, _: Jobs) -> tuple[Home, Home, Home, Home]:
        first = await homes.now()
        both = await asyncio.gather(homes.complete(), homes.complete())
        return first, *both, await homes.now()

    first, one, other, later = run(owls, tmp_path, visit)
    assert first.examples is None
    assert one is other is later
    assert one.topics == first.topics
    assert one.examples
    assert {example.label for example in one.examples} == set(LABELS.values())


def test_no_example_is_looked_for_while_somebody_waits_for_a_search(owls: Library, tmp_path: Path) -> None:
    async def visit(homes: Homes, jobs: Jobs) -> bool:
        async with jobs.places.searching.place(lambda ahead: None):
            await homes.now()
            waiting = asyncio.create_task(homes.complete())
            done, _ = await asyncio.wait([waiting], timeout=1)
        await waiting
        return bool(done)

    assert run(owls, tmp_path, visit) is False


def test_another_generation_has_a_home_of_its_own(tmp_path: Path) -> None:
    index_dir = index_of(tmp_path, OWLS)
    library = Library(settings.load(index_dir=index_dir, llm="none"))

    async def visit(homes: Homes, _: Jobs) -> tuple[Home, Home]:
        before = await homes.complete()
        index_of(tmp_path, OWLS[:3])
        return before, await homes.complete()

    before, after = run(library, tmp_path, visit)
    assert len(before.examples or ()) > len(after.examples or ())
    assert sum(topic.papers for topic in after.topics) in (0, 3)


def test_without_an_index_there_is_no_home(tmp_path: Path) -> None:
    library = Library(settings.load(index_dir=tmp_path / "none", llm="none"))

    async def visit(homes: Homes, _: Jobs) -> None:
        with pytest.raises(StoreError):
            await homes.now()

    run(library, tmp_path, visit)
