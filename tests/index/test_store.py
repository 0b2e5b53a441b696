"""A store returns the papers it was built from, those that pass filters, and those whose vectors are nearest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreError
from rag.index import store as stores
from rag.index.filters import Field, Filters
from rag.index.opening import open_current
from rag.index.store import Store
from rag.index.vector_database import CHROMA_FOLDER
from rag.language.sentences import span_texts, split_sentences
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.query.filters import parse_filters
from tests.index.building import build_index


def test_papers_come_back_as_they_went_in(index_dir: Path, papers_file: Path) -> None:
    records = [json.loads(line) for line in papers_file.read_text(encoding="utf-8").splitlines()]
    with closing(open_current(index_dir)) as store:
        assert store.paper_count == len(records)
        for number, record in enumerate(records, 1):
            paper = store.paper(number)
            assert (paper.title, paper.abstract, paper.year) == (record["title"], record["abstract"], record["year"])
            assert paper.authors == tuple(record["authors"])
            (spans,) = store.spans([number])
            assert " ".join(paper.abstract[span.start : span.end] for span in spans) == paper.abstract
            assert [vectors.shape for vectors in store.sentence_vectors([number])] == [(len(spans), 384)]


def owls(title: str, year: int | None, authors: list[str], source: str) -> Paper:
    abstract = f"We study {title.lower()}. It works in water. It works on land."
    return Paper(title, abstract, tuple(authors), year, source=source)


PAPERS = [
    owls("Owls at night", 2019, ["Yoshua Example", "Jean-Luc Sample"], "arXiv"),
    owls("Owls by day", 2020, ["Bernhard Schölköpf"], "arXiv"),
    owls("Owls in spring", 2021, ["Łukasz Example"], "my file.jsonl"),
    owls("Owls in winter", 2022, ["Yoshua Sample"], "arxiv.org"),
    owls("Owls asleep", None, ["Yoshua Example"], "arXiv"),
    owls("The octopus and its jar", 2023, ["Patrick O'Example"], "my file.jsonl"),
    owls("Nobody and the owl", 2023, [], "Ärzte_blatt"),
    owls("Owls at night", 2023, [], "beir"),  # the title of the first, with another abstract
]
PAPERS[-1] = replace(PAPERS[-1], abstract="Voles hide. Voles dig.")
EVERYONE = set(range(1, len(PAPERS) + 1))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An index of PAPERS, numbered from 1, some of which lack a year or authors."""
    with closing(open_current(build_index(tmp_path_factory.mktemp("owls"), PAPERS))) as opened:
        yield opened


@pytest.fixture(scope="module")
def vector(model: Embedding) -> np.ndarray:
    return model.encode_queries(["owls"])[0].vector


@pytest.mark.parametrize("number", [0, -1, len(PAPERS) + 1, 10**15])
def test_a_number_without_a_paper_is_named_in_the_error(store: Store, number: int) -> None:
    with pytest.raises(StoreError, match=rf" {number}\b.*rag search"):
        store.paper(number)
    with pytest.raises(StoreError, match=rf" {number}\b.*rag search"):
        store.papers([1, number])


@pytest.mark.parametrize("numbers", [[3, 1, 8], [2], [5, 5], [], range(1, len(PAPERS) + 1)], ids=str)
def test_many_papers_come_in_the_order_of_their_numbers_given(store: Store, numbers: list[int]) -> None:
    assert store.papers(numbers) == [PAPERS[number - 1] for number in numbers]
    sentences = [
        span_texts(paper.abstract, spans)
        for paper, spans in zip(store.papers(numbers), store.spans(numbers), strict=True)
    ]
    assert sentences == [
        span_texts(PAPERS[number - 1].abstract, split_sentences(PAPERS[number - 1].abstract)) for number in numbers
    ]


def test_titles_and_texts_are_in_the_order_of_the_numbers(store: Store) -> None:
    assert store.titles() == [paper.title for paper in PAPERS]
    assert store.texts() == [(paper.title, paper.abstract) for paper in PAPERS]


def test_papers_of_equal_title_are_told_apart_by_their_abstracts(store: Store) -> None:
    assert store.numbers_of([PAPERS[0]]) == {1}
    assert store.numbers_of([PAPERS[7], PAPERS[1]]) == {8, 2}
    assert store.numbers_of(PAPERS) == EVERYONE
    assert store.numbers_of([]) == frozenset()


def test_a_paper_whose_abstract_has_changed_since_is_found_by_its_title(store: Store) -> None:
    assert store.numbers_of([replace(PAPERS[1], abstract="It was rewritten."), PAPERS[2]]) == {2, 3}
    assert store.numbers_of([replace(PAPERS[0], abstract="It was rewritten.")]) == {1, 8}
    assert store.numbers_of([Paper("Bats", PAPERS[1].abstract)]) == frozenset()


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("year:2020", {2}),
        ("year:2021..", {3, 4, 6, 7, 8}),
        ("year:..2020", {1, 2}),
        ("year:2020.. before 2022", {2, 3}),
        ("year:2020 year:2021", set()),
        ("year:..9999", EVERYONE - {5}),
        ("author:yoshua", {1, 4, 5}),
        ('author:"yoshua example"', {1, 5}),
        ('author:"Example, Yoshua"', {1, 5}),
        ("author:yoshua author:jean-luc", {1}),
        ("author:yosh", set()),
        ("author:schölkopf author:BERNHARD", {2}),
        ("author:scholkopf", {2}),
        ("author:lukasz", {3}),
        ("author:o'example", {6}),
        ('author:"sample OR example"', set()),
        ("source:arxiv", {1, 2, 4, 5}),
        ("source:ARXIV.org", {4}),
        ('source:"file.jsonl"', {3, 6}),
        ("source:arzte", {7}),
        ("source:arxiv.org source:file", {3, 4, 6}),
        ("source:arxiv author:yoshua year:..2020", {1}),
        ("source:nowhere", set()),
    ],
)
def test_filters_select_the_papers_that_match(store: Store, written: str, numbers: set[int]) -> None:
    assert store.matching(parse_filters(written)[1]) == numbers


