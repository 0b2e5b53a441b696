"""Fetching from Crossref."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetch.crossref import CROSSREF
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server

CURSORS = {"*": 0, "DnF1+ZXJ5==": 100, "DnF2/ZXJ5==": 200, "end": 250}


def work(number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "DOI": f"10.5555/MOSS.{number}",
        "URL": f"https://doi.org/10.5555/moss.{number}",
        "type": "journal-article",
        "title": [f"Moss {number}"],
        "author": [{"given": "Maja", "family": "Lind", "sequence": "first", "affiliation": []}],
        "issued": {"date-parts": [[2021, 3, 4]]},
    }
    return (
        fields if number % 2 else fields | {"abstract": "<jats:title>Abstract</jats:title><jats:p>Moss grows.</jats:p>"}
    )


@pytest.fixture
def crossref(start: Start, server: Server) -> Fetching:
    """Crossref with 250 works on everything, every second with an abstract."""

    def answer(asked: Asked) -> Answer:
        if asked.path != "/works":
            if asked.path != "/works/10.5555%2Fmoss.7%3F%28a%29":
                return Answer("Resource not found.", status=404)
            return Answer({"status": "ok", "message-type": "work", "message": work(8)})
        first = CURSORS[asked.params["cursor"]]
        works = [work(number) for number in range(first, min(first + 100, 250))]
        following = next((cursor for cursor, at in CURSORS.items() if at > first), "end")
        message = {"total-results": 250, "items": works, "next-cursor": following}
        return Answer({"status": "ok", "message-type": "work-list", "message": message})

    server.answer = answer
    return start(CROSSREF)


def test_all_pages_are_fetched_until_one_is_empty(crossref: Fetching, server: Server) -> None:
    found = crossref.search("moss", contact="maja@moss.example")
    assert found.titles == [f"Moss {n}" for n in range(0, 250, 2)]
    assert (found.state.papers, found.state.without_abstract) == (125, 125)
    assert found.papers[0] == {
        "title": "Moss 0",
        "abstract": "Moss grows.",
        "authors": ["Maja Lind"],
        "year": 2021,
        "ids": ["doi:10.5555/moss.0"],
        "url": "https://doi.org/10.5555/moss.0",
        "source": "Crossref",
    }
    assert [asked.params["cursor"] for asked in server.asked] == list(CURSORS)
    assert (server.asked[0].params["query"], server.asked[0].params["mailto"]) == ("moss", "maja@moss.example")


def test_since_is_a_filter(crossref: Fetching, server: Server) -> None:
    crossref.search("moss", date(2023, 4, 1), limit=1)
    assert server.asked[0].params["filter"] == "from-pub-date:2023-04-01"


def test_the_rate_that_crossref_states_is_kept(crossref: Fetching, server: Server) -> None:
    answer = server.answer
    limits = {"x-rate-limit-limit": "1", "x-rate-limit-interval": "2s"}
    server.answer = lambda asked: Answer(answer(asked).body, headers=limits)
    crossref.search("moss")
    assert crossref.slept == [2.0] * 3


def test_a_page_of_html_with_429_is_waited_out(crossref: Fetching, server: Server) -> None:
    server.first = [Answer("<html><h1>429 Too Many Requests</h1></html>", status=429)] * 2
    assert len(crossref.search("moss", limit=5).papers) == 5


def test_a_query_that_is_rejected_says_why(crossref: Fetching, server: Server) -> None:
    fault = {"type": "parameter-not-allowed", "value": "x", "message": "This route does not support x"}
    server.answer = lambda asked: Answer({"status": "failed", "message": [fault]}, status=400)
    with pytest.raises(FetchError, match=r"Crossref rejects the request \(HTTP 400: This route does not support x\)"):
        crossref.search("moss")


def test_a_cursor_that_has_expired_begins_anew_without_repeating_papers(crossref: Fetching, server: Server) -> None:
    answer = server.answer
    server.answer = lambda asked: answer(asked) if asked.params["cursor"] == "*" else Answer(status=403)
    with pytest.raises(FetchError):
        crossref.search("moss")
    server.answer = answer
    server.first = [Answer("Resource not found.", status=404)]
    found = crossref.search("moss")
    assert found.titles == [f"Moss {n}" for n in range(0, 250, 2)]
    assert found.state.without_abstract == 125


def test_works_are_looked_up_by_doi_and_the_unknown_named(crossref: Fetching, server: Server) -> None:
    found = crossref.ids("doi:10.5555/moss.7?(a)", "doi:10.5555/none", "arxiv:2399.00001")
    assert found.titles == ["Moss 8"]
    assert found.state.named == [
        "doi:10.5555/none: Crossref does not know it",
        "arxiv:2399.00001: Crossref has no such ids",
    ]
    assert len(server.asked) == 2
