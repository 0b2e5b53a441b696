"""Saved questions as a browser gets them from a served chat: saved, asked again, seen, and each person's own."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.chat import rebuild
from rag.chat.saved_store import LIBRARY, SavedStore
from rag.index.opening import open_current
from rag.progress import silent
from rag.web.access.browsers import COOKIE
from rag.web.conversations import Conversations
from rag.web.keys import hashed
from rag.web.turns import Choices, Turn
from tests.chat.test_saved_asking import GLIDE
from tests.conftest import DATA, WHICH, typical_curve

from .reader import read
from .samples import cite, done, state
from .serving import serving

OWNER, NAME, PATIENCE = "ada-owns-this-one", "a-conversation-of-hers", 60.0
ADA, BEN = {"authorization": "Bearer correct horse battery"}, {"authorization": "Bearer staple-0123456789"}
COUNT = "how many papers are about diffusion?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    """An index of fourteen papers, with a conversation of two questions in its folder."""
    folder = Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("saved") / "index"))
    paper = open_current(folder).paper(2)
    turns = [done(state(cite(paper=paper)), question=text) for text in (WHICH, "and at night?", "hello")]
    turns[2].answer = None
    turns.append(Turn(WHICH, Choices(papers=("0" * 16,)), answer=turns[0].answer))
    Conversations(folder).save(hashed(OWNER), NAME, 0, *turns)
    return folder


@pytest.fixture(scope="module")
def browser(index: Path) -> Iterator[httpx.Client]:
    """Ada's browser, and a chat that nobody signs in to."""
    with serving(index) as address, httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
        client.headers["cookie"] = f"{COOKIE}={OWNER}"
        yield client


@pytest.fixture(autouse=True)
def _nothing_saved(index: Path) -> Iterator[None]:
    yield
    (index / "saved.db").unlink(missing_ok=True)


def save(browser: httpx.Client, n: int = 0, question: str = WHICH) -> httpx.Response:
    return browser.post(f"/c/{NAME}/{n}/saved", json={"question": question})