def by_cosine(store: Store, vector: np.ndarray) -> list[int]:
    """All papers by the cosine of their nearest passage, best first."""
    cosines = store.arrays.cosines(np.arange(1, len(PAPERS) + 1), vector).passages
    return (np.argsort(-cosines) + 1).tolist()


def test_without_filters_all_papers_are_searched(store: Store, vector: np.ndarray) -> None:
    assert store.matching(Filters()) is None
    assert store.nearest(vector, 100) == EVERYONE
    assert store.nearest(vector, 1) == set(by_cosine(store, vector)[:1])


@pytest.mark.parametrize("exact", [0, 5_000], ids=["by Chroma", "exactly"])
def test_among_some_papers_no_other_is_found(
    store: Store, vector: np.ndarray, monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    monkeypatch.setattr(stores, "EXACT_PAPERS", exact)
    assert 6 not in store.nearest(vector, 1)
    assert store.nearest(vector, 100, {2, 5, 6, 7}) == {2, 5, 6, 7}
    assert store.nearest(vector, 100, EVERYONE) == EVERYONE
    assert store.nearest(vector, 1, {2, 5, 6, 7}) <= {2, 5, 6, 7}
    best, second = by_cosine(store, vector)[:2]
    assert store.nearest(vector, 1, EVERYONE - {second}) == {best}


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("among", [{6}, {2, 5, 6, 7}, EVERYONE], ids=str)
def test_among_few_papers_the_nearest_are_found(store: Store, vector: np.ndarray, among: set[int], limit: int) -> None:
    expected = [number for number in by_cosine(store, vector) if number in among][:limit]
    assert store.nearest(vector, limit, among) == set(expected)


def test_a_paper_is_near_if_one_of_its_passages_is(tmp_path: Path, model: Embedding) -> None:
    filler = "Glaciers melt in spring. Banks lend money. Proteins fold. Trains run late. Rust eats iron. " * 2
    jars = Paper(
        "A Miscellany", f"{filler}An octopus opened a jar. Its arms unscrewed the lid. The cephalopod was fed."
    )
    papers = [jars, Paper("Cuttlefish", "Cephalopods change colour."), Paper("Voles", "Voles dig.")]
    lids = model.encode_queries(["how do cephalopods unscrew lids?"])[0].vector
    with closing(open_current(build_index(tmp_path, papers))) as store:
        assert np.argmax(store.arrays.papers(np.array([1, 2, 3])) @ lids) == 1, "as a whole, the other is nearer"
        assert store.nearest(lids, 1) == store.nearest(lids, 1, {1, 2, 3}) == {1}


def test_among_many_papers_the_search_goes_as_deep_as_they_are_rare(
    store: Store, vector: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "EXACT_PAPERS", 0)
    others = by_cosine(store, vector)[1:]
    assert store.nearest(vector, 5, set(others)) == set(others[:5])


def test_papers_are_compared_where_chroma_would_be_asked_for_more_neighbours_than_they_are(
    store: Store, vector: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stores, "EXACT_PAPERS", 0)
    folder = shutil.copytree(store.folder, tmp_path / "without")
    shutil.rmtree(folder / CHROMA_FOLDER)
    others = by_cosine(store, vector)[1:]
    with closing(Store(folder, store.manifest)) as without:
        assert without.nearest(vector, 3, set(others[:4])) == set(others[:3])
        with pytest.raises(FileNotFoundError):
            without.nearest(vector, 3, set(others))


def test_nothing_is_found_among_no_papers(store: Store, vector: np.ndarray) -> None:
    assert store.nearest(vector, 9, frozenset()) == set()


def test_vectors_come_in_the_order_of_the_papers_asked_for(store: Store) -> None:
    one, two, three = (store.sentence_vectors([number])[0] for number in (1, 2, 3))
    assert [each.tolist() for each in store.sentence_vectors([3, 1, 2])] == [
        each.tolist() for each in (three, one, two)
    ]
    assert store.sentence_vectors([]) == []


@pytest.mark.parametrize(
    ("papers", "present"),
    [
        ([Paper("Owls", "It hoots.")], set()),
        ([Paper("Owls", "It hoots."), Paper("Bats", "It flies.", year=2020, source="a.txt")], {"year", "source"}),
        ([Paper("Owls", "It hoots.", ("A. Example",)), Paper("Bats", "It flies.")], {"author"}),
    ],
)
def test_a_field_is_present_if_any_paper_has_it(tmp_path: Path, papers: list[Paper], present: set[Field]) -> None:
    fields: tuple[Field, ...] = ("year", "author", "source")
    with closing(open_current(build_index(tmp_path, papers))) as store:
        assert {field for field in fields if store.has_field(field)} == present
