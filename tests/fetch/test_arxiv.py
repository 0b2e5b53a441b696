"""Fetching from arXiv."""

from __future__ import annotations

from datetime import date

import pytest

from rag.errors import FetchError
from rag.fetch.arxiv import ARXIV, expression
from rag.fetch.service import Search
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server

FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/moss</id>
  <title>arXiv Query: search_query=all:moss</title>
  <updated>2026-10-12T22:09:26Z</updated>
  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}
</feed>
"""
ENTRY = """  <entry>
    <id>http://arxiv.org/abs/2399.{number:05}v2</id>
    <title>Moss
      {number}</title>
    <updated>2023-05-02T09:00:00Z</updated>
    <summary>  Moss grows &amp; grows.
    </summary>
    <published>2023-05-01T09:00:00Z</published>
    <author><name>Maja Lind</name></author>
  </entry>
"""
ERROR = """  <entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_2399.00001</id>
    <title>Error</title>
    <summary>incorrect id format for 2399.00001</summary>
  </entry>
"""


def feed(numbers: list[int], total: int) -> Answer:
    return Answer(FEED.format(total=total, start=0, entries="".join(ENTRY.format(number=n) for n in numbers)))


@pytest.fixture
def arxiv(start: Start, server: Server) -> Fetching:
    """arXiv with 250 papers on everything."""

    def answer(asked: Asked) -> Answer:
        if "id_list" in asked.params:
            numbers = [int(one.partition(".")[2]) for one in asked.params["id_list"].split(",")]
            return feed([number for number in numbers if number < 250], len(numbers))
        first = int(asked.params["start"])
        return feed(list(range(first, min(first + int(asked.params["max_results"]), 250))), 250)

    server.answer = answer
    return start(ARXIV)


def test_all_pages_are_fetched_at_one_request_in_three_seconds(arxiv: Fetching, server: Server) -> None:
    found = arxiv.search("moss")
    assert found.titles == [f"Moss {n}" for n in range(250)]
    assert found.papers[7] == {
        "title": "Moss 7",
        "abstract": "Moss grows & grows.",
        "authors": ["Maja Lind"],
        "year": 2023,
        "ids": ["arxiv:2399.00007"],
        "url": "https://arxiv.org/abs/2399.00007",
        "source": "arXiv",
    }
    assert [asked.params["start"] for asked in server.asked] == ["0", "100", "200"]
    assert server.asked[0].path == "/api/query"
    assert arxiv.slept == [3.0] * 2


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("monocular depth", "all:monocular AND all:depth"),
        ('"monocular depth" (fast), and the cheap!', 'all:"monocular depth" AND all:fast AND all:cheap'),
        ("to be", "all:to AND all:be"),
        ("ti:moss AND au:lind", "ti:moss AND au:lind"),
        ("moss OR lichen", "moss OR lichen"),
    ],
)
def test_words_must_all_be_there_and_the_language_of_arxiv_stays_as_it_is(query: str, asked: str) -> None:
    assert expression(Search(query)) == asked


def test_since_is_a_range_of_dates_of_submission() -> None:
    assert (
        expression(Search("moss OR fern", date(2023, 4, 1)))
        == "(moss OR fern) AND submittedDate:[202304010000 TO 300001010000]"
    )


def test_a_page_that_is_empty_for_once_is_asked_for_again(arxiv: Fetching, server: Server) -> None:
    server.first = [feed(list(range(100)), 250), feed([], 250), Answer(), feed(list(range(100, 200)), 250)]
    assert len(arxiv.search("moss").papers) == 250


def test_a_page_that_stays_empty_is_told_and_what_there_is_can_be_kept(arxiv: Fetching, server: Server) -> None:
    server.answer = lambda asked: feed(list(range(100)) if asked.params["start"] == "0" else [], 250)
    with pytest.raises(FetchError, match="arXiv sent an empty page after 100 of 250 records") as raised:
        arxiv.search("moss")
    assert str(raised.value).endswith(
        "Run the same command again to continue. To have only the 100 papers so far: --max 100"
    )
    assert len(arxiv.search("moss", limit=100).papers) == 100


def test_no_match_is_no_fault(arxiv: Fetching, server: Server) -> None:
    server.answer = lambda asked: feed([], 0)
    assert arxiv.search("moss").papers == []
    assert len(server.asked) == 1


def test_a_feed_that_is_cut_off_is_asked_for_again(arxiv: Fetching, server: Server) -> None:
    whole = feed([1, 2], 2)
    server.first = [Answer(whole.body[: len(whole.body) // 2]), whole]
    assert arxiv.search("moss").titles == ["Moss 1", "Moss 2"]


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_that_comes_as_a_paper_is_told(arxiv: Fetching, server: Server, status: int) -> None:
    server.answer = lambda asked: Answer(FEED.format(total=1, start=0, entries=ERROR), status=status)
    with pytest.raises(FetchError, match=r"arXiv rejects the request .*incorrect id format"):
        arxiv.search("ti:(moss")
    assert len(server.asked) == 1


def test_an_entry_that_is_broken_costs_no_other(arxiv: Fetching, server: Server) -> None:
    entries = ENTRY.format(number=1) + ENTRY.format(number=2).replace("</author>", "</autor>") + ENTRY.format(number=3)
    server.answer = lambda asked: Answer(FEED.format(total=3, start=0, entries=entries))
    found = arxiv.search("moss")
    assert found.titles == ["Moss 1", "Moss 3"]
    assert found.state.named == ["not well-formed XML, mismatched tag: Moss 2"]


def test_what_arxiv_does_not_give_beyond_its_limit_is_told(
    arxiv: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.fetch.arxiv._REACH", 150)
    found = arxiv.search("moss")
    assert len(found.papers) == 150
    assert server.asked[1].params["max_results"] == "50"
    assert found.state.notice == "arXiv gives the first 150 of 250 papers."


def test_papers_are_looked_up_by_id_and_the_unknown_named(arxiv: Fetching, server: Server) -> None:
    found = arxiv.ids("arxiv:2399.00003", "arxiv:2399.00999", "doi:10.5555/moss", "arxiv:2399.00004")
    assert found.titles == ["Moss 3", "Moss 4"]
    assert found.state.named == [
        "doi:10.5555/moss: arXiv has no such ids",
        "arxiv:2399.00999: arXiv does not know it",
    ]
    assert server.asked[0].params["id_list"] == "2399.00003,2399.00999,2399.00004"


def test_an_id_that_arxiv_rejects_costs_no_other(arxiv: Fetching, server: Server) -> None:
    answer = server.answer

    def rejects_one(asked: Asked) -> Answer:
        if "2399.00001" in asked.params["id_list"]:
            return Answer(FEED.format(total=1, start=0, entries=ERROR), status=400)
        return answer(asked)

    server.answer = rejects_one
    found = arxiv.ids(*(f"arxiv:2399.{n:05}" for n in range(5)))
    assert found.titles == ["Moss 0", "Moss 2", "Moss 3", "Moss 4"]
    assert found.state.named == ["arxiv:2399.00001: arXiv does not know it"]