def known(browser: httpx.Client) -> dict[str, Any]:
    """The state once no question is being asked any more."""
    until = time.monotonic() + PATIENCE
    while (found := browser.get("/saved/state").json())["checking"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    return dict(found)


def hold(index: Path, monkeypatch: pytest.MonkeyPatch, *more: dict[str, Any]) -> None:
    """Makes the collection hold the fourteen papers and `more`."""
    monkeypatch.setattr(rebuild, "calibrate", typical_curve)
    file = index.parent / "mine.jsonl"
    file.write_text("\n".join([(DATA / "papers.jsonl").read_text(), *map(json.dumps, more)]), encoding="utf-8")
    rebuild.rebuild([file], index, "bundled", silent)


def fault(reply: httpx.Response) -> str:
    assert reply.status_code == 400, reply.text
    return str(reply.json()["fault"])


def test_a_question_is_saved_once_shown_and_removed(browser: httpx.Client, index: Path) -> None:
    first = save(browser).json()
    assert save(browser).json() == first == {"id": first["id"], "question": WHICH}
    saved = {"id": first["id"], "typed": WHICH, "origin": "", "without": []}
    assert known(browser) == {"news": 0, "checking": False, "saved": [saved]}
    page = read(browser.get("/saved").text)
    assert [one.text for one in page.all("h2")] == [WHICH]
    assert [one.id for one in SavedStore(index).of(LIBRARY)] == [first["id"]], "the list of the command line"
    assert browser.delete(f"/saved/{first['id']}").status_code == 200
    assert known(browser)["saved"] == []
    assert "No question is saved yet." in browser.get("/saved").text


def test_a_follow_up_is_saved_with_the_question_before(browser: httpx.Client) -> None:
    assert save(browser, 1, "and at night?").json()["question"] == f"{WHICH} and at night?"
    (one,) = known(browser)["saved"]
    assert (one["typed"], one["origin"]) == ("and at night?", NAME)
    assert "Asked as “and at night?”, after another question." in browser.get("/saved").text


@pytest.mark.parametrize(
    ("n", "question", "reason"),
    [
        (0, "another question", "It was replaced or deleted"),
        (2, "hello", "It was replaced or deleted"),
        (9, WHICH, "It was replaced or deleted"),
        (3, WHICH, "asked of selected papers only"),
    ],
)
def test_what_cannot_be_saved_is_told(browser: httpx.Client, n: int, question: str, reason: str) -> None:
    assert reason in fault(save(browser, n, question))
    assert known(browser)["saved"] == []


def test_news_appears_by_itself_until_it_is_seen(
    browser: httpx.Client, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = save(browser).json()["id"]
    hold(index, monkeypatch, GLIDE)
    assert browser.get("/saved/state").json()["checking"]
    assert known(browser)["news"] == 1
    update = browser.get("/saved/updates").json()
    assert (update["status"].strip(), update["checking"]) == ("1 question of 1 with news.", False)
    html = read(update["questions"][f"saved-{id_}"])
    assert [link.text for link in html.all("p", "paper")] == [GLIDE["title"]]
    until = html.all("article")[0].attributes["data-until"]
    assert until
    assert browser.post(f"/saved/{id_}/seen", json={"until": "2020-01-01T00:00:00+00:00"}).status_code == 200
    assert known(browser)["news"] == 1, "that was other news"
    browser.post(f"/saved/{id_}/seen", json={"until": until})
    assert known(browser)["news"] == 0
    page = browser.get("/saved").text
    assert "Seen before: 1 new paper" in page
    assert "Nothing new since" in page
    hold(index, monkeypatch)
    known(browser)
    assert "1 removed" in browser.get("/saved").text


def test_what_is_no_time_is_refused(browser: httpx.Client) -> None:
    assert "date" in fault(browser.post("/saved/x/seen", json={"until": "yesterday"}))
    assert browser.post("/saved/x/seen", json={"until": "2020-01-01T00:00:00"}).status_code == 200


def test_a_damaged_file_is_told_on_the_page_and_the_chat_goes_on(browser: httpx.Client, index: Path) -> None:
    (index / "saved.db").write_bytes(b"nonsense " * 500)
    page = browser.get("/saved")
    assert page.status_code == 200
    assert "saved.db is damaged. Move it aside" in page.text
    (none,) = [one for one in read(page.text).all("div") if one.attributes.get("id") == "none"]
    assert "hidden" in none.attributes, "it is not known whether any is saved"
    assert "is damaged" in fault(browser.get("/saved/state"))
    assert "is damaged" in fault(save(browser))
    assert browser.get("/").status_code == 200


def test_without_a_readable_index_the_questions_stay_on_the_page(browser: httpx.Client, index: Path) -> None:
    save(browser)
    before, pointer = known(browser)["saved"], index / "CURRENT"
    pointer.rename(index / "away")
    try:
        page = read(browser.get("/saved").text)
        found = browser.get("/saved/state").json()
        told = browser.get("/saved/updates").json()["status"].strip()
    finally:
        (index / "away").rename(pointer)
    assert [one.text for one in page.all("h2")] == [WHICH]
    assert "2 papers match now" in page.text
    assert "asked again once the papers can be searched" in told
    assert told in page.text
    assert found == {"news": 0, "checking": False, "saved": before}


def test_another_site_may_link_to_the_page_and_ask_nothing(browser: httpx.Client) -> None:
    there = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert browser.get("/saved", headers=there).status_code == 200
    assert browser.get("/saved/state", headers=there).status_code == 403
    assert browser.post("/saved/x/seen", json={"until": ""}, headers=there).status_code == 403


@pytest.fixture(scope="module")
def shared(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A chat of the curator Ada and the reader Ben."""
    people = tmp_path_factory.mktemp("people") / "people.txt"
    people.write_text("ada curator correct horse battery\nben reader staple-0123456789\n")
    people.chmod(0o600)
    paper = open_current(index).paper(2)
    for name in ("ada", "ben"):
        turn = done(state(cite(paper=paper)), question=COUNT)
        Conversations(index).save(hashed(f"person:{name}"), f"{NAME}-{name}", 0, turn)
    with (
        serving(index, password_file=people) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client,
    ):
        yield client


def test_in_a_shared_chat_everybody_has_a_list_of_their_own(shared: httpx.Client, index: Path) -> None:
    saved = shared.post(f"/c/{NAME}-ben/0/saved", json={"question": COUNT}, headers=BEN).json()
    assert [one["id"] for one in shared.get("/saved/state", headers=BEN).json()["saved"]] == [saved["id"]]
    assert shared.get("/saved/state", headers=ADA).json()["saved"] == []
    assert shared.post(f"/c/{NAME}-ben/0/saved", json={"question": COUNT}, headers=ADA).status_code == 400
    shared.delete(f"/saved/{saved['id']}", headers=ADA)
    assert [one["id"] for one in shared.get("/saved/state", headers=BEN).json()["saved"]] == [saved["id"]]
    assert SavedStore(index).of(LIBRARY) == []
    assert shared.get("/saved/state").status_code == 401
