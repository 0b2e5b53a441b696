"""Every part of a paper is searchable once it is built into an index, whatever the paper looks like."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.retrieval.hits import Hit
from rag.retrieval.retriever import HybridRetriever
from tests.index.building import build_index


def find(index_dir: Path, question: str) -> Hit:
    with closing(open_current(index_dir)) as store:
        return HybridRetriever(store, embedding.load("bundled")).search([question], 1).papers[0]


@pytest.mark.parametrize("end", [". ", " and "], ids=["many sentences", "one sentence"])
def test_an_abstract_beyond_the_limit_of_the_model_is_found_by_its_end(tmp_path: Path, end: str) -> None:
    filler = f"the harbour was calm and the boats lay still{end}" * 80
    needle = "the octopus opened the jar with its third arm."
    papers = [Paper("Other", f"{filler}the boats lay still."), Paper("Calm", filler + needle)]
    hit = find(build_index(tmp_path, papers), "how do cephalopods unscrew lids?")
    assert hit.paper.title == "Calm"
    assert hit.best.endswith(needle)


def test_a_title_beyond_the_limit_of_the_model_is_found_by_its_end(tmp_path: Path) -> None:
    filler = "q7 z8 x9 " * 50
    papers = [Paper(f"{filler} {end}", "It is so.") for end in ("tax law", "octopus jars")]
    hit = find(build_index(tmp_path, papers), "how do cephalopods unscrew lids?")
    assert hit.paper.title.endswith("octopus jars")


@pytest.mark.parametrize("abstract", ["¿?", "∑", "夜", "y" * 5_000, "A1. " * 500 + "B", "a"])
def test_an_abstract_without_prose_is_indexed(tmp_path: Path, abstract: str) -> None:
    index_dir = build_index(tmp_path, [Paper("7", abstract), Paper("Owls", "Owls hoot.")])
    assert find(index_dir, "which birds hoot?").paper.title == "Owls"
    assert find(index_dir, "7").paper.abstract == abstract


def titles(papers: Sequence[Paper]) -> list[str]:
    return [paper.title for paper in papers]


def test_papers_are_numbered_in_order_and_none_are_merged(tmp_path: Path) -> None:
    papers = [Paper("Owls", f"We count {n} owls.") for n in range(70)]  # several chunks of equal titles
    with closing(open_current(build_index(tmp_path, papers))) as store:
        assert store.paper_count == len(papers)
        assert [store.paper(number) for number in range(1, len(papers) + 1)] == papers
        assert store.titles() == titles(papers)
