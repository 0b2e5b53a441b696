"""The chat where its conversations cannot be read or kept, and where a request is none: it goes on, in clear words."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from rag.web import database
from rag.web.chat_routes import FEEDBACK
from rag.web.conversations import DATABASE, Conversations
from tests.conftest import WHICH

from .reader import read
from .serving import served

DAMAGED = b"no database" * 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("faults") / "index"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A served chat over fourteen papers."""
    library = Library(settings.load(index_dir=folder, llm="none"))
    library.retriever()
    with served(library) as port:
        yield f"http://127.0.0.1:{port}"


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
    updates = call(browser, "page_ask", {"name": name, "question": question} | more)
    return {"turn": updates[0].get("turns")} | updates[0] | updates[-1]


class WithoutRoom(sqlite3.Connection):
    """A file on a full disk: it can be read, and not changed."""

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if sql == "BEGIN IMMEDIATE":
            fault = sqlite3.OperationalError("database or disk is full")
            fault.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise fault
        return super().execute(sql, *given)


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


def test_what_cannot_be_stored_is_rated_exported_and_survives_a_delete_that_fails(
    browser: httpx.Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ask(browser)["name"]
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=WithoutRoom))
        assert "is full" in faults(ask(browser, name, "how accurate is [1]?")["turn"])[0]
        refused = browser.delete(f"/c/{name}")
        assert refused.status_code == 400
        assert refused.json()["fault"] == (
            f"The conversation was not deleted: the disk of {folder / DATABASE} is full. "
            "Free some space, then delete it again."
        )
        assert len(read(browser.get(f"/c/{name}").text).all("article", "turn")) == 2
        rated = browser.post(f"/c/{name}/0/rating", json={"good": True, "question": WHICH})
        assert rated.json()["fault"].startswith(f"Your rating was not kept: the disk of {folder / DATABASE} is full.")
        assert browser.post(f"/c/{name}/1/rating", json={"good": True}).status_code == 200
        assert browser.get(f"/c/{name}/1.md").text.startswith("# how accurate is")
    third = ask(browser, name)
    assert (third["n"], faults(third["turn"])) == (2, [])
    assert browser.delete(f"/c/{name}").status_code == 200
    assert browser.get(f"/c/{name}").status_code == 404


def test_a_conversation_whose_file_was_removed_does_not_begin_anew_without_its_turns(
    browser: httpx.Client, folder: Path
) -> None:
    name = ask(browser)["name"]
    (folder / DATABASE).unlink()
    (update,) = call(browser, "page_ask", {"name": name, "question": "and now?"})
    assert update["fault"].startswith("There is no such conversation here. It was deleted")
    assert not (folder / DATABASE).exists()
    assert ask(browser)["status"].startswith("done: checked")


def test_an_answer_that_is_rated_again_and_again_takes_no_more_room(browser: httpx.Client, folder: Path) -> None:
    name, sizes = ask(browser)["name"], list[int]()
    for n in range(6):
        assert browser.post(f"/c/{name}/0/rating", json={"good": bool(n % 2), "note": str(n)}).status_code == 200
        sizes.append((folder / FEEDBACK).stat().st_size)
    assert sizes[0::2] == sizes[:1] * 3
    assert sizes[1::2] == sizes[1:2] * 3
    refused = browser.post(f"/c/{name}/0/rating", json={"good": True, "note": "x" * 5_000})
    assert refused.json()["fault"] == "A note must be text of at most 500 characters."


def test_a_conversation_that_is_not_there_is_not_found(browser: httpx.Client) -> None:
    page = browser.get("/c/abcdefghijklmnop")
    assert page.status_code == 404
    assert "no such conversation" in faults(page.text)[0]


@pytest.mark.parametrize("data", [["x"], [None], [7], [[]], [{}], [{"question": 7}], [{"question": "x" * 3_000}]])
def test_what_is_no_question_gets_one_line_and_is_not_stored(
    browser: httpx.Client, folder: Path, data: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    (update,) = call(browser, "page_ask", *data)
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
