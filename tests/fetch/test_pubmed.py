"""Fetching from PubMed."""

from __future__ import annotations

import re
from datetime import date

import pytest

from rag.errors import FetchError
from rag.fetch.pubmed import PUBMED
from tests.fetch.fetching import Fetching, Start
from tests.fetch.server import Answer, Asked, Server

SET = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
{articles}
</PubmedArticleSet>"""
ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">99{number:06}</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>
<ArticleTitle>Moss {number} of <i>Bryum</i>.</ArticleTitle>{abstract}
<AuthorList><Author><LastName>Lind</LastName><ForeName>Maja</ForeName></Author></AuthorList></Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">99{number:06}</ArticleId>
<ArticleId IdType="doi">10.5555/Moss.{number}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>"""
ABSTRACT = '<Abstract><AbstractText Label="AIM">Moss grows.</AbstractText></Abstract>'


def article_set(numbers: list[int]) -> Answer:
    texts = (ARTICLE.format(number=n, abstract="" if n == 3 else ABSTRACT) for n in numbers)
    return Answer(SET.format(articles="\n".join(texts)))


def result(count: int) -> Answer:
    found = {"count": str(count), "retmax": "0", "querykey": "1", "webenv": "MCID_1", "idlist": []}
    return Answer({"header": {"type": "esearch"}, "esearchresult": found})


@pytest.fixture
def pubmed(start: Start, server: Server) -> Fetching:
    """PubMed with 450 articles on everything."""
    kept: list[int] = []

    def answer(asked: Asked) -> Answer:
        if asked.path == "/entrez/eutils/esearch.fcgi":
            named = re.findall(r"99(\d{6})\[uid\]|moss\.(\d+)\"\[aid\]", asked.params["term"])
            kept[:] = [n for n in (int(a or b) for a, b in named) if n < 450] if named else range(450)
            return result(len(kept))
        assert (asked.params["query_key"], asked.params["WebEnv"]) == ("1", "MCID_1")
        first = int(asked.params["retstart"])
        return article_set(kept[first : first + int(asked.params["retmax"])])

    server.answer = answer
    return start(PUBMED)


def test_all_portions_of_the_result_are_fetched(pubmed: Fetching, server: Server) -> None:
    found = pubmed.search("moss AND fern", contact="maja@moss.example")
    assert found.titles == [f"Moss {n} of Bryum" for n in range(450) if n != 3]
    assert found.state.without_abstract == 1
    assert found.papers[0] == {
        "title": "Moss 0 of Bryum",
        "abstract": "AIM: Moss grows.",
        "authors": ["Maja Lind"],
        "year": 2020,
        "ids": ["pmid:99000000", "doi:10.5555/moss.0"],
        "url": "https://pubmed.ncbi.nlm.nih.gov/99000000/",
        "source": "PubMed",
    }
    search, *portions = server.asked
    assert search.params["term"] == "moss AND fern"
    assert (search.params["tool"], search.params["email"]) == ("rag", "maja@moss.example")
    assert [asked.params["retstart"] for asked in portions] == ["0", "200", "400"]
    assert {asked.method for asked in server.asked} == {"POST"}


def test_since_is_a_range_of_dates_of_publication(pubmed: Fetching, server: Server) -> None:
    pubmed.search("moss", date(2023, 4, 1), limit=1)
    params = server.asked[0].params
    assert (params["datetype"], params["mindate"], params["maxdate"]) == ("pdat", "2023/04/01", "3000")


def test_no_match_is_no_fault(pubmed: Fetching, server: Server) -> None:
    server.answer = lambda asked: result(0)
    assert pubmed.search("moss").papers == []
    assert len(server.asked) == 1


def test_an_interrupted_fetch_searches_again_and_continues_at_its_place(pubmed: Fetching, server: Server) -> None:
    answer = server.answer
    server.answer = lambda asked: Answer(status=403) if asked.params.get("retstart") == "200" else answer(asked)
    with pytest.raises(FetchError, match="To have only the 199 papers so far: --max 199"):
        pubmed.search("moss")
    server.answer = answer
    server.asked.clear()
    assert len(pubmed.search("moss").papers) == 449
    assert [asked.params.get("retstart") for asked in server.asked] == [None, "200", "400"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(SET.format(articles="")), "sent an empty page after 0 records"),
        (Answer(article_set([1, 2]).body[:-30]), "sent XML that is damaged or cut off"),
        (
            Answer("<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"),
            ".* Unable to obtain query #1",
        ),
    ],
)
def test_records_that_do_not_come_are_told(pubmed: Fetching, server: Server, answer: Answer, reason: str) -> None:
    server.answer = lambda asked: result(2) if "term" in asked.params else answer
    with pytest.raises(FetchError, match=f"^PubMed {reason}. Run the same command again to continue.$"):
        pubmed.search("moss")


def test_a_fault_that_passes_costs_nothing(pubmed: Fetching, server: Server) -> None:
    server.first = [Answer({"error": "API rate limit exceeded", "count": "11", "limit": "10"}, status=429)]
    assert len(pubmed.search("moss", limit=9).papers) == 9


def test_a_search_that_fails_is_told(pubmed: Fetching, server: Server) -> None:
    server.answer = lambda asked: Answer({"esearchresult": {"ERROR": "Search Backend failed"}})
    with pytest.raises(FetchError, match=r"PubMed rejects the request \(Search Backend failed\)"):
        pubmed.search("moss")


def test_a_wrong_key_is_told(pubmed: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "k3y")
    server.answer = lambda asked: Answer({"error": f"API key invalid: {asked.params['api_key']}"}, status=400)
    with pytest.raises(FetchError, match=r"HTTP 400: API key invalid: …\)\. Set NCBI_API_KEY"):
        pubmed.search("moss")


def test_what_pubmed_does_not_give_beyond_its_limit_is_told(
    pubmed: Fetching, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.fetch.pubmed._REACH", 300)
    found = pubmed.search("moss")
    assert found.state.papers == 299
    assert found.state.notice == "PubMed gives the first 300 of 450 papers."


def test_articles_are_looked_up_by_pmid_and_doi_and_the_unknown_named(pubmed: Fetching, server: Server) -> None:
    found = pubmed.ids("pmid:99000007", "doi:10.5555/moss.8", "pmid:99000999", "arxiv:2399.00001", "pmid:99000003")
    assert found.titles == ["Moss 7 of Bryum", "Moss 8 of Bryum"]
    assert found.state.without_abstract == 1
    assert found.state.named == ["arxiv:2399.00001: PubMed has no such ids", "pmid:99000999: PubMed does not know it"]
