"""The papers of a collection, a page at a time, with curl."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.index.opening import open_current

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
