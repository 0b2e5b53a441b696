"""The page of the collection: counts that filter, a list in steps, the map, and what a rebuild would change."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.paper import Paper
from rag.sources.skipped import Skipped
from rag.web import papers_page
from rag.web.pages import Head
from rag.web.papers_page import MAX_EXPORTED, MAX_NAMED, MAX_SOURCES, PER_PAGE, Shelf
from tests import plans

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import CURATOR, OTHER, PAPER, harmless, hostile

SHELF = Shelf({1: PAPER, 2: OTHER}, 2)


def html(shelf: Shelf = SHELF, **given: list[object]) -> str:
    """The page of this shelf, and of the sources, years and uploads that are `given`."""
    parts = (given.get(name, []) for name in ("sources", "years", "uploads"))
    return papers_page.page(Head(None), shelf, *parts, CURATOR)  # type: ignore[arg-type]


def page(shelf: Shelf = SHELF, **given: list[object]) -> Reader:
    return read(html(shelf, **given))


def papers(first: int, last: int) -> dict[int, Paper]:
    """Papers of these numbers."""
    return {n: Paper(f"Paper {n}", "It is so.") for n in range(first, last + 1)}


def queries(shown: Reader) -> dict[str, dict[str, list[str]]]:
    """What each link to papers asks for, by its text."""
    links = {link.text: urlsplit(link.attributes["href"]) for link in shown.all("a")}
    return {text: parse_qs(link.query, strict_parsing=True) for text, link in links.items() if link.query}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    def shown(text: str) -> str:
        shelf = Shelf({1: hostile(text)}, 99, 50, text, [1], description=text)
        return html(shelf, sources=[(text, 3)], uploads=[Path("x") / text.replace("/", "")])

    assert skeleton(shown(payload)) == skeleton(shown(harmless(payload)))
    reader = read(shown(payload))
    assert reader.all("h1")[0].content == f"99 papers {payload}"
    assert reader.all("input")[0].attributes["value"] == payload
    assert queries(reader)[f"{payload} 3"] == {"q": [f'source:"{payload.replace(chr(34), " ")}"']}
    assert queries(reader)["Next"]["q"] == [payload]
    assert reader.all("button", "remove")[0].attributes["value"] == payload.replace("/", "")
    assert reader.all("article")[0].text.count(payload) == 3
    assert payload in page(Shelf({}, 0, fault=payload)).all("p", "fault")[0].text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup_in_a_rebuild(payload: str) -> None:
    def changes(text: str) -> str:
        skipped = Skipped(Path(text.replace("/", "")), 3, text)
        paper = hostile(text)
        return papers_page.changes(plans.planned((paper,), (paper,), (paper,), 0, (skipped,)))

    assert skeleton(changes(payload)) == skeleton(changes(harmless(payload)))
    assert read(changes(payload)).text.count(payload) == (4 if "/" in payload else 5)
    assert payload in read(papers_page.progress(payload, 1, 2)).text
    assert payload in read(papers_page.built(payload)).text


def test_sources_lead_to_their_papers_and_the_smallest_are_only_counted() -> None:
    sources = [("arxiv 2024.txt", 1200), ("", 7), *((f"{n}.jsonl", 1) for n in range(MAX_SOURCES))]
    shown = page(sources=[*sources])
    assert queries(shown)["arxiv 2024.txt 1,200"] == {"q": ['source:"arxiv 2024.txt"']}
    items = [item.text for item in shown.all("li")]
    assert items[:3] == ["arxiv 2024.txt 1,200", "no source 7", "0.jsonl 1"]
    assert items[-1] == "2 more"
    assert len(items) == MAX_SOURCES + 1
    assert "no source 7" not in queries(shown)
    assert "more" not in page(sources=[*sources[:MAX_SOURCES]]).all("ul")[0].text


def test_years_have_bars_that_lead_to_their_papers() -> None:
    shown = page(years=[(2024, 1200), (2023, 30), (None, 4)])
    assert [row.text for row in shown.all("tr")] == ["2024 1,200", "2023 30", "unknown 4"]
    assert queries(shown) == {"2024": {"q": ["year:2024"]}, "2023": {"q": ["year:2023"]}}
    bars = [(bar.attributes["value"], bar.attributes["max"]) for bar in shown.all("meter")]
    assert bars == [("1200", "1200"), ("30", "1200"), ("4", "1200")]
    assert shown.all("meter")[0].attributes["aria-label"] == "1,200 papers"


def test_a_list_says_which_papers_it_shows_and_leads_to_the_others() -> None:
    shown = page(Shelf(papers(51, 100), 489, 50, 'author:"o\'Hara & co" <b>'))
    (steps,) = shown.all("nav", "steps")
    assert steps.text == "51 to 100 of 489 Previous Next"
    query = ['author:"o\'Hara & co" <b>']
    asked = queries(shown)
    assert asked["Previous"] == {"q": query, "first": ["0"]}
    assert asked["Next"] == {"q": query, "first": ["100"]}
    assert len(shown.all("article")) == PER_PAGE


@pytest.mark.parametrize(
    ("first", "last", "total", "steps"),
    [
        (1, 50, 489, ["1 to 50 of 489 Next"]),
        (451, 489, 489, ["451 to 489 of 489 Previous"]),
        (21, 60, 60, ["21 to 60 of 60 Previous"]),
        (1001, 1050, 16000, ["1,001 to 1,050 of 16,000 Previous Next"]),
        (1, 50, 50, []),
    ],
)
def test_there_are_steps_only_to_further_papers(first: int, last: int, total: int, steps: list[str]) -> None:
    shown = page(Shelf(papers(first, last), total, first - 1))
    assert [one.text for one in shown.all("nav", "steps")] == steps
    assert all(int(asked["first"][0]) >= 0 for asked in queries(shown).values())


@pytest.mark.parametrize(
    ("shelf", "heading", "back"),
    [
        (SHELF, "2 papers", False),
        (Shelf({1: PAPER}, 1, query="year:2020"), "1 paper: year:2020", True),
        (Shelf({1: PAPER}, 1, description="cited in the answer"), "1 paper cited in the answer", True),
        (Shelf({}, 0, query="bees"), "0 papers: bees", True),
    ],
)
def test_the_heading_says_what_is_shown_and_a_link_leads_back_to_all(shelf: Shelf, heading: str, back: bool) -> None:
    shown = page(shelf)
    assert shown.all("h1")[0].text == heading
    assert ("All papers" in [link.text for link in shown.all("a")]) == back
    assert shown.all("form")[0].attributes["action"] == "/papers"


def exports(shelf: Shelf) -> list[tuple[str, str]]:
    """What each link to a file says and where it leads."""
    shown = page(shelf)
    return [(link.text, link.attributes["href"]) for link in shown.all("a") if "download" in link.attributes]


@pytest.mark.parametrize(
    ("shelf", "asked"),
    [
        (SHELF, ""),
        (Shelf(papers(51, 100), 489, 50, "year:2020"), "?q=year%3A2020"),
        (Shelf({1: PAPER}, 1, query="a&b", description="nearest to “a&b”"), "?q=a%26b"),
        (
            Shelf({1: PAPER}, 1, description="cited in the answer", answer="one-conversation.0"),
            "?answer=one-conversation.0",
        ),
    ],
)
def test_all_papers_that_are_looked_at_can_be_saved_in_each_format(shelf: Shelf, asked: str) -> None:
    assert exports(shelf) == [
        ("BibTeX", f"/papers.bib{asked}"),
        ("RIS", f"/papers.ris{asked}"),
        ("CSL-JSON", f"/papers.csl{asked}"),
        ("CSV", f"/papers.csv{asked}"),
    ]


def test_too_many_papers_for_a_file_are_to_be_narrowed_and_none_are_no_file() -> None:
    assert exports(Shelf(papers(1, 50), MAX_EXPORTED))
    many = Shelf(papers(1, 50), MAX_EXPORTED + 1)
    assert exports(many) == []
    assert "at most 10,000 at once" in page(many).text
    assert exports(Shelf({}, 0, query="bees")) == []
    assert "at most" not in page(Shelf({}, 0, query="bees")).text


def test_an_error_in_a_search_replaces_its_papers_and_the_search_stays() -> None:
    shown = page(Shelf({}, 0, query="year:soon", fault="“year:soon” is not a valid filter."))
    assert shown.all("p", "fault")[0].text == "“year:soon” is not a valid filter."
    assert shown.all("input")[0].attributes["value"] == "year:soon"
    assert not shown.all("h1")


def test_the_map_highlights_all_that_were_found_also_those_on_other_pages() -> None:
    (canvas,) = page(Shelf({2: OTHER}, 3, found=[2, 3, 5])).all("canvas")
    assert json.loads(canvas.attributes["data-found"]) == [2, 3, 5]
    assert canvas.attributes["aria-label"].startswith("Map of the papers")
    assert json.loads(page().all("canvas")[0].attributes["data-found"]) == []


def test_uploaded_files_can_be_removed() -> None:
    shown = page(uploads=[Path("index/added/bees.jsonl"), Path('index/added/a "b".txt')])
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "remove")] == [
        ("bees.jsonl", "Remove bees.jsonl"),
        ('a "b".txt', 'Remove a "b".txt'),
    ]
    assert "Added files" not in page().text


def test_changes_are_listed_by_kind_and_wait_for_a_yes() -> None:
    skipped = Skipped(Path("folder/a.jsonl"), 7, "no abstract: Bees")
    planned = plans.planned((PAPER, OTHER), (Paper("Third", "It."),), (), 12, (skipped,))
    shown = read(papers_page.changes(planned))
    assert f"{planned}." in shown.all("p")[0].text
    assert [group.text for group in shown.all("details")] == [
        "New: 2 A Title Other",
        "Changed: 1 Third",
        f"Skipped: 1 {skipped}",
    ]
    assert [button.text for button in shown.all("button")] == ["Rebuild now", "Cancel"]


def test_of_many_changes_a_few_are_named_and_the_rest_counted() -> None:
    exactly, more = (tuple(papers(1, n).values()) for n in (MAX_NAMED, MAX_NAMED + 1300))
    skipped = tuple(Skipped(Path("a.txt"), n, "no title") for n in range(1, MAX_NAMED + 31))
    new, removed, left_out = read(papers_page.changes(plans.planned(more, (), exactly, 0, skipped))).all("details")
    assert new.text.startswith("New: 1,320 Paper 1 Paper 2 ")
    assert new.text.endswith("Paper 20 and 1,300 more")
    assert removed.text.endswith("Paper 20")
    assert left_out.text.startswith(f"Skipped: 50 {skipped[0]}")
    assert str(skipped[19]) in left_out.text
    assert str(skipped[20]) not in left_out.text


def test_a_stage_of_a_rebuild_has_a_bar_with_its_name() -> None:
    shown = read(papers_page.progress("embedding", 1200, 2864))
    assert shown.all("p")[0].text == "embedding 1,200 of 2,864"
    assert shown.all("progress")[0].attributes == {"aria-label": "embedding", "max": "2864", "value": "1200"}
    endless = read(papers_page.progress("reading", 0, 0))
    assert endless.all("p")[0].text == "reading…"
    assert endless.all("progress")[0].attributes["max"] == "1"


def test_the_end_of_a_rebuild_leads_to_the_new_collection() -> None:
    shown = read(papers_page.built("4 papers: 4 added, 1.0 seconds. 1 file, 0 skipped."))
    assert shown.text.startswith("Done: 4 papers: 4 added, 1.0 seconds. 1 file, 0 skipped. Show")
    assert [link.attributes["href"] for link in shown.all("a")] == ["/papers"]
