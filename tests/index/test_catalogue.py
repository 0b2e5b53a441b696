"""Papers are listed in order, page by page, and counted by source and year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.index import catalogue
from rag.index.catalogue import browse
from rag.index.filters import Filters
from rag.index.opening import open_current
from rag.index.store import Store
from rag.query.filters import parse_filters
from tests.conftest import index_of

PAPERS = [
    {"title": "beta", "year": 2020, "source": "b.txt"},
    {"title": "Alpha", "year": 2020, "source": "a.txt", "authors": ["Ada Example"]},
    {"title": "Zeta", "source": "b.txt"},
    {"title": "Gamma", "year": 2020, "source": "c.txt"},
    {"title": "An old one", "year": 1999, "source": "b.txt", "authors": ["Ada Example"]},
    {"title": "Newest", "year": 2024, "source": "c.txt"},
    {"title": "also undated", "source": "b.txt", "authors": ["Ada Example"]},
]
IN_ORDER = ["Newest", "Alpha", "beta", "Gamma", "An old one", "also undated", "Zeta"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    records = [{"abstract": f"We study {paper['title']}."} | paper for paper in PAPERS]
    with closing(open_current(index_of(tmp_path_factory.mktemp("catalogue"), records))) as opened:
        yield opened


def titles(page: catalogue.Page) -> list[str]:
    return [paper.title for paper in page.papers.values()]


def test_the_newest_come_first_and_titles_are_sorted_ignoring_case(opened: Store) -> None:
    page = browse(opened, 0, 100)
    assert (titles(page), page.total) == (IN_ORDER, len(PAPERS))
    assert all(opened.paper(number) == paper for number, paper in page.papers.items())


def test_pages_follow_each_other_without_gaps(opened: Store) -> None:
    pages = [browse(opened, offset, 3) for offset in (0, 3, 6, 9)]
    assert [titles(page) for page in pages] == [IN_ORDER[:3], IN_ORDER[3:6], IN_ORDER[6:], []]
    assert {page.total for page in pages} == {len(PAPERS)}


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(("filters", "among"), [("", IN_ORDER), ("author:example", ["Alpha", *IN_ORDER[4:6]])])
def test_pages_after_a_place_follow_each_other_without_gaps(
    opened: Store, size: int, filters: str, among: list[str]
) -> None:
    numbers = opened.matching(parse_filters(filters)[1])
    found: list[str] = []
    place: catalogue.Place | None = None
    while page := catalogue.after(opened, place, size, numbers):
        assert len(page) <= size
        found += [paper.title for paper in page.values()]
        number, last = list(page.items())[-1]
        place = last.year, last.title, number
    assert found == among


def test_a_page_after_a_paper_that_is_gone_begins_where_it_was(opened: Store) -> None:
    for place, following in (((2020, "BETA 2", 99), "Gamma"), ((2015, "x", 0), "An old one"), ((None, "m", 1), "Zeta")):
        assert next(iter(catalogue.after(opened, place, 1).values())).title == following


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("year:2020", ["Alpha", "beta", "Gamma"]),
        ("author:example", ["Alpha", "An old one", "also undated"]),
        ("year:..2020 source:b.txt", ["beta", "An old one"]),
        ("year:2021", []),
    ],
)
def test_filters_restrict_the_list(opened: Store, filters: str, found: list[str]) -> None:
    _, chosen = parse_filters(filters)
    page = browse(opened, 0, 100, chosen)
    assert (titles(page), page.total) == (found, len(found))
    second = browse(opened, 1, 1, chosen)
    assert (titles(second), second.total) == (found[1:2], len(found))


@pytest.mark.parametrize(("offset", "limit", "found"), [(0, -1, 0), (-5, 2, 2), (0, 10**12, 3), (10**12, 1, 0)])
def test_offsets_and_limits_out_of_range_are_corrected(
    opened: Store, monkeypatch: pytest.MonkeyPatch, offset: int, limit: int, found: int
) -> None:
    monkeypatch.setattr(catalogue, "MAX_PAGE_SIZE", 3)
    assert len(browse(opened, offset, limit).papers) == found


def test_a_page_is_read_from_an_index_without_sorting(opened: Store) -> None:
    sql = f"EXPLAIN QUERY PLAN SELECT id FROM papers {catalogue._ORDER} LIMIT 9 OFFSET 100000"
    assert [row["detail"] for row in opened.rows(sql)] == ["SCAN papers USING COVERING INDEX papers_in_order"]


def test_sources_and_years_are_counted(opened: Store) -> None:
    assert catalogue.by_source(opened) == [("b.txt", 4), ("c.txt", 2), ("a.txt", 1)]
    assert catalogue.by_year(opened) == [(2024, 1), (2020, 3), (1999, 1), (None, 2)]


def test_filters_may_match_more_papers_than_sql_has_parameters(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = frozenset(range(1, 400_000))
    monkeypatch.setattr(Store, "matching", lambda *_: everyone)
    page = browse(opened, 0, 100, Filters())
    assert (titles(page), page.total) == (IN_ORDER, len(everyone))


def test_the_oldest_and_the_newest_year_are_known(opened: Store, tmp_path: Path) -> None:
    assert catalogue.years(opened) == (1999, 2024)
    with closing(open_current(index_of(tmp_path, [{"title": "Undated", "abstract": "We study it."}]))) as undated:
        assert catalogue.years(undated) is None
