"""The chat where its conversations cannot be read or kept, and where a request is none: it goes on, in clear words."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from rag.web import database
from rag.web.conversations import DATABASE, Conversations
from rag.web.serve import start
from tests.conftest import WHICH

from .reader import read

DAMAGED = b"no database" * 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("faults") / "index"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A served chat over fourteen papers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    library = Library(settings.load(index_dir=folder, llm="none"))
    library.retriever()
    close = start(library, "127.0.0.1", port)
    yield f"http://127.0.0.1:{port}"
    close()


@pytest.fixture
def browser(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A browser with a cookie, and no conversation yet."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        client.get("/")
        yield client


def call(browser: httpx.Client, function: str, *data: Any) -> list[Any]:
    """All that the server's function streams."""
    headers = {"content-type": "application/json"}  # as ASCII, in which half a surrogate pair can be written
    called = browser.post(f"/gradio_api/call/{function}", content=json.dumps({"data": data}), headers=headers)
    assert called.status_code == 200, called.text
    updates, event = [], ""
    with browser.stream("GET", f"/gradio_api/call/{function}/{called.json()['event_id']}") as lines:
        for line in lines.iter_lines():
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
            if event in ("generating", "error") and line.startswith("data: "):
                updates.append(json.loads(line[6:])[0] if event == "generating" else line)
    return updates


def ask(browser: httpx.Client, name: str = "", question: str = WHICH, **more: Any) -> dict[str, Any]:
    """The last update, with the name of the conversation, and its turn."""
    updates = call(browser, "ask", {"name": name, "question": question} | more)
    return {"turn": updates[0].get("turns")} | updates[0] | updates[-1]


def faults(html: str) -> list[str]:
    return [one.content for one in read(html).all("p", "fault")]


def test_the_chat_goes_on_beside_a_damaged_file_and_says_how_to_move_it_aside(
    browser: httpx.Client, folder: Path
) -> None:
    (folder / DATABASE).write_bytes(DAMAGED)
    home = browser.get("/")
    assert home.status_code == 200
    assert home.headers["content-type"].startswith("text/html")
    (line,) = faults(home.text)
    assert f"{folder / DATABASE} is damaged" in line
    assert read(home.text).all("textarea")
    first = ask(browser)
    assert first["status"].startswith("done: checked")
    assert faults(first["turn"]) == [line]
    assert WHICH in first["list"]
    second = ask(browser, first["name"], "how accurate is [1]?")  # it follows on
    assert second["status"].startswith("done: checked")
    again = browser.get(f"/c/{first['name']}")
    assert again.status_code == 200
    assert len(read(again.text).all("article", "turn")) == 2
    assert browser.get("/papers").status_code == 200
    assert (folder / DATABASE).read_bytes() == DAMAGED
    subprocess.run(line.partition("Move it aside: ")[2], shell=True, check=True)
    third = ask(browser, first["name"])
    assert faults(third["turn"]) == []
    assert faults(browser.get("/").text) == []
    assert len(read(browser.get(f"/c/{first['name']}").text).all("article", "turn")) == 3


def test_a_locked_file_costs_no_stored_conversation(browser: httpx.Client, folder: Path) -> None:
    stored = ask(browser)
    with closing(sqlite3.connect(folder / DATABASE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = browser.get(f"/c/{stored['name']}")
        assert page.status_code == 503
        assert page.headers["content-type"].startswith("text/html")
        assert all("another program has locked" in line for line in faults(page.text))
        refused = ask(browser, stored["name"], "and now?")
        assert "another program has locked" in refused["fault"]  # for the page, which gives the question back
        answered = ask(browser)
        assert "another program has locked" in faults(answered["turn"])[0]
    page = browser.get(f"/c/{stored['name']}")
    assert page.status_code == 200
    assert len(read(page.text).all("article", "turn")) == 1
    assert ask(browser, stored["name"], "how accurate is [1]?")["n"] == 1


def test_a_conversation_that_is_not_there_is_not_found(browser: httpx.Client) -> None:
    page = browser.get("/c/abcdefghijklmnop")
    assert page.status_code == 404
    assert "no such conversation" in faults(page.text)[0]


@pytest.mark.parametrize("data", [["x"], [None], [7], [[]], [{}], [{"question": 7}], [{"question": "x" * 3_000}]])
def test_what_is_no_question_gets_one_line_and_is_not_stored(
    browser: httpx.Client, folder: Path, data: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    (update,) = call(browser, "ask", *data)
    assert list(update) == ["fault"]
    assert "\n" not in update["fault"]
    assert not (folder / DATABASE).exists()
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("data", [[None], [7], [{"name": "x"}], [[]], ["short"]])
def test_what_is_no_conversation_cannot_be_watched(
    browser: httpx.Client, data: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    (update,) = call(browser, "watch", *data)
    assert list(update) == ["fault"]
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("n", ["0", "-1", "100", str(10**30)])
def test_an_answer_that_is_not_there_cannot_be_rated(browser: httpx.Client, n: str) -> None:
    reply = browser.post(f"/c/abcdefghijklmnop/{n}/rating", json={"good": True})
    assert reply.status_code == 400
    assert "no answer to rate" in reply.json()["fault"]


def test_no_half_of_a_surrogate_pair_and_no_bidi_override_gets_into_a_conversation(
    browser: httpx.Client, folder: Path, address: str
) -> None:
    name = ask(browser, question="which\ud83e papers \u202espeed up diffusion depth?")["name"]
    rated = browser.post(
        f"/c/{name}/0/rating",
        content=b'{"good": true, "note": "a\\ud83e \\u202eb"}',
        headers={"content-type": "application/json"},
    )
    assert rated.status_code == 200
    page = browser.get(f"/c/{name}")
    assert page.status_code == 200
    assert "which\ufffd papers speed up" in page.text
    assert not {"\u202e", "\ud83e"} & {*page.text}
    ((owner,),) = _rows(folder, "SELECT owner FROM conversations")
    (turn,) = Conversations(folder).load(owner, name)
    assert (turn.question, turn.note) == ("which\ufffd papers speed up diffusion depth?", "a\ufffd b")


def test_half_a_surrogate_pair_where_a_request_is_refused_is_no_error_of_the_server(browser: httpx.Client) -> None:
    sent = browser.post("/settings/test", content=b'{"llm": "\\ud83e"}', headers={"content-type": "application/json"})
    assert sent.status_code == 422
    assert sent.json()["fault"].startswith("The request")


def _rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / DATABASE)) as file:
        return file.execute(sql).fetchall()
