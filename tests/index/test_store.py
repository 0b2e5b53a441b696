"""A store returns the papers it was built from, those that pass filters, and those whose vectors are nearest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.index.filters import Field, Filters
from rag.index.opening import open_current
from rag.index.store import Store
from rag.index.vectors import GRANULARITIES, Granularity
from rag.models import embedding
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
            spans = store.spans(number)
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
def vector() -> list[float]:
    return embedding.load("bundled").get_query_embedding("owls")


@pytest.mark.parametrize("number", [0, -1, len(PAPERS) + 1, 10**15])
def test_a_number_without_a_paper_is_named_in_the_error(store: Store, number: int) -> None:
    with pytest.raises(StoreError, match=rf" {number}\b.*rag search"):
        store.paper(number)


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


def test_without_filters_all_papers_are_searched(store: Store, vector: list[float]) -> None:
    assert store.matching(Filters()) is None
    assert set(store.nearest("papers", vector, 9, None)) == EVERYONE


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_only_allowed_paper_is_found_however_far_it_is(
    store: Store, vector: list[float], granularity: Granularity, limit: int
) -> None:
    assert 6 not in store.nearest(granularity, vector, 1)
    assert list(store.nearest(granularity, vector, limit, {6})) == [6]


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_a_filter_changes_which_papers_are_found_but_not_their_cosines(
    store: Store, vector: list[float], granularity: Granularity
) -> None:
    everything = store.nearest(granularity, vector, 100)
    for limit in (3, 100):  # by Chroma's graph, and exactly
        some = store.nearest(granularity, vector, limit, {2, 5, 6, 7})
        assert set(some) <= {2, 5, 6, 7}
        assert list(some.values()) == sorted(some.values(), reverse=True)
        assert some == pytest.approx({number: everything[number] for number in some}, abs=1e-3)


def test_nothing_is_found_among_no_papers(store: Store, vector: list[float]) -> None:
    assert [store.nearest(granularity, vector, 9, frozenset()) for granularity in GRANULARITIES] == [{}, {}, {}]


def test_more_papers_can_be_allowed_than_sql_has_parameters(store: Store, vector: list[float]) -> None:
    many = range(1, 300_001)
    assert set(store.nearest("sentences", vector, 5, many)) <= EVERYONE


def test_vectors_come_in_the_order_of_the_papers_asked_for(store: Store) -> None:
    one, two, three = (store.sentence_vectors([number])[0] for number in (1, 2, 3))
    assert [each.tolist() for each in store.sentence_vectors([3, 1, 2])] == [
        each.tolist() for each in (three, one, two)
    ]
    whole = store.paper_vectors([3, 1])
    assert whole.tolist() == [*store.paper_vectors([3]).tolist(), *store.paper_vectors([1]).tolist()]
    assert store.sentence_vectors([]) == []


def test_a_repeated_sentence_has_the_same_vector_each_time(tmp_path: Path) -> None:
    paper = Paper("Owls", "It hoots. It flies. It hoots.")
    with closing(open_current(build_index(tmp_path, [paper]))) as store:
        first, second, third = store.sentence_vectors([1])[0]
        assert first.tolist() == third.tolist() != second.tolist()


def test_the_nearest_words_of_the_collection_are_its_synonyms(index_dir: Path) -> None:
    with closing(open_current(index_dir)) as store:
        vectors = embedding.load("bundled").encode_queries(["movie", "cellphones"])
        movie, phone = store.nearest_words(vectors, 3)
        assert (next(iter(movie)), next(iter(phone))) == ("video", "phone")  # stems
        for found in (movie, phone):
            assert list(found.values()) == sorted(found.values(), reverse=True)
        size = store.manifest["counts"]["vocabulary"]
        assert [len(found) for found in store.nearest_words(vectors, 100_000)] == [size, size]
        assert store.nearest_words([], 3) == []


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
