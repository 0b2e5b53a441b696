"""The page of the collection: counts that filter, a list in steps, the map, and what a rebuild would change."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.index.changes import Changes
from rag.paper import Paper
from rag.sources.skipped import Skipped
from rag.web import collection
from rag.web.collection import MOST_NAMED, MOST_SOURCES, PER_PAGE, Shelf

from .payloads import PAYLOADS
from .test_turns import OTHER, PAPER, Reader, hostile, read

SHELF = Shelf({1: PAPER, 2: OTHER}, 2)


def page(shelf: Shelf = SHELF, **told: list[object]) -> Reader:
    """The page of this shelf, and of the sources, years and added files that are `told`."""
    return read(collection.page(shelf, told.get("sources", []), told.get("years", []), told.get("added", [])))  # type: ignore[arg-type]


def papers(first: int, last: int) -> dict[int, Paper]:
    """Papers of these numbers."""
    return {n: Paper(f"Paper {n}", "It is so.") for n in range(first, last + 1)}


def queries(html: Reader) -> dict[str, dict[str, list[str]]]:
    """What each link to papers asks for, by its text."""
    links = {link.text: urlsplit(link.attributes["href"]) for link in html.all("a")}
    return {text: parse_qs(link.query, strict_parsing=True) for text, link in links.items() if link.query}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_stays_text(payload: str) -> None:
    paper = hostile(payload)
    shown = page(
        Shelf({1: paper}, 99, 50, payload, [1], about=payload),
        sources=[(payload, 3)],
        added=[Path("x") / payload.replace("/", "")],
    )
    assert shown.all("h1")[0].text == f"99 papers: {payload}"
    assert shown.all("input")[0].attributes["value"] == payload
    assert queries(shown)[f"{payload} 3"] == {"q": [f'source:"{payload.replace(chr(34), " ")}"']}
    assert queries(shown)["Next"]["q"] == [payload]
    assert shown.all("button", "remove")[0].attributes["value"] == payload.replace("/", "")
    assert shown.all("article")[0].text.count(payload) == 3
    assert payload in page(Shelf({}, 0, fault=payload)).all("p", "fault")[0].text
    skipped = Skipped(Path(payload.replace("/", "")), 3, payload)
    told = read(collection.changes(Changes((paper,), (paper,), (paper,), 0, (skipped,)))).text
    assert told.count(payload) == (4 if "/" in payload else 5)
    assert payload in read(collection.progress(payload, 1, 2)).text
    assert payload in read(collection.built(payload)).text


def test_sources_lead_to_their_papers_and_the_smallest_are_only_counted() -> None:
    sources = [("arxiv 2024.txt", 1200), ("", 7), *((f"{n}.jsonl", 1) for n in range(MOST_SOURCES))]
    shown = page(sources=[*sources])
    assert queries(shown)["arxiv 2024.txt 1,200"] == {"q": ['source:"arxiv 2024.txt"']}
    items = [item.text for item in shown.all("li")]
    assert items[:3] == ["arxiv 2024.txt 1,200", "no source 7", "0.jsonl 1"]
    assert items[-1] == "2 more"
    assert len(items) == MOST_SOURCES + 1
    assert "no source 7" not in queries(shown)
    assert "more" not in page(sources=[*sources[:MOST_SOURCES]]).all("ul")[0].text


def test_years_have_bars_that_lead_to_their_papers() -> None:
    shown = page(years=[(2024, 1200), (2023, 30), (None, 4)])
    assert [row.text for row in shown.all("tr")] == ["20241,200", "202330", "not told4"]
    assert queries(shown) == {"2024": {"q": ["year:2024"]}, "2023": {"q": ["year:2023"]}}
    bars = [(bar.attributes["value"], bar.attributes["max"]) for bar in shown.all("meter")]
    assert bars == [("1200", "1200"), ("30", "1200"), ("4", "1200")]
    assert shown.all("meter")[0].attributes["aria-label"] == "1,200 papers"


def test_a_list_says_which_papers_it_shows_and_leads_to_the_others() -> None:
    shown = page(Shelf(papers(51, 100), 489, 50, 'author:"o\'Hara & co" <b>'))
    (steps,) = shown.all("nav", "steps")
    assert steps.text == "51 to 100 of 489PreviousNext"
    query = ['author:"o\'Hara & co" <b>']
    asked = queries(shown)
    assert asked["Previous"] == {"q": query, "first": ["0"]}
    assert asked["Next"] == {"q": query, "first": ["100"]}
    assert len(shown.all("article")) == PER_PAGE


@pytest.mark.parametrize(
    ("first", "last", "total", "steps"),
    [
        (1, 50, 489, ["1 to 50 of 489Next"]),
        (451, 489, 489, ["451 to 489 of 489Previous"]),
        (21, 60, 60, ["21 to 60 of 60Previous"]),
        (1001, 1050, 16000, ["1,001 to 1,050 of 16,000PreviousNext"]),
        (1, 50, 50, []),
    ],
)
def test_steps_lead_only_where_papers_are(first: int, last: int, total: int, steps: list[str]) -> None:
    shown = page(Shelf(papers(first, last), total, first - 1))
    assert [one.text for one in shown.all("nav", "steps")] == steps
    assert all(int(asked["first"][0]) >= 0 for asked in queries(shown).values())


@pytest.mark.parametrize(
    ("shelf", "heading", "back"),
    [
        (SHELF, "2 papers", False),
        (Shelf({1: PAPER}, 1, query="year:2020"), "1 paper: year:2020", True),
        (Shelf({1: PAPER}, 1, about="those of the answer"), "1 paper: those of the answer", True),
        (Shelf({}, 0, query="bees"), "0 papers: bees", True),
    ],
)
def test_the_heading_tells_what_is_shown_and_a_link_leads_back_to_all(shelf: Shelf, heading: str, back: bool) -> None:
    shown = page(shelf)
    assert shown.all("h1")[0].text == heading
    assert ("All papers" in [link.text for link in shown.all("a")]) == back
    assert shown.all("form")[0].attributes["action"] == "/papers"


def test_what_is_wrong_with_a_search_stands_in_place_of_its_papers_and_the_search_stays() -> None:
    shown = page(Shelf({}, 0, query="year:soon", fault="“year:soon” is no filter."))
    assert shown.all("p", "fault")[0].text == "“year:soon” is no filter."
    assert shown.all("input")[0].attributes["value"] == "year:soon"
    assert not shown.all("h1")


def test_the_map_points_out_all_that_were_found_also_those_on_other_pages() -> None:
    (canvas,) = page(Shelf({2: OTHER}, 3, found=[2, 3, 5])).all("canvas")
    assert json.loads(canvas.attributes["data-found"]) == [2, 3, 5]
    assert canvas.attributes["aria-label"].startswith("Map of the papers")
    assert json.loads(page().all("canvas")[0].attributes["data-found"]) == []


def test_added_files_can_be_taken_away_by_their_names() -> None:
    shown = page(added=[Path("index/added/bees.jsonl"), Path('index/added/a "b".txt')])
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "remove")] == [
        ("bees.jsonl", "Take bees.jsonl away"),
        ('a "b".txt', 'Take a "b".txt away'),
    ]
    assert "Added files" not in page().text


def test_changes_are_told_by_kind_and_titles_and_wait_for_a_yes() -> None:
    skipped = Skipped(Path("folder/a.jsonl"), 7, "no abstract: Bees")
    shown = read(collection.changes(Changes((PAPER, OTHER), (Paper("Third", "It."),), (), 12, (skipped,))))
    assert "A rebuild would do this: 2 added, 1 changed, 0 removed, 12 as before, 1 skipped." in shown.text
    assert [group.text for group in shown.all("details")] == [
        "New: 2A TitleOther",
        "Changed: 1Third",
        "Skipped: 1a.jsonl:7: no abstract: Bees",
    ]
    assert [button.text for button in shown.all("button")] == ["Rebuild now", "Cancel"]


def test_of_many_changes_a_few_are_named_and_the_rest_counted() -> None:
    exactly, more = (tuple(papers(1, n).values()) for n in (MOST_NAMED, MOST_NAMED + 1300))
    skipped = tuple(Skipped(Path("a.txt"), n, "no title") for n in range(1, MOST_NAMED + 31))
    new, removed, left_out = read(collection.changes(Changes(more, (), exactly, 0, skipped))).all("details")
    assert new.text.startswith("New: 1,320Paper 1Paper 2")
    assert new.text.endswith("Paper 20and 1,300 more")
    assert removed.text.endswith("Paper 20")
    assert left_out.text.startswith("Skipped: 50a.txt:1: no title")
    assert "a.txt:20:" in left_out.text
    assert "a.txt:21:" not in left_out.text


def test_a_stage_of_a_rebuild_has_a_bar_with_its_name() -> None:
    shown = read(collection.progress("embedding", 1200, 2864))
    assert shown.all("p")[0].text == "embedding 1,200 of 2,864"
    assert shown.all("progress")[0].attributes == {"aria-label": "embedding", "max": "2864", "value": "1200"}
    endless = read(collection.progress("reading", 0, 0))
    assert endless.all("p")[0].text == "reading…"
    assert endless.all("progress")[0].attributes["max"] == "1"


def test_the_end_of_a_rebuild_leads_to_the_new_collection() -> None:
    shown = read(collection.built("4 papers, 9 passages indexed in 1 s"))
    assert shown.text.startswith("Done: 4 papers, 9 passages indexed in 1 s.")
    assert [link.attributes["href"] for link in shown.all("a")] == ["/papers"]
