"""The collection as HTML: what is in it, its papers, its map, and what a rebuild would change. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rag.paper import Paper
from rag.text import count
from rag.web import cards, render
from rag.web.mathml import rich

if TYPE_CHECKING:
    from rag.index.changes import Changes

PER_PAGE = 50  # papers
MOST_SOURCES = 8  # told by name; the rest as a number
MOST_NAMED = 20  # papers of each kind of change
ZOOM = (("+", "2", "Closer"), ("−", "0.5", "Farther"), ("⤢", "0", "The whole map"))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The papers to show, by their numbers, from the place `first` of `total` on; `found` are the numbers of them all.

    `query` is what was searched for, and `about` says in words what they are where it is something else.
    """

    papers: Mapping[int, Paper]
    total: int
    first: int = 0
    query: str = ""
    found: Sequence[int] = ()
    about: str = ""
    fault: str = ""


def page(
    shelf: Shelf, sources: Sequence[tuple[str, int]], years: Sequence[tuple[int | None, int]], added: Sequence[Path]
) -> str:
    """All of the page but its frame."""
    return (
        f'<section id="shelf" aria-label="Papers">{_search(shelf)}{_facts(sources, years)}{_work(added)}'
        f'{_list(shelf)}</section>{_map(shelf)}<dialog id="paper" aria-label="Paper"><div class="card"></div>'
        '<p class="buttons"><button type="button" class="close">Close</button></p></dialog>'
    )


def changes(planned: Changes) -> str:
    """What a rebuild would do, and the buttons to do it or not."""
    groups = [
        ("New", [rich(paper.title) for paper in planned.added]),
        ("Changed", [rich(paper.title) for paper in planned.changed]),
        ("Removed", [rich(paper.title) for paper in planned.removed]),
        ("Skipped", [escape(str(one)) for one in planned.skipped]),
    ]
    named = "".join(_group(name, items) for name, items in groups if items)
    return (
        f'<p><strong>A rebuild would do this:</strong> {escape(str(planned))}.</p>{named}<p class="buttons">'
        '<button type="button" id="rebuild" class="main">Rebuild now</button>'
        '<button type="button" id="cancel">Cancel</button></p>'
    )


def progress(stage: str, done: int, total: int) -> str:
    """A bar for one stage of a rebuild; a stage without a `total` is only named."""
    steps, name = f" {done:,} of {total:,}" if total else "…", escape(stage)
    bar = f'<progress aria-label="{name}" max="{total or 1}" value="{done}"></progress>'
    return f"<p>{name}{steps}</p>{bar}"


def built(report: str) -> str:
    """The end of a rebuild."""
    return f'<p class="done">Done: {escape(report)}.</p><p><a href="/papers">See the new collection</a></p>'


def _search(shelf: Shelf) -> str:
    every = '<a href="/papers">All papers</a>' if shelf.query or shelf.about else ""
    return (
        '<form id="search" role="search" action="/papers"><label class="unseen" for="q">Search the papers</label>'
        f'<input id="q" name="q" type="search" maxlength="300" value="{escape(shelf.query)}" '
        f'placeholder="Search: words, author:…, year:2020.."> <button>Search</button> {every}</form>'
    )


def _facts(sources: Sequence[tuple[str, int]], years: Sequence[tuple[int | None, int]]) -> str:
    """How many papers there are of each source and year, each a link to them."""
    told = [_link(_of(name), f"{name or 'no source'} {count:,}", name) for name, count in sources[:MOST_SOURCES]]
    if len(sources) > MOST_SOURCES:
        told.append(f"<li>{len(sources) - MOST_SOURCES:,} more</li>")
    bars = "".join(_year(year, count, max(n for _, n in years)) for year, count in years)
    return (
        f'<details id="counts"><summary>By source and year</summary><h2>Sources</h2><ul>{"".join(told)}</ul>'
        f'<h2>Years</h2><table class="years"><tbody>{bars}</tbody></table></details>'
    )


def _link(query: str, text: str, known: object) -> str:
    label = f'<a href="/papers?{escape(urlencode({"q": query}))}">{escape(text)}</a>' if known else escape(text)
    return f"<li>{label}</li>"


def _of(source: str) -> str:
    """The filter for papers of `source`, in which no quotation mark can stand."""
    named = source.replace('"', " ")
    return f'source:"{named}"'


def _year(year: int | None, count: int, most: int) -> str:
    name = f'<a href="/papers?q=year:{year}">{year}</a>' if year else "not told"
    bar = f'<meter max="{most}" value="{count}" aria-label="{count:,} papers"></meter>'
    return f'<tr><th scope="row">{name}</th><td>{bar}</td><td>{count:,}</td></tr>'


def _list(shelf: Shelf) -> str:
    if shelf.fault:
        return render.fault(shelf.fault)
    papers = count(shelf.total, "paper")
    heading = escape(f"{papers}: {shelf.about or shelf.query}" if shelf.about or shelf.query else papers)
    shown = "".join(cards.card(paper) for paper in shelf.papers.values())
    return f'<h1>{heading}</h1><div id="cards">{shown}</div>{_steps(shelf)}'


def _steps(shelf: Shelf) -> str:
    """The way to the papers before and after these."""
    last = shelf.first + len(shelf.papers)
    places = [(shelf.first - PER_PAGE, "Previous", shelf.first > 0), (last, "Next", last < shelf.total)]
    links = "".join(
        f'<a href="/papers?{escape(urlencode({"q": shelf.query, "first": max(0, at)}))}">{name}</a>'
        for at, name, there in places
        if there
    )
    told = f"{shelf.first + 1:,} to {last:,} of {shelf.total:,}"
    return f'<nav class="steps" aria-label="More papers"><span>{told}</span>{links}</nav>' if links else ""


def _map(shelf: Shelf) -> str:
    told = "Map of the papers: those alike lie together. Arrows move it, + and − zoom. The list holds the same papers."
    buttons = "".join(
        f'<button type="button" value="{factor}" aria-label="{name}">{sign}</button>' for sign, factor, name in ZOOM
    )
    return (
        '<section id="atlas" aria-label="Map"><div class="frame">'
        f'<canvas id="map" tabindex="0" role="img" aria-label="{told}" data-found="{json.dumps(list(shelf.found))}">'
        f'</canvas><div id="zoom" role="group" aria-label="Zoom">{buttons}</div></div>'
        '<div id="clusters" role="group" aria-label="Groups of papers, the largest first"></div></section>'
    )


def _work(added: Sequence[Path]) -> str:
    files = "".join(
        f'<li>{escape(file.name)} <button type="button" class="remove" value="{escape(file.name)}" '
        f'aria-label="Take {escape(file.name)} away">✕</button></li>'
        for file in added
    )
    listed = f"<p>Added files:</p><ul>{files}</ul>" if files else ""
    return (
        '<details id="work"><summary>Add papers, rebuild</summary><div id="drop"><label for="files">Drop files of '
        "papers here, or choose them: JSONL, or listing pages saved as text.</label>"
        '<input id="files" type="file" multiple accept=".txt,.text,.jsonl"></div>'
        f'{listed}<p><button type="button" id="check">What would a rebuild change?</button></p>'
        '<div id="plan" aria-live="polite"></div></details>'
    )


def _group(name: str, items: Sequence[str]) -> str:
    more = [f"and {len(items) - MOST_NAMED:,} more"] if len(items) > MOST_NAMED else []
    return f"<details><summary>{name}: {len(items):,}</summary>{_items([*items[:MOST_NAMED], *more])}</details>"


def _items(items: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
