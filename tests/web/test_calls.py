"""Calls of Gradio's queue: whose they are, how many, and what is kept of those that nobody fetches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.web import calls
from rag.web.calls import MAX_CALLS_OF_OWNER
from rag.web.server import ClosedServer
from tests.conftest import WHICH

from .serving import serving_with_server


@pytest.fixture(scope="module")
def served(index_dir: Path) -> Iterator[tuple[ClosedServer, str]]:
    """The server of a chat, and its address."""
    with serving_with_server(index_dir) as found:
        yield found


@pytest.fixture
def browser(served: tuple[ClosedServer, str]) -> Iterator[Callable[[], httpx.Client]]:
    """Makes browsers, each with a cookie of its own."""
    made: list[httpx.Client] = []

    def new() -> httpx.Client:
        made.append(httpx.Client(base_url=served[1], trust_env=False, timeout=60))
        made[-1].get("/")
        return made[-1]

    yield new
    for client in made:
        client.close()


def kept(server: ClosedServer) -> list[int]:
    """How much Gradio keeps of calls: messages, names and states."""
    queue: Any = server.get_blocks()._queue
    held = (queue.pending_messages_per_session, queue.pending_event_ids_session, queue.event_ids_to_events)
    return [len(one) for one in (*held, server.get_blocks().state_holder.session_data, server.iterators)]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for what follows soon."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def called(browser: httpx.Client, name: str = "opening", data: list[Any] | None = None) -> httpx.Response:
    return browser.post(f"/gradio_api/call/{name}", json={"data": data or []})


def fetched(browser: httpx.Client, event: str, name: str = "opening") -> httpx.Response:
    return browser.get(f"/gradio_api/call/{name}/{event}")


def joined(browser: httpx.Client, session: str, **body: Any) -> httpx.Response:
    ask = {"data": [{"question": WHICH}], "fn_index": 0, "session_hash": session}
    return browser.post("/gradio_api/queue/join", json=ask | body)


def test_nothing_is_kept_of_what_was_fetched(served: tuple[ClosedServer, str], browser: Any) -> None:
    one = browser()
    assert "event: complete" in fetched(one, called(one).json()["event_id"]).text
    joined(one, "session-1")
    assert "process_completed" in one.get("/gradio_api/queue/data", params={"session_hash": "session-1"}).text
    wait_until(lambda: not any(kept(served[0])))


def test_what_nobody_fetches_is_dropped(
    served: tuple[ClosedServer, str], browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "FETCH_SECONDS", 0.5)
    one = browser()
    for n in range(5):
        assert called(one, "page_ask", [{"question": WHICH}]).status_code == 200
        assert joined(one, f"unread-{n}").status_code == 200
    wait_until(lambda: not any(kept(served[0])))
    assert not served[0].calls._sessions


def test_what_a_client_leaves_is_dropped(served: tuple[ClosedServer, str], browser: Any) -> None:
    one = browser()
    event = called(one, "page_ask", [{"question": WHICH}]).json()["event_id"]
    with one.stream("GET", f"/gradio_api/call/page_ask/{event}"):
        pass  # it reads nothing, and closes
    wait_until(lambda: not any(kept(served[0])))
    assert fetched(one, event, "page_ask").status_code == 404


def test_one_person_has_so_many_calls_open_and_others_are_served(
    served: tuple[ClosedServer, str], browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = browser(), browser()
    events = [called(one).json()["event_id"] for _ in range(MAX_CALLS_OF_OWNER)]
    for refused in (called(one), joined(one, "one-more")):
        assert refused.status_code == 429
        assert refused.json() == {
            "fault": f"{MAX_CALLS_OF_OWNER} calls of yours are open already. Fetch their results, or wait a minute."
        }
    assert called(other).status_code == 200
    monkeypatch.setattr(calls, "MAX_CALLS", MAX_CALLS_OF_OWNER)
    assert called(other).status_code == 429
    monkeypatch.undo()
    assert "event: complete" in fetched(one, events[0]).text
    wait_until(lambda: called(one).status_code == 200)


def test_many_calls_that_wait_to_be_fetched_hold_up_nobody(browser: Any) -> None:
    crowd = [browser() for _ in range(3)]
    for one in crowd:
        for _ in range(MAX_CALLS_OF_OWNER):
            called(one)
    last = browser()
    assert "event: complete" in fetched(last, called(last).json()["event_id"]).text


def test_nobody_reads_or_cancels_anothers_call(browser: Any) -> None:
    one, other = browser(), browser()
    joined(one, "weak")
    event = called(one, "page_ask", [{"question": WHICH}]).json()["event_id"]
    cancel = {"session_hash": event, "fn_index": 0, "event_id": event}
    refused = [
        fetched(other, event, "page_ask"),
        other.get("/gradio_api/queue/data", params={"session_hash": "weak"}),
        other.get("/gradio_api/queue/data", params={"session_hash": event}),
        other.get("/gradio_api/queue/data%0a", params={"session_hash": "weak"}),
        other.get("/gradio_api/heartbeat/weak"),
        joined(other, "weak"),
        other.post("/gradio_api/cancel", json=cancel),
    ]
    own = joined(other, "own").json()["event_id"]
    mixed = (cancel | {"session_hash": "own"}, cancel | {"event_id": own})
    refused += [other.post("/gradio_api/cancel", json=body) for body in mixed]
    assert [reply.status_code for reply in refused] == [404] * len(refused)
    assert "event: complete" in fetched(one, event, "page_ask").text
    assert "process_completed" in one.get("/gradio_api/queue/data", params={"session_hash": "weak"}).text


def test_the_own_call_is_cancelled(served: tuple[ClosedServer, str], browser: Any) -> None:
    one = browser()
    event = joined(one, "mine").json()["event_id"]
    body = {"session_hash": "mine", "fn_index": 0, "event_id": event}
    assert one.post("/gradio_api/cancel", json=body).json() == {"success": True}
    assert "process_completed" in one.get("/gradio_api/queue/data", params={"session_hash": "mine"}).text


@pytest.mark.parametrize("path", ["/nope", "/c/", "/gradio_api/call/page_ask/x", "/papers?first=x", "/papers/x"])
def test_a_page_that_is_not_there_is_a_page_in_a_browser_and_json_for_programs(browser: Any, path: str) -> None:
    page, data = browser().get(path, headers={"accept": "text/html,*/*;q=0.8"}), browser().get(path)
    assert page.status_code == data.status_code == (422 if path.startswith("/papers") else 404)
    assert '<a href="/">' in page.text
    assert data.json()["fault"] in page.text


@pytest.mark.parametrize("session", ["", "x" * 101, "a<gradio-sep>b", "a b", "ä"])
def test_a_session_hash_that_gradio_could_misread_is_refused(browser: Any, session: str) -> None:
    assert joined(browser(), session).status_code == 400


@pytest.mark.parametrize("function", [99, -1, 7, None])
def test_an_unknown_function_is_told(browser: Any, capfd: pytest.CaptureFixture[str], function: int | None) -> None:
    reply = joined(browser(), "unknown", fn_index=function)
    assert (reply.status_code, reply.json()) == (404, {"fault": "There is no such function."})
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "path", ["/gradio_api/queue/data?session_hash=x", "/gradio_api/call/page_ask/x", "/gradio_api/call/nothing/x"]
)
def test_an_unknown_call_is_told(browser: Any, capfd: pytest.CaptureFixture[str], path: str) -> None:
    reply = browser().get(path)
    assert (reply.status_code, list(reply.json())) == (404, ["fault"])
    assert capfd.readouterr().err == ""


def test_a_name_that_no_function_has_is_told(browser: Any, capfd: pytest.CaptureFixture[str]) -> None:
    for body in ({"data": []}, {"data": [], "session_hash": "named"}):
        assert 400 <= browser().post("/gradio_api/call/nothing", json=body).status_code < 500
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "odd", [{"batched": True}, {"event_data": {"x": 1}}, {"trigger_id": 10**9}, {"event_id": "x"}, {"simple_format": 1}]
)
def test_what_else_a_call_may_hold_changes_nothing(
    browser: Any, capfd: pytest.CaptureFixture[str], odd: dict[str, Any]
) -> None:
    one = browser()
    assert joined(one, "odd", **odd).status_code == 200
    text = one.get("/gradio_api/queue/data", params={"session_hash": "odd"}).text
    assert '"success":true' in text
    assert "Traceback" not in capfd.readouterr().err


def test_without_a_cookie_a_fault_is_still_told(served: tuple[ClosedServer, str]) -> None:
    with httpx.Client(base_url=served[1], trust_env=False, timeout=60) as nobody:
        event = nobody.post("/gradio_api/call/page_ask", json={"data": [{"question": WHICH}]}).json()["event_id"]
        nobody.cookies.clear()
        assert "Your browser sent no cookie" in json.dumps(nobody.get(f"/gradio_api/call/page_ask/{event}").text)


def test_a_program_is_told_which_argument_is_missing(served: tuple[ClosedServer, str], browser: Any) -> None:
    from gradio_client import Client

    cookie = "; ".join(f"{name}={value}" for name, value in browser().cookies.items())
    program = Client(served[1], verbose=False, headers={"cookie": cookie})
    try:
        with pytest.raises(Exception, match="This call takes 1 argument"):
            program.submit(api_name="/page_ask").result(timeout=60)
    finally:
        program.close()
