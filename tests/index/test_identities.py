"""Papers are found by the hashes of their identities, whatever their numbers are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.index.opening import open_current
from tests.conftest import index_of

BIRDS = [
    {"title": "Owls Hunt by Ear", "abstract": "Owls hear mice.", "authors": ["Ada Eve"], "year": 2020},
    {"title": "Owls Hunt by Ear", "abstract": "Owls hear voles.", "authors": ["Ben Ode"], "year": 2021},
    {"title": "Swifts $\\alpha$ — sleep aloft", "abstract": "Swifts sleep.", "doi": "10.1000/182"},
]


def test_every_paper_is_found_by_its_hash(index_dir: Path) -> None:
    store = open_current(index_dir)
    numbers = list(range(store.paper_count, 0, -1))
    hashes = [paper.identity_hash for paper in store.papers(numbers)]
    assert list(store.identities.find(hashes).items()) == list(zip(hashes, numbers, strict=True))
    assert store.identities.find([]) == {}


def test_papers_of_one_title_are_told_apart_and_others_are_none(tmp_path: Path) -> None:
    store = open_current(index_of(tmp_path, BIRDS))
    papers = {paper.abstract: (paper, n) for n, paper in enumerate(store.papers([1, 2, 3]), 1)}
    for paper, number in papers.values():
        assert store.identities.find([paper.identity_hash]) == {paper.identity_hash: number}
        assert replace(paper, abstract="It was corrected.").identity_hash == paper.identity_hash
    assert store.identities.find(["0" * 12, "f" * 12]) == {}
    first, _ = papers["Owls hear mice."]
    assert store.identities.find([first.identity_hash, "0" * 12, first.identity_hash]).keys() == {first.identity_hash}
