"""The files of papers that the page of the collection offers, as a browser gets them from a served chat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag.export.formats import PAPER_EXPORTS
from rag.index.opening import open_current
from rag.web import selection
from rag.web.access.browsers import COOKIE
from rag.web.conversations import Conversations
from rag.web.guard import SECURITY_HEADERS
from rag.web.keys import hashed
from tests.conftest import WHICH

from .reader import read
from .samples import cite, done, state
from .serving import serving

OWNER, NAME = "ada-owns-this-one", "a-conversation-of-hers"


@pytest.fixture(scope="module")
def browser(index_dir: Path) -> Iterator[httpx.Client]:
    """A browser without a cookie, and a chat over fourteen papers."""
    with serving(index_dir) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


def titles(reply: httpx.Response) -> list[str]:
    """The titles in a CSL-JSON file."""
    assert reply.status_code == 200, reply.text
    return [item["title"] for item in json.loads(reply.text)]


def on_the_page(browser: httpx.Client, address: str) -> list[str]:
    return [title.text for title in read(browser.get(address).text).all("h3", "title")]


def fault(reply: httpx.Response) -> str:
    assert reply.status_code == 400
    return str(reply.json()["fault"])


@pytest.mark.parametrize("format_", PAPER_EXPORTS)
def test_a_file_is_saved_in_each_format_and_is_as_safe_as_a_page(browser: httpx.Client, format_: str) -> None:
    reply = browser.get(f"/papers.{format_}", params={"q": "year:2024"})
    assert reply.status_code == 200
    assert "SwiftDepth" in reply.text
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''year-2024.")
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())


def test_the_links_of_a_page_lead_to_its_papers(browser: httpx.Client) -> None:
    for address in ("/papers", "/papers?q=year:2023..", "/papers?q=counting+coral"):
        links = [link.attributes["href"] for link in read(browser.get(address).text).all("a")]
        (file,) = (link for link in links if re.match(r"/papers\.csl", link))
        assert titles(browser.get(file)) == on_the_page(browser, address)


def test_without_a_search_all_papers_are_saved(browser: httpx.Client) -> None:
    assert len(titles(browser.get("/papers.csl"))) == 14


def test_papers_of_further_pages_are_saved_too_in_order(browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = titles(browser.get("/papers.csl"))
    monkeypatch.setattr(selection, "PER_PAGE", 5)
    monkeypatch.setattr(selection, "MAX_PAGE_SIZE", 4)
    assert len(on_the_page(browser, "/papers")) == 5
    assert titles(browser.get("/papers.csl")) == everything


def test_more_papers_than_a_file_holds_are_refused_rather_than_cut_off(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MAX_EXPORTED", 13)
    assert "At most 13 papers" in fault(browser.get("/papers.bib"))
    assert titles(browser.get("/papers.csl", params={"q": "year:2024"}))


def test_the_papers_of_an_answer_are_saved_for_its_owner_only(browser: httpx.Client, index_dir: Path) -> None:
    browser.cookies.clear()
    paper = open_current(index_dir).paper(2)
    Conversations(index_dir).save(hashed(OWNER), NAME, 0, done(state(cite(paper=paper)), question=WHICH))
    asked = {"answer": f"{NAME}.0"}
    owner = {"cookie": f"{COOKIE}={OWNER}"}
    assert titles(browser.get("/papers.csl", params=asked, headers=owner)) == [paper.title]
    assert "belongs to another browser" in fault(
        browser.get("/papers.csl", params=asked, headers={"cookie": f"{COOKIE}={'x' * 20}"})
    )
    assert "cookie" in fault(browser.get("/papers.csl", params=asked, headers={"cookie": ""}))
    assert browser.get("/papers.csl", params={"answer": f"{NAME}.7"}, headers=owner).status_code == 404


def test_a_filter_that_cannot_be_read_is_told(browser: httpx.Client) -> None:
    assert "“year:soon”" in fault(browser.get("/papers.bib", params={"q": "year:soon"}))


@pytest.mark.parametrize("address", ["/papers.md", "/papers.exe", "/papers.", "/papers.BIB"])
def test_there_is_no_file_in_another_format(browser: httpx.Client, address: str) -> None:
    assert browser.get(address).status_code == 404


def identity_hashes(index_dir: Path, *numbers: int) -> list[str]:
    return [open_current(index_dir).paper(number).identity_hash for number in numbers]


def test_selected_papers_are_listed_and_saved_in_the_order_of_their_selection(
    browser: httpx.Client, index_dir: Path
) -> None:
    hashes = identity_hashes(index_dir, 9, 2, 5)
    asked = f"?papers={'.'.join(hashes)}"
    wanted = [open_current(index_dir).paper(number).title for number in (9, 2, 5)]
    assert on_the_page(browser, f"/papers{asked}") == wanted
    assert titles(browser.get(f"/papers.csl{asked}")) == wanted
    assert all(title in browser.get(f"/papers.bib{asked}").text for title in wanted)
    assert "named by 12 digits" in fault(browser.get("/papers.bib?papers=x.y"))


def test_a_group_and_the_papers_like_one_are_saved_too(browser: httpx.Client, index_dir: Path) -> None:
    (hash_,) = identity_hashes(index_dir, 3)
    for address in ("?cluster=0", "?cluster=0&sort=title&q=depth", f"?like={hash_}", "?q=depth"):
        assert titles(browser.get(f"/papers.csl{address}")) == on_the_page(browser, f"/papers{address}") != []


def test_the_groups_are_linked_with_their_counts(browser: httpx.Client, index_dir: Path) -> None:
    sizes = open_current(index_dir).projection.sizes
    links = [link for link in read(browser.get("/papers").text).all("a") if "cluster=" in link.attributes["href"]]
    assert [link.text for link in links] == [f"{name} {papers:,}" for name, papers in sizes]
    for link, (name, papers) in zip(links, sizes, strict=True):
        shown = read(browser.get(link.attributes["href"]).text)
        assert shown.all("h1")[0].text == f"{papers:,} paper{'' if papers == 1 else 's'} in “{name}”"
        assert len(shown.all("article")) == papers


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("q=year:soon", "“year:soon” is not a valid filter"),
        ("cluster=999", "There is no group 999"),
        ("like=000000000000", "not in the collection any more"),
        ("like=x", "not in the collection any more"),
        ("papers=x", "named by 12 digits"),
    ],
)
def test_what_cannot_be_listed_is_told_on_the_page_which_leads_back_to_all(
    browser: httpx.Client, asked: str, told: str
) -> None:
    reply = browser.get(f"/papers?{asked}")
    shown = read(reply.text)
    assert reply.status_code == 200
    assert told in shown.all("p", "fault")[0].text
    assert "All papers" in [link.text for link in shown.all("a")]
    assert not shown.all("article")


@pytest.mark.parametrize(
    "asked",
    [
        "cluster=-1",
        "cluster=x",
        "first=-1",
        "sort=random",
        f"like={'0' * 13}",
        f"papers={'0' * 1_301}",
        f"q={'x' * 2_001}",
    ],
)
def test_what_an_address_asks_for_is_bounded(browser: httpx.Client, asked: str) -> None:
    assert browser.get(f"/papers?{asked}").status_code == 422
    assert browser.get(f"/papers.bib?{asked}").status_code == 422


def test_a_search_that_finds_nothing_says_so(browser: httpx.Client) -> None:
    shown = read(browser.get("/papers?q=asdfqwer+zzz").text)
    assert shown.all("h1")[0].text == "Nothing found"
    assert shown.all("p", "notice")[0].text == "No paper here has “asdfqwer” or “zzz”."
    assert not shown.all("article")


def test_a_new_conversation_is_limited_by_its_address(browser: httpx.Client, index_dir: Path) -> None:
    first, second = identity_hashes(index_dir, 1, 2)
    shown = read(browser.get(f"/?papers={first}.{second}").text)
    (chip,) = [one for one in shown.all("div") if one.attributes.get("id") == "selected"]
    assert chip.attributes["data-papers"] == f"{first}.{second}"
    assert "Ask 2 selected papers" in [one.text for one in shown.all("h1")]
    assert "no longer in the collection" in read(browser.get(f"/?papers={first}.{'0' * 12}").text).text
    for asked, told in (("x", "named by 12 digits"), ("0" * 12, "None of the selected papers is in the collection")):
        told_page = read(browser.get(f"/?papers={asked}").text)
        assert told in told_page.text
        assert (
            "hidden" in next(one for one in told_page.all("div") if one.attributes.get("id") == "selected").attributes
        )
    assert browser.get(f"/?papers={'0' * 1_301}").status_code == 422
