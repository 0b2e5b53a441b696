"""Fetching from OpenAlex."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetch.openalex import OPENALEX
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server

CURSORS = {"*": 0, "Ils+2==": 100, "Ils/4==": 200}


def work(number: int) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W99999{number:05}",
        "doi": f"https://doi.org/10.5555/MOSS.{number}",
        "title": f"Moss {number}",
        "display_name": f"Moss {number}",
        "publication_year": 2021,
        "ids": {"openalex": f"https://openalex.org/W99999{number:05}"},
        "authorships": [{"author": {"display_name": "Maja Lind"}}],
        "primary_location": {"landing_page_url": f"https://doi.org/10.5555/moss.{number}"},
        "abstract_inverted_index": None if number == 3 else {"Moss": [0], "grows.": [1]},
    }


@pytest.fixture
def openalex(start: Start, server: Server, monkeypatch: pytest.MonkeyPatch) -> Fetching:
    """OpenAlex with 250 works on everything, for someone with a key."""
    monkeypatch.setenv("OPENALEX_API_KEY", "k3y")

    def answer(asked: Asked) -> Answer:
        if asked.path != "/works":
            return Answer(work(7)) if asked.path == "/works/doi:10.5555/moss.7" else Answer("Not found", status=404)
        if "cursor" in asked.params:
            first = CURSORS[asked.params["cursor"]]
            following = next((cursor for cursor, at in CURSORS.items() if at == first + 100), None)
        else:
            first, following = 100 * (int(asked.params["page"]) - 1), None
        works = [work(number) for number in range(first, min(first + 100, 250))]
        return Answer({"meta": {"count": 250, "next_cursor": following}, "results": works})

    server.answer = answer
    return start(OPENALEX)


def test_all_pages_are_fetched_by_cursor(openalex: Fetching, server: Server) -> None:
    found = openalex.search("moss", contact="maja@moss.example")
    assert found.titles == [f"Moss {n}" for n in range(250) if n != 3]
    assert found.state.without_abstract == 1
    assert found.papers[0] == {
        "title": "Moss 0",
        "abstract": "Moss grows.",
        "authors": ["Maja Lind"],
        "year": 2021,
        "ids": ["doi:10.5555/moss.0", "openalex:W9999900000"],
        "url": "https://doi.org/10.5555/moss.0",
        "source": "OpenAlex",
    }
    assert [asked.params["cursor"] for asked in server.asked] == list(CURSORS)
    first = server.asked[0].params
    assert (first["search"], first["api_key"], first["mailto"]) == ("moss", "k3y", "maja@moss.example")


def test_since_is_a_filter(openalex: Fetching, server: Server) -> None:
    openalex.search("moss", date(2023, 4, 1), limit=1)
    assert server.asked[0].params["filter"] == "from_publication_date:2023-04-01"


def test_without_a_key_pages_are_numbered_and_their_limit_is_told(
    openalex: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY")
    assert len(openalex.search("moss").papers) == 249
    assert [asked.params["page"] for asked in server.asked] == ["1", "2", "3"]
    monkeypatch.setattr("rag.fetch.openalex._REACH", 200)
    found = openalex.search("moss")
    assert found.state.notice == "OpenAlex gives the first 200 of 250 papers. For all, set OPENALEX_API_KEY."


def test_an_exhausted_budget_is_told_and_the_fetch_continued_the_day_after(openalex: Fetching, server: Server) -> None:
    answer = server.answer

    def exhausted(asked: Asked) -> Answer:
        if asked.params["cursor"] == "*":
            return answer(asked)
        return Answer({"message": "Insufficient budget"}, status=429, headers={"Retry-After": "7200"})

    server.answer = exhausted
    with pytest.raises(FetchError, match=r"OpenAlex accepts no requests for 2 h 0 min: Insufficient budget\."):
        openalex.search("moss")
    server.answer = answer
    server.asked.clear()
    assert len(openalex.search("moss").papers) == 249
    assert server.asked[0].params["cursor"] == "Ils+2=="


def test_without_a_key_a_refusal_says_to_set_one(
    openalex: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY")
    server.answer = lambda asked: Answer({"error": "API key required"}, status=401)
    with pytest.raises(FetchError, match=r"HTTP 401: API key required\)\. Set OPENALEX_API_KEY"):
        openalex.search("moss")


@pytest.mark.parametrize("body", [{"results": []}, [], "null", {"meta": {}, "results": {}}])
def test_json_without_works_is_told(openalex: Fetching, server: Server, body: Any) -> None:
    server.answer = lambda asked: Answer(body)
    with pytest.raises(FetchError, match="OpenAlex sent something else than was asked for"):
        openalex.search("moss")


def test_works_are_looked_up_one_by_one_and_the_unknown_named(openalex: Fetching, server: Server) -> None:
    found = openalex.ids("doi:10.5555/moss.7", "arxiv:2399.00001", "pmid:99999901", "doi:10.5555/a b?<c>#d")
    assert found.titles == ["Moss 7"]
    assert found.state.named == [
        f"{one}: OpenAlex does not know it" for one in ("arxiv:2399.00001", "pmid:99999901", "doi:10.5555/a b?<c>#d")
    ]
    assert [asked.path for asked in server.asked] == [
        "/works/doi:10.5555/moss.7",
        "/works/doi:10.48550/arxiv.2399.00001",
        "/works/pmid:99999901",
        "/works/doi:10.5555/a%20b%3F%3Cc%3E%23d",
    ]


def test_a_work_that_was_merged_into_another_is_found_there(openalex: Fetching, server: Server) -> None:
    server.first = [Answer(status=301, headers={"Location": f"{server.url}/works/doi:10.5555/moss.7"})]
    assert openalex.ids("doi:10.5555/preprint").titles == ["Moss 7"]
