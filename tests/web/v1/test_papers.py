"""The papers of a collection, a page at a time, with curl."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.index import identities
from rag.index.identities import Identities
from rag.index.opening import open_current
from rag.paper import MAX_TITLE
from rag.web.v1.papers import page_json
from rag.web.v1.requests import PapersQuery
from tests.conftest import index_of
from tests.web.serving import serving

from .curl import curl


def pages(api: str, **query: object) -> list[dict[str, Any]]:
    """All pages, from the first on."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["next"]:
        asked = query | ({"cursor": found[-1]["next"]} if found else {})
        options = [option for name, value in asked.items() for option in ("--data-urlencode", f"{name}={value}")]
        found.append(curl("-G", f"{api}/papers", *options).json())
    return found


def test_the_pages_hold_every_paper_once_in_order(api: str, index_dir: Path) -> None:
    found = pages(api, limit=4)
    assert [len(page["papers"]) for page in found] == [4, 4, 4, 2]
    assert {page["total"] for page in found} == {14}
    papers = [paper for page in found for paper in page["papers"]]
    store = open_current(index_dir)
    assert {paper["paper"] for paper in papers} == {one.identity_hash for one in store.papers(range(1, 15))}
    store.close()
    order = [(-(paper["year"] or 0), paper["title"].lower()) for paper in papers]
    assert order == sorted(order)
    assert pages(api)[0]["papers"] == papers


def test_the_largest_page_has_a_next_one_too(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.catalogue.MAX_PAGE_SIZE", 7)
    assert [len(page["papers"]) for page in pages(api, limit=7)] == [7, 7]


def test_filters_are_those_of_a_question(api: str) -> None:
    (page,) = pages(api, filters="since 2024 author:example")
    assert page["filters"] == ["since 2024", "author:example"]
    assert page["total"] == len(page["papers"]) > 0
    assert all(paper["year"] >= 2024 for paper in page["papers"])
    assert pages(api, filters="author:nobody")[0] == {
        "total": 0,
        "papers": [],
        "next": None,
        "filters": ["author:nobody"],
    }


def test_a_paper_of_a_result_is_found_by_its_id(api: str) -> None:
    (result,) = curl(f"{api}/search", sent=json.dumps({"question": "SwiftDepth", "top": 1})).json()["results"]
    paper = curl(f"{api}/papers/{result['paper']}").json()
    assert (paper["paper"], paper["title"]) == (result["paper"], result["title"])
    assert result["sentence"] in paper["abstract"]
    assert paper["source"] == "papers.jsonl"


@pytest.mark.parametrize("sign", ["\U00020000", "深", '"', "\\"])
def test_a_cursor_that_is_given_out_is_taken_however_long_the_titles_are(tmp_path: Path, sign: str) -> None:
    titles = [sign * (MAX_TITLE - 2) + f"a{n}" for n in range(3)]
    records = [{"title": title, "abstract": "Owls hear in the dark. They hunt at night."} for title in titles]
    with closing(open_current(index_of(tmp_path, records))) as store:
        found, cursor = [], ""
        while cursor is not None:
            page = page_json(PapersQuery(limit=1, cursor=cursor), store)
            found += [paper["title"] for paper in page["papers"]]
            cursor = page["next"]
    assert found == titles


def test_others_are_served_while_the_ids_of_all_papers_are_made(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go = threading.Event(), threading.Event()

    def made(rows: Iterable[sqlite3.Row]) -> Identities:
        begun.set()
        assert may_go.wait(60)
        return make(rows)

    make = identities.identities
    monkeypatch.setattr(identities, "identities", made)
    with serving(index_dir) as address, ThreadPoolExecutor(1) as threads:
        paper = threads.submit(curl, f"{address}/api/v1/papers/0123456789ab")
        assert begun.wait(60)
        try:
            assert curl(f"{address}/healthz").json() == {"status": "ok"}
            assert not paper.done()
        finally:
            may_go.set()
        assert paper.result().status == 404
