"""What the list of conversations is told over HTTP, and what it may ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag.web.conversations import MAX_TITLE_CHARS, Conversations

from .reader import read
from .samples import done, state
from .serving import serving

ANSWERED = done(state(), question="which?")


@pytest.fixture(scope="module")
def index(index_dir: Path) -> Path:
    return index_dir


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serving(index) as address:
        yield address


@pytest.fixture
def ada(address: str) -> Iterator[httpx.Client]:
    """The browser of a new user."""
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        client.get("/")
        yield client


def owner(client: httpx.Client) -> str:
    """What her conversations are kept under."""
    from rag.web.keys import hashed

    return hashed(next(iter(client.cookies.values())))


def titles(reply: httpx.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [link.text for link in read(reply.json()["list"]).all("a")]


@pytest.fixture
def name(ada: httpx.Client, index: Path) -> str:
    """A conversation of hers."""
    kept = Conversations(index)
    name = kept.new()
    kept.save(owner(ada), name, 0, ANSWERED, done(state(text="Kites fly."), question="how high?"))
    return name


def test_a_conversation_is_renamed(ada: httpx.Client, name: str) -> None:
    assert titles(ada.patch(f"/c/{name}", json={"title": "  On\u202e kites\n "})) == ["On kites"]
    assert titles(ada.get("/conversations")) == ["On kites"]
    assert titles(ada.patch(f"/c/{name}", json={"title": "x" * 500})) == ["x" * MAX_TITLE_CHARS]
    for title in ("", " \n", "\u202e", 5, None, ["x"], "x" * 3_000):
        reply = ada.patch(f"/c/{name}", json={"title": title})
        assert (reply.status_code, list(reply.json())) == (400, ["fault"]), title
    assert ada.patch(f"/c/{name}", json={}).status_code == 422


def test_a_conversation_is_copied_up_to_a_turn(ada: httpx.Client, name: str, index: Path) -> None:
    copies = [ada.post(f"/c/{name}/branch", json=body).json()["name"] for body in ({"turns": 1}, {}, {"turns": None})]
    assert [len(Conversations(index).load(owner(ada), copy)) for copy in copies] == [1, 2, 2]
    for turns in (0, -1, 101, "x"):
        assert ada.post(f"/c/{name}/branch", json={"turns": turns}).status_code == 422


def test_conversations_are_found(ada: httpx.Client, name: str) -> None:
    reply = ada.get("/conversations", params={"q": " KITES "})
    assert titles(reply) == ["which?"]
    assert read(reply.json()["list"]).all("p", "hit")[0].text == "Kites fly."
    assert read(reply.json()["list"]).all("a")[0].attributes["href"] == f"/c/{name}#turn-1"
    assert titles(ada.get("/conversations", params={"q": "zebra"})) == []
    assert ada.get("/conversations", params={"q": "x" * 900}).json()["fault"].startswith("A search has at most")


def test_older_ones_follow(ada: httpx.Client, name: str, index: Path) -> None:
    newest = Conversations(index).of(owner(ada))[0]
    assert titles(ada.get("/conversations", params={"changed": newest.changed, "name": newest.id})) == []
    assert titles(ada.get("/conversations", params={"changed": "9999", "name": newest.id})) == ["which?"]


def test_nobody_reaches_what_is_anothers(ada: httpx.Client, name: str, address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as eve:
        eve.get("/")
        for reply in (eve.patch(f"/c/{name}", json={"title": "Hers"}), eve.post(f"/c/{name}/branch", json={})):
            assert (reply.status_code, "no such conversation" in reply.text) == (400, True)
        assert titles(eve.get("/conversations")) == titles(eve.get("/conversations", params={"q": "kites"})) == []
        eve.delete(f"/c/{name}")
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as nobody:
        assert "cookie" in nobody.get("/conversations").json()["fault"]
    assert titles(ada.get("/conversations")) == ["which?"]


def test_what_the_papers_can_be_told_apart_by(ada: httpx.Client) -> None:
    told = ada.get("/settings/filters").json()
    assert set(told) == {"years", "authors", "sources"}
    assert told["years"] is None or told["years"] == sorted(told["years"])
    assert isinstance(told["authors"], bool)
