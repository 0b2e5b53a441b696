"""Fetching from Semantic Scholar."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetch.semantic_scholar import SEMANTIC_SCHOLAR
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server

PER_PAGE = 1_000


def paper(number: int) -> dict[str, Any]:
    return {
        "paperId": f"{number:040}",
        "title": f"Moss {number}",
        "abstract": None if number == 3 else "Moss grows.",
        "authors": [{"authorId": "1", "name": "Maja Lind"}],
        "year": 2022,
        "externalIds": {"ArXiv": f"2399.{number:05}", "CorpusId": number},
        "url": f"https://www.semanticscholar.org/paper/{number:040}",
    }


@pytest.fixture
def scholar(start: Start, server: Server) -> Fetching:
    """Semantic Scholar with 2,500 papers on everything."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/graph/v1/paper/batch":
            known = {"ARXIV:2399.00007": paper(7), "DOI:10.5555/moss": paper(8)}
            return Answer([known.get(one) for one in asked.json["ids"]])
        first = int(asked.params.get("token", "T0")[1:])
        last = min(first + PER_PAGE, 2_500)
        token = f"T{last}" if last < 2_500 else None
        return Answer({"total": 2_500, "token": token, "data": [paper(n) for n in range(first, last)]})

    server.answer = answer
    return start(SEMANTIC_SCHOLAR)


def test_all_pages_are_fetched_by_token_at_one_request_a_second(scholar: Fetching, server: Server) -> None:
    found = scholar.search("moss")
    assert len(found.papers) == 2_499
    assert found.state.without_abstract == 1
    assert found.papers[0] == {
        "title": "Moss 0",
        "abstract": "Moss grows.",
        "authors": ["Maja Lind"],
        "year": 2022,
        "ids": ["arxiv:2399.00000"],
        "url": f"https://www.semanticscholar.org/paper/{0:040}",
        "source": "Semantic Scholar",
    }
    assert [asked.params.get("token") for asked in server.asked] == [None, "T1000", "T2000"]
    assert server.asked[0].path == "/graph/v1/paper/search/bulk"
    assert scholar.slept == [1.0] * 2


def test_since_and_the_key_are_passed_on(scholar: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC_SCHOLAR_API_KEY", "k3y")
    scholar.search("moss", date(2023, 4, 1), limit=1)
    (asked,) = server.asked
    assert asked.params["publicationDateOrYear"] == "2023-04-01:"
    assert asked.headers["x-api-key"] == "k3y"


def test_too_many_requests_of_others_are_waited_out(scholar: Fetching, server: Server) -> None:
    server.first = [Answer({"message": "Too Many Requests. Please wait and try again.", "code": "429"}, status=429)] * 4
    assert len(scholar.search("moss", limit=5).papers) == 5


def test_no_match_is_no_fault(scholar: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer({"total": 0, "token": None, "data": []})
    assert scholar.search("moss").papers == []


def test_a_wrong_key_is_told(scholar: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer({"message": "Forbidden"}, status=403)
    with pytest.raises(FetchError, match=r"HTTP 403: Forbidden\)\. Set SEMANTIC_SCHOLAR_API_KEY"):
        scholar.search("moss")


def test_papers_are_looked_up_together_and_the_unknown_named(scholar: Fetching, server: Server) -> None:
    found = scholar.ids("arxiv:2399.00007", "pmid:99999901", "doi:10.5555/moss")
    assert found.titles == ["Moss 7", "Moss 8"]
    assert found.state.named == ["pmid:99999901: Semantic Scholar does not know it"]
    (asked,) = server.asked
    assert (asked.method, asked.json) == ("POST", {"ids": ["ARXIV:2399.00007", "PMID:99999901", "DOI:10.5555/moss"]})
    assert "abstract" in asked.params["fields"]


def test_if_none_of_the_ids_is_known_each_is_named(scholar: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer({"error": "No valid paper ids given"}, status=400)
    found = scholar.ids("doi:10.5555/1", "doi:10.5555/2", "doi:10.5555/3")
    assert found.papers == []
    assert found.state.unknown == 3
