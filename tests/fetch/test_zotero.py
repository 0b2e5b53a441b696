"""Fetching from Zotero."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetch.zotero import LOCAL, WEB, zotero
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server


def item(number: int, **data: Any) -> dict[str, Any]:
    return {
        "key": f"KEY{number:05}",
        "meta": {"creatorSummary": "Lind", "parsedDate": f"{2000 + number % 30}-03"},
        "data": {
            "key": f"KEY{number:05}",
            "itemType": "journalArticle",
            "title": f"Moss {number}",
            "creators": [{"creatorType": "author", "firstName": "Maja", "lastName": "Lind"}],
            "abstractNote": "Moss grows.",
            "date": f"{2000 + number % 30}-03",
            "DOI": f"10.5555/moss.{number}",
            "url": f"https://moss.example/{number}",
            **data,
        },
    }


@pytest.fixture
def library(start: Start, server: Server) -> Fetching:
    """A library of 250 items in the program on this computer."""
    items = [item(number) for number in range(250)]
    items[3] = item(3, itemType="attachment")
    items[4] = item(4, abstractNote="")

    def answer(asked: Asked) -> Answer:
        first, number = int(asked.params["start"]), int(asked.params["limit"])
        return Answer(items[first : first + number], headers={"Total-Results": "250"})

    server.answer = answer
    return start(zotero(""))


def test_the_whole_library_on_this_computer_is_fetched(library: Fetching, server: Server) -> None:
    found = library.search("")
    assert found.titles == [f"Moss {n}" for n in range(250) if n not in (3, 4)]
    assert found.state.without_abstract == 1
    assert found.papers[0] == {
        "title": "Moss 0",
        "abstract": "Moss grows.",
        "authors": ["Maja Lind"],
        "year": 2000,
        "ids": ["doi:10.5555/moss.0"],
        "url": "https://moss.example/0",
        "source": "Zotero",
    }
    assert [asked.params["start"] for asked in server.asked] == ["0", "100", "200"]
    assert server.asked[0].path == "/api/users/0/items/top"
    assert server.asked[0].headers["zotero-api-version"] == "3"
    assert "q" not in server.asked[0].params
    assert library.slept == []


def test_a_query_is_passed_on(library: Fetching, server: Server) -> None:
    library.search("moss", limit=1)
    assert (server.asked[0].params["q"], server.asked[0].params["qmode"]) == ("moss", "everything")


@pytest.mark.parametrize(
    ("since", "first"), [(date(2028, 1, 1), 2028), (date(2028, 3, 31), 2028), (date(2028, 4, 1), 2029)]
)
def test_items_before_since_are_left_out(library: Fetching, since: date, first: int) -> None:
    assert {paper["year"] for paper in library.search("", since).papers} == set(range(first, 2030))


def test_without_a_parsed_date_the_year_of_the_item_decides(library: Fetching, server: Server) -> None:
    undated = [item(1, date="spring 2021"), item(2, date="2019"), item(3, date="")]
    for one in undated:
        del one["meta"]
    server.answer = lambda asked: Answer(undated)
    assert library.search("", date(2020, 1, 1)).titles == ["Moss 1"]


def test_a_library_on_zotero_org_is_asked_for_with_the_key(
    start: Start, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", "k3y")
    server.answer = lambda asked: Answer([item(1)], headers={"Total-Results": "1", "Backoff": "5"})
    assert start(zotero("groups/456")).search("").titles == ["Moss 1"]
    (asked,) = server.asked
    assert (asked.path, asked.headers["zotero-api-key"]) == ("/groups/456/items/top", "k3y")


def test_each_library_is_asked_for_where_it_is() -> None:
    assert zotero("").host == LOCAL
    assert zotero("users/123").host == WEB


@pytest.mark.parametrize("library", ["123", "users/me", "groups/1/../../2", "users/1?x", "users/"])
def test_a_library_that_cannot_be_one_is_an_error(library: str) -> None:
    with pytest.raises(FetchError, match="users/123 or groups/456"):
        zotero(library)


def test_a_program_that_lets_nobody_in_says_how_to_allow_it(library: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer("Local API is not enabled", status=403)
    with pytest.raises(FetchError, match=r"HTTP 403: Local API is not enabled\)\. Start Zotero, and let other"):
        library.search("")


def test_a_server_that_ignores_where_to_start_does_not_go_on_for_ever(library: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer([item(n) for n in range(5)])
    assert len(library.search("").papers) == 5
    assert len(server.asked) == 1


def test_something_else_on_the_port_is_told(library: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer({"items": []})
    with pytest.raises(FetchError, match="Zotero sent something else than was asked for"):
        library.search("")
