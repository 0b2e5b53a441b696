"""The page of the collection: counts that filter, a list in steps, the map."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.paper import Paper
from rag.web import papers_page
from rag.web.adding import Adding
from rag.web.export import Link
from rag.web.listing import Listing
from rag.web.pages import Head
from rag.web.papers_page import MAX_EXPORTED, MAX_SOURCES, PER_PAGE, Shelf

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import CURATOR, OTHER, PAPER, harmless, hostile

SHELF = Shelf({1: PAPER, 2: OTHER}, 2, heading="2 papers")


def html(shelf: Shelf = SHELF, **given: list[object]) -> str:
    """The page of this shelf, and of the sources, years, uploads and clusters that are `given`."""
    sources, years, clusters = (given.get(name, []) for name in ("sources", "years", "clusters"))
    added = Adding(tuple(map(str, given.get("uploads", []))))
    return papers_page.page(Head(None), shelf, sources, years, added, CURATOR, clusters)  # type: ignore[arg-type]


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
        paper, way = {1: hostile(text)}, Link(text, "/papers")
        listing = Listing(text, 1, first=50)
        shelf = Shelf(paper, 99, listing, text, paper, text, notice=text, found=[1], ways=[way])
        return html(shelf, sources=[(text, 3)], uploads=[text], clusters=[(text, 1), (text, 2)])

    assert skeleton(shown(payload)) == skeleton(shown(harmless(payload)))
    reader = read(shown(payload))
    assert [reader.all("h1")[0].content, reader.all("p", "notice")[0].content] == [payload, payload]
    assert reader.all("input")[0].attributes["value"] == payload
    assert queries(reader)[f"{payload} 3"] == {"q": [f'source:"{payload.replace(chr(34), " ")}"']}
    assert queries(reader)["Next"]["q"] == [payload]
    assert reader.all("button", "remove")[0].attributes["value"] == payload
    assert reader.all("article")[0].text.count(payload) == 3
    assert payload in page(Shelf(fault=payload)).all("p", "fault")[0].text


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
    asked = queries(shown)
    assert [asked.get(name) for name in ("2024", "2023", "unknown")] == [
        {"q": ["year:2024"]},
        {"q": ["year:2023"]},
        None,
    ]
    bars = [(bar.attributes["value"], bar.attributes["max"]) for bar in shown.all("meter")]
    assert bars == [("1200", "1200"), ("30", "1200"), ("4", "1200")]
    assert shown.all("meter")[0].attributes["aria-label"] == "1,200 papers"


def test_a_list_says_which_papers_it_shows_and_leads_to_the_others() -> None:
    shown = page(Shelf(papers(51, 100), 489, Listing('author:"o\'Hara & co" <b>', first=50)))
    (steps,) = shown.all("nav", "steps")
    assert steps.text == "51 to 100 of 489 Previous Next"
    query = ['author:"o\'Hara & co" <b>']
    asked = queries(shown)
    assert asked["Previous"] == {"q": query}
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
    shown = page(Shelf(papers(first, last), total, Listing(first=first - 1)))
    assert [one.text for one in shown.all("nav", "steps")] == steps
    assert all(int(asked.get("first", ["0"])[0]) >= 0 for asked in queries(shown).values())


@pytest.mark.parametrize(
    ("listing", "back"),
    [
        (Listing(), False),
        (Listing(sort="title", first=50), False),
        (Listing("year:2020"), True),
        (Listing(cluster=0), True),
        (Listing(answer="one-conversation.0"), True),
        (Listing(like="0" * 12), True),
    ],
)
def test_a_link_leads_back_to_all_papers(listing: Listing, back: bool) -> None:
    shown = page(Shelf({1: PAPER}, 1, listing, "1 paper"))
    assert shown.all("h1")[0].text == "1 paper"
    assert ("All papers" in [link.text for link in shown.all("a")]) == back
    assert shown.all("form")[0].attributes["action"] == "/papers"


def exports(shelf: Shelf) -> list[tuple[str, str]]:
    """What each link to a file says and where it leads."""
    shown = page(shelf)
    groups = shown.all("p", "exports")
    files = [link for link in shown.all("a") if "download" in link.attributes and "data-format" not in link.attributes]
    assert bool(files) == bool(groups)
    return [(link.text, link.attributes["href"]) for link in files]


@pytest.mark.parametrize(
    ("shelf", "asked"),
    [
        (SHELF, ""),
        (Shelf(papers(51, 100), 489, Listing("year:2020", sort="title")), "?q=year%3A2020&sort=title"),
        (Shelf({}, 0, Listing("a&b"), near={1: PAPER}), "?q=a%26b"),
        (Shelf({1: PAPER}, 1, Listing(answer="one-conversation.0")), "?answer=one-conversation.0"),
        (Shelf({1: PAPER}, 1, Listing(cluster=0)), "?cluster=0"),
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
    assert exports(Shelf(listing=Listing("bees"))) == []
    assert "at most" not in page(Shelf(listing=Listing("bees"))).text


def test_an_error_in_a_search_replaces_its_papers_and_the_search_stays() -> None:
    shown = page(Shelf(listing=Listing("year:soon"), fault="“year:soon” is not a valid filter."))
    assert shown.all("p", "fault")[0].text == "“year:soon” is not a valid filter."
    assert shown.all("input")[0].attributes["value"] == "year:soon"
    assert not shown.all("h1")


def test_the_map_highlights_all_that_were_found_also_those_on_other_pages() -> None:
    (canvas,) = page(Shelf({2: OTHER}, 3, Listing(cluster=4), found=[2, 3, 5])).all("canvas")
    assert json.loads(canvas.attributes["data-found"]) == [2, 3, 5]
    assert canvas.attributes["data-cluster"] == "4"
    assert "data-cluster" not in page().all("canvas")[0].attributes
    assert canvas.attributes["aria-label"].startswith("Map of the papers")
    assert json.loads(page().all("canvas")[0].attributes["data-found"]) == []


def test_uploaded_files_can_be_removed() -> None:
    shown = page(uploads=["bees.jsonl", 'a "b".txt'])
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "remove")] == [
        ("bees.jsonl", "Remove bees.jsonl"),
        ('a "b".txt', 'Remove a "b".txt'),
    ]
    assert "Added files" not in page().text


def test_a_group_of_papers_is_searched_and_left_by_its_link() -> None:
    clusters: list[object] = [("depth, night", 1200), ("corals", 3)]
    shown = page(Shelf({1: PAPER}, 1, Listing("bees", 1, "title", first=50)), clusters=clusters)
    assert queries(shown)["depth, night 1,200"] == {"q": ["bees"], "cluster": ["0"], "sort": ["title"]}
    assert queries(shown)["corals 3 ✕: leave this group"] == {"q": ["bees"], "sort": ["title"]}
    hidden = {
        one.attributes["name"]: one.attributes["value"]
        for one in shown.all("input")
        if "hidden" in one.attributes.values()
    }
    assert hidden == {"cluster": "1", "sort": "title"}  # a new search stays in the group


@pytest.mark.parametrize(
    ("shelf", "years", "offered"),
    [
        (Shelf(papers(1, 2), 2), [(2020, 2)], ["newest *", "title"]),
        (Shelf(papers(1, 2), 2), [(None, 2)], []),
        (Shelf(papers(1, 2), 2, near_heading="Nearest besides"), [(2020, 2)], ["best match *", "newest", "title"]),
        (
            Shelf(papers(1, 2), 2, Listing(sort="title"), near_heading="Nearest besides"),
            [(None, 2)],
            ["best match", "title *"],
        ),
        (Shelf(papers(1, 1), 1), [(2020, 1)], []),
        (Shelf(papers(1, 2), 2, Listing(like="0" * 12)), [(2020, 2)], []),
    ],
)
def test_papers_are_sorted_where_that_makes_a_difference(shelf: Shelf, years: list[object], offered: list[str]) -> None:
    groups = [
        one for one in page(shelf, years=years).all("p") if one.attributes.get("aria-label") == "Sort these papers"
    ]
    links = read(html(shelf, years=years)).all("a")
    current = {link.text for link in links if link.attributes.get("aria-current") == "true"}
    assert [group.text for group in groups] == (
        ["Sort: " + " ".join(one.removesuffix(" *") for one in offered)] if offered else []
    )
    assert current == {one.removesuffix(" *") for one in offered if one.endswith(" *")}


def test_papers_that_are_only_nearest_stand_below_a_heading_of_their_own() -> None:
    shown = page(Shelf({1: PAPER}, 1, Listing("bees"), "1 paper has “bees”", {2: OTHER}, "Nearest besides"))
    assert [one.text for one in shown.all("h1") + shown.all("h2")[-1:]] == ["1 paper has “bees”", "Nearest besides"]
    assert [one.text for one in shown.all("h3", "title")] == [PAPER.title, OTHER.title]


def test_every_card_can_be_selected_by_its_title() -> None:
    boxes = [one.attributes for one in page().all("input") if one.attributes.get("type") == "checkbox"]
    assert [box.get("value") for box in boxes] == [None, PAPER.identity_hash, OTHER.identity_hash]
    assert [box["aria-label"] for box in boxes[1:]] == ["Select: A Title", "Select: Other"]


def test_what_finds_nothing_says_so_and_how_to_go_on() -> None:
    ways = (Link("Without “year:1800”", "/papers?q=bees"),)
    shown = page(Shelf({}, 0, Listing("bees year:1800"), "0 papers", notice="No paper here matches.", ways=ways))
    assert shown.all("p", "notice")[0].text == "No paper here matches."
    assert queries(shown)["Without “year:1800”"] == {"q": ["bees"]}
    assert not shown.all("div", "list-row")
    assert not [one for one in shown.all("input") if one.attributes.get("type") == "checkbox"]


@pytest.mark.parametrize(
    ("sources", "years", "has_authors", "placeholder", "heading"),
    [
        ([("a.txt", 4)], [(2024, 3), (None, 1)], True, "Search: words, author:…, year:2024", "By source and year"),
        ([("a.txt", 4)], [(None, 4)], False, "Search: words", "By source"),
        ([("", 4)], [(2019, 4)], False, "Search: words, year:2019", "By year"),
        ([("", 4)], [(None, 4)], True, "Search: words, author:…", ""),
    ],
)
def test_only_what_papers_have_is_offered_to_tell_them_apart(
    sources: list[tuple[str, int]],
    years: list[tuple[int | None, int]],
    has_authors: bool,
    placeholder: str,
    heading: str,
) -> None:
    shown = read(papers_page.page(Head(None), SHELF, sources, years, Adding(), CURATOR, has_authors=has_authors))
    assert shown.all("input")[0].attributes["placeholder"] == placeholder
    summaries = [one.text for one in shown.all("summary") if one.text.startswith("By")]
    assert summaries == ([heading] if heading else [])
    headings = [one.text for one in shown.all("h2") if one.text in ("Sources", "Years")]
    assert headings == [f"{name.capitalize()}s" for name in heading.split() if name in ("source", "year")]
