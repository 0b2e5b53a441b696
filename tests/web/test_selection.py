"""Which papers a listing shows, and what it says of those that it does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.models.encoding import Embedding
from rag.retrieval.retriever import HybridRetriever
from rag.web import found, selection
from rag.web.listing import Listing
from rag.web.papers_page import Shelf
from tests.conftest import index_of

PLAIN = [
    {"title": f"{thing} of the Deep", "abstract": f"We count {thing.lower()} in the sea. They are many."}
    for thing in ("Corals", "Sponges", "Anemones")
]
SWIFT = "SwiftDepth: Single-Step Diffusion for Monocular Depth"


@pytest.fixture(scope="module")
def retriever(index_dir: Path, model: Embedding) -> HybridRetriever:
    return HybridRetriever(open_current(index_dir), model)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, model: Embedding) -> HybridRetriever:
    """Papers without authors and years."""
    return HybridRetriever(open_current(index_of(tmp_path_factory.mktemp("bare"), PLAIN)), model)


def titles(shelf: Shelf) -> list[str]:
    return [paper.title for paper in shelf.papers.values()]


def look(retriever: HybridRetriever, query: str = "", **asked: object) -> Shelf:
    return selection.shelf(retriever, Listing(query, **asked), [])  # type: ignore[arg-type]


def test_without_a_search_all_papers_are_listed_the_newest_first_or_by_title(retriever: HybridRetriever) -> None:
    shown = look(retriever)
    assert (shown.heading, shown.total, shown.notice, list(shown.found)) == ("14 papers", 14, "", [])
    years = [paper.year or 0 for paper in shown.papers.values()]
    assert years == sorted(years, reverse=True)
    by_title = titles(look(retriever, sort="title"))
    assert by_title == sorted(titles(shown), key=str.casefold) != titles(shown)


def test_words_list_the_papers_that_have_them_before_those_that_are_only_nearest(retriever: HybridRetriever) -> None:
    shown = look(retriever, "diffusion depth")
    assert shown.heading == "2 papers have “diffusion” and “depth”"
    assert SWIFT in titles(shown)
    assert len(titles(shown)) == shown.total == 2
    assert 0 < len(shown.near) <= found.MAX_BESIDES
    assert shown.near_heading == "Nearest besides"
    assert sorted([*shown.papers, *shown.near]) == list(shown.found)
    assert shown.notice == ""


@pytest.mark.parametrize("query", ["coral", "corals", "CORALS?", "the corals"])
def test_a_word_is_had_in_any_inflection(retriever: HybridRetriever, query: str) -> None:
    assert titles(look(retriever, query)) == ["Coral Counting with Drones"]


def test_every_title_finds_its_paper(retriever: HybridRetriever) -> None:
    for number, title in enumerate(retriever.store.titles(), 1):
        shown = look(retriever, title)
        assert number in shown.papers, title
        assert shown.notice == ""


def test_words_that_no_paper_has_find_nothing_and_are_named(retriever: HybridRetriever) -> None:
    shown = look(retriever, "asdfqwer zzz")
    assert (shown.heading, shown.notice) == ("Nothing found", "No paper here has “asdfqwer” or “zzz”.")
    assert (shown.total, titles(shown), dict(shown.near), list(shown.found)) == (0, [], {}, [])


def test_of_several_words_those_that_no_paper_has_are_named_and_the_others_found(retriever: HybridRetriever) -> None:
    shown = look(retriever, "coral asdfqwer")
    assert (shown.heading, shown.notice) == ("1 paper has “coral”", "No paper here has “asdfqwer”.")
    assert titles(shown) == ["Coral Counting with Drones"]


def test_a_misspelt_word_is_said_to_be_in_no_paper_and_finds_the_nearest(retriever: HybridRetriever) -> None:
    shown = look(retriever, "diffusoin")
    assert (shown.heading, shown.notice) == ("Nothing found", "No paper here has “diffusoin”.")
    assert shown.near_heading == "Nearest to your words"
    assert next(iter(shown.near.values())).title in {SWIFT, "Early Exit for Diffusion-Based Depth Estimation"}


def test_words_that_no_paper_has_together_find_the_nearest(retriever: HybridRetriever) -> None:
    shown = look(retriever, "corals at night")
    assert shown.heading == "No paper has all of “corals” and “night”"
    assert (titles(shown), shown.near_heading) == ([], "Nearest to your words")
    assert len(shown.near) == 14


def test_words_are_searched_within_filters_and_sorted_on_request(retriever: HybridRetriever) -> None:
    shown = look(retriever, "depth since 2023")
    assert shown.heading == "2 papers within “since 2023” have “depth”"
    assert all((paper.year or 0) >= 2023 for paper in (*shown.papers.values(), *shown.near.values()))
    by_title = look(retriever, "depth", sort="title")
    assert titles(by_title) == sorted(titles(look(retriever, "depth")), key=str.casefold)


def test_a_filter_that_no_paper_passes_says_so_and_how_to_go_on_without_it(retriever: HybridRetriever) -> None:
    alone, with_words = look(retriever, "year:1800"), look(retriever, "depth year:1800")
    assert alone.notice == with_words.notice == "No paper here matches “year:1800”."
    assert (alone.total, with_words.total, dict(with_words.near)) == (0, 0, {})
    assert [(way.text, way.address) for way in with_words.ways] == [("Without “year:1800”", "/papers?q=depth")]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("author:bengio", "None of these papers names its authors, so “author:bengio” finds none."),
        ("year:2020..", "None of these papers has a year, so “year:2020..” finds none."),
        ("year:2020 year:2021", "None of these papers has a year, so “year:2020” and “year:2021” find none."),
        ("source:arxiv", "No paper here matches “source:arxiv”."),
    ],
)
def test_a_filter_on_what_no_paper_has_says_why_it_finds_none(bare: HybridRetriever, query: str, reason: str) -> None:
    shown = look(bare, query)
    assert (shown.total, shown.notice) == (0, reason)


def test_words_are_searched_without_a_filter_on_what_no_paper_has(bare: HybridRetriever) -> None:
    shown = look(bare, "sponges author:bengio")
    assert titles(shown) == ["Sponges of the Deep"]
    assert shown.notice == "None of these papers has an author, so “author:bengio” was not applied."


def test_a_bad_filter_is_told(retriever: HybridRetriever) -> None:
    with pytest.raises(QuestionError, match="“year:soon” is not a valid filter"):
        look(retriever, "year:soon")


def test_a_group_lists_its_papers_alone_and_with_a_search(retriever: HybridRetriever) -> None:
    projection = retriever.store.projection
    groups = [look(retriever, cluster=n) for n in range(len(projection.names))]
    assert [(group.heading, group.total) for group in groups] == [
        (f"{papers:,} paper{'' if papers == 1 else 's'} in “{name}”", papers) for name, papers in projection.sizes
    ]
    assert sorted(n for group in groups for n in group.papers) == list(range(1, 15))
    depth = set(look(retriever, "depth").papers)
    inside = [look(retriever, "depth", cluster=n) for n in range(len(groups))]
    assert [set(one.papers) for one in inside] == [depth & set(group.papers) for group in groups]
    assert all({*one.papers, *one.near} <= set(group.papers) for one, group in zip(inside, groups, strict=True))
    with pytest.raises(QuestionError, match="no group 99"):
        look(retriever, cluster=99)


def test_a_group_without_what_is_searched_for_leads_to_all_groups(retriever: HybridRetriever) -> None:
    shown = look(retriever, "asdfqwer", cluster=0)
    assert shown.heading == f"Nothing found in “{retriever.store.projection.names[0]}”"
    assert [(way.text, way.address) for way in shown.ways] == [("In all groups", "/papers?q=asdfqwer")]


def test_the_papers_most_like_one_are_listed_without_it_the_nearest_first(retriever: HybridRetriever) -> None:
    store = retriever.store
    (number,) = (n for n, title in enumerate(store.titles(), 1) if title == SWIFT)
    shown = look(retriever, like=store.paper(number).identity_hash)
    assert shown.heading == f"Most like “{SWIFT}”"
    assert titles(shown)[0] == "Early Exit for Diffusion-Based Depth Estimation"
    assert sorted(shown.papers) == [n for n in range(1, 15) if n != number]
    for unknown in ("0" * 12, "x", "/../"):
        with pytest.raises(QuestionError, match="not in the collection any more"):
            look(retriever, like=unknown)


def test_selected_papers_are_listed_in_their_order_and_those_that_are_gone_are_said(retriever: HybridRetriever) -> None:
    hashes = [retriever.store.paper(n).identity_hash for n in (5, 2)]
    shown = look(retriever, papers=".".join([*hashes, "0" * 12]))
    assert (shown.heading, list(shown.papers)) == ("2 selected papers", [5, 2])
    assert shown.notice == "1 selected paper is no longer in the collection."
    assert look(retriever, papers=".".join(hashes)).notice == ""
    with pytest.raises(QuestionError, match="named by 12 digits"):
        look(retriever, papers="x")


@pytest.mark.parametrize("sort", ["", "newest", "title"])
def test_pages_hold_each_paper_once_and_files_hold_them_all(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    whole = [*look(retriever, "network", sort=sort).papers]
    for module in (selection, found):
        monkeypatch.setattr(module, "PER_PAGE", 2)
    assert len(whole) > 4
    pages = [[*look(retriever, "network", sort=sort, first=first).papers] for first in range(0, len(whole), 2)]
    paged = [number for page in pages for number in page]
    assert sorted(paged) == sorted(whole)
    assert sort == "" or paged == whole
    saved = selection.everything(retriever, Listing("network", sort=sort, first=2), [])  # type: ignore[arg-type]
    assert [paper.title for paper in saved] == [paper.title for paper in retriever.store.papers(paged)]
    assert look(retriever, "network", first=999).listing.first == (len(whole) - 1) // 2 * 2
