"""The HTTP API as programs use it, with curl."""

from __future__ import annotations

import gzip
import json
import subprocess
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

import rag as package
from rag import settings
from rag.answer.types import Found
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ModelError
from rag.index import generations
from rag.web.access.throttle import FREE_FAILURES, Throttle
from rag.web.event_stream import KEEP_ALIVE_SECONDS
from rag.web.guard import SECURITY_HEADERS
from tests.answer.owl import Owl
from tests.cli.runner import json_lines, rag
from tests.conftest import WHICH
from tests.llm.server import PATIENCE
from tests.web.serving import served, serving

from .conftest import GOOD
from .curl import CurlReply, curl

ADA, BEN = "correct horse battery", "staple-0123456789"


def asked(question: str = WHICH, **more: object) -> str:
    return json.dumps({"question": question, **more})


def chatted(**more: object) -> str:
    """What a client of OpenAI's API asks."""
    return json.dumps({"model": "rag", "messages": [{"role": "user", "content": WHICH}], **more})


def test_a_search_is_that_of_the_command_line(api: str, index_dir: Path) -> None:
    (printed,) = json_lines(rag("search", WHICH, "--top", "3", "--json", "--index", index_dir).stdout)
    assert curl(f"{api}/search", sent=asked(top=3)).json() == printed
    got = curl("-G", f"{api}/search", "--data-urlencode", f"question={WHICH}", "-d", "top=3")
    assert (got.status, got.headers["content-type"]) == (200, "application/json")
    assert got.json() == printed


def test_an_answer_is_that_of_the_command_line(api: str, index_dir: Path) -> None:
    (printed,) = json_lines(rag("ask", WHICH, "--json", "--llm", "none", "--index", index_dir).stdout)
    reply = curl(f"{api}/ask", sent=asked())
    assert reply.json() == printed
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())


@pytest.mark.parametrize(
    ("more", "header"),
    [
        ({"stream": True}, "X-None: x"),
        ({"stream": True}, "Accept: application/json"),
        ({}, "Accept: text/event-stream"),
        ({"stream": None}, "Accept: text/event-stream, application/json;q=0.5"),
    ],
)
def test_an_answer_streams_as_events_the_last_of_which_is_the_whole(
    api: str, more: dict[str, object], header: str
) -> None:
    reply = curl("-N", "-H", header, f"{api}/ask", sent=asked(**more))
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["x-accel-buffering"] == "no"
    names = [name for name, _ in reply.events]
    assert names == ["found", *["quote"] * (len(names) - 2), "answer"]
    whole = curl(f"{api}/ask", sent=asked()).json()
    assert reply.events[-1][1] == whole
    assert [data["statement"] for name, data in reply.events if name == "quote"] == whole["statements"]
    papers = {paper["paper"] for paper in reply.events[0][1]["papers"]}
    assert papers == {citation["paper"] for citation in whole["citations"]}


@pytest.mark.parametrize(
    ("more", "accept"),
    [
        ({"stream": False}, "text/event-stream"),
        ({}, "application/json, text/event-stream"),
        ({}, "text/event-stream, */*"),
        ({}, "text/event-stream;q=0"),
        ({}, "text/event-stream; q=x"),
        ({}, "*/*"),
        ({}, ""),
    ],
)
def test_an_answer_comes_whole_unless_a_stream_is_asked_for_or_preferred(
    api: str, more: dict[str, object], accept: str
) -> None:
    reply = curl("-H", f"Accept: {accept}", f"{api}/ask", sent=asked(**more))
    assert reply.headers["content-type"] == "application/json"
    assert reply.json()["answer"]


def test_what_a_model_does_and_writes_are_events(written_api: str) -> None:
    events = curl(f"{written_api}/ask", sent=asked(stream=True)).events
    assert {name for name, _ in events} == {"found", "quote", "working", "sentence", "answer"}
    assert [data["statement"]["text"] for name, data in events if name == "sentence"] == [GOOD]
    steps = [data["step"] for name, data in events if name == "working"]
    assert steps[-1] == "writing"
    assert events[-1][1]["written"][0]["text"] == GOOD
    assert curl(f"{written_api}/ask", sent=asked(writer="quotes")).json()["written"] == []


def test_a_client_that_waits_is_sent_a_sign_of_life(
    written_api: str, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.web.event_stream.beating.__defaults__", (KEEP_ALIVE_SECONDS / 1_000,))
    owl.silent = {"synthesis"}
    with httpx.stream("POST", f"{written_api}/ask", json={"question": WHICH, "stream": True}, timeout=60) as reply:
        lines = reply.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": keep-alive"


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_model(written_api: str, owl: Owl, stream: bool) -> None:
    owl.silent = {"synthesis"}
    command = ["curl", "-sN", "--noproxy", "*", f"{written_api}/ask", "--json", asked(stream=stream)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as client:
        while "synthesis" not in owl.asked:
            time.sleep(0.01)
        client.kill()
    assert owl.server.gone.wait(PATIENCE)
    owl.silent = set()
    assert not curl(f"{written_api}/ask", sent=asked()).json()["refused"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(ModelError("It failed."), 503, "model_unavailable"), (ValueError("Ours."), 500, "internal_error")],
)
def test_what_fails_midway_is_an_event_or_the_status_of_the_whole(
    api: str, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, code: str
) -> None:
    async def fail(*given: object) -> AsyncGenerator[Found]:
        yield Found((), 14)
        raise fault

    monkeypatch.setattr(Conversation, "ask", fail)
    stream, whole = curl(f"{api}/ask", sent=asked(stream=True)), curl(f"{api}/ask", sent=asked())
    assert stream.status == 200
    assert [name for name, _ in stream.events] == ["found", "error"]
    assert stream.events[-1][1] == whole.json()
    assert (whole.status, whole.code) == (status, code)
    assert curl(f"{api}/status").json()["questions"] == 0


def test_a_follow_up_builds_on_the_history(api: str) -> None:
    whole = curl(f"{api}/ask", sent=asked()).json()
    titles = "; ".join(dict.fromkeys(citation["title"] for citation in whole["citations"]))
    history = [{"role": "user", "content": WHICH}, {"role": "assistant", "content": titles}]
    second = curl(f"{api}/ask", sent=asked("how fast is the second one?", history=history)).json()
    assert {citation["title"] for citation in second["citations"]} == {titles.split("; ")[1]}
    found = curl(f"{api}/search", sent=asked("how fast is the second one?", history=history)).json()
    assert found["results"][0]["title"] == titles.split("; ")[1]


def test_choices_are_taken(api: str) -> None:
    since = f"{WHICH} since 2023"
    assert curl(f"{api}/ask", sent=asked(since)).json()["filters"] == ["since 2023"]
    assert "filters" not in curl(f"{api}/ask", sent=asked(since, without=["since 2023"])).json()
    one = curl(f"{api}/ask", sent=asked(limit=1)).json()
    assert one["matching"] == 1
    paper = one["citations"][0]["paper"]
    assert curl(f"{api}/ask", sent=asked(papers=[paper])).json()["searched"] == 1
    assert {curl(f"{api}/{way}", sent=asked(papers=[])).status for way in ("ask", "search")} == {422}
    got = curl("-G", f"{api}/search", "--data-urlencode", f"question={WHICH}", "-d", f"papers={paper}")
    assert [result["paper"] for result in got.json()["results"]] == [paper]


def test_the_status_tells_of_the_collection(api: str) -> None:
    status = curl(f"{api}/status").json()
    assert (status["ready"], status["papers"], status["model"], status["writer"]) == (True, 14, "none", "quotes")
    assert (status["version"], status["questions"], status["changing"]) == (package.__version__, 0, False)
    assert (status["message"], status["limits"]["question_chars"]) == ("", 2_000)
    assert status["generation"]


WRONG = {
    "no JSON": (("ask",), '{"question": "owl', 400, "bad_request"),
    "not UTF-8": (("ask",), b'{"question": "\xff"}', 400, "bad_request"),
    "deep": (("ask",), "[" * 100_000, 400, "bad_request"),
    "a long number": (("search",), '{"question": "owls", "top": ' + "9" * 5_000 + "}", 400, "bad_request"),
    "nothing": (("ask",), "", 400, "bad_request"),
    "packed": (("ask", "-H", "Content-Encoding: gzip"), gzip.compress(b'{"question": "owls"}'), 415, "not_json"),
    "Latin": (("ask", "-H", "Content-Type: application/json; charset=latin-1"), asked(), 415, "not_json"),
    "no type": (("ask", "-H", "Content-Type:"), asked(), 415, "not_json"),
    "no filter": (("search",), asked(without=["nonsense"]), 422, "invalid_request"),
    "a list": (("ask",), "[]", 422, "invalid_request"),
    "a form": (("ask", "-H", "Content-Type: application/x-www-form-urlencoded"), "question=x", 415, "not_json"),
    "no question": (("ask",), "{}", 422, "invalid_request"),
    "empty": (("ask",), asked(""), 422, "invalid_request"),
    "blank": (("ask",), asked(" \x00\u202e "), 422, "invalid_request"),
    "a number": (("ask",), '{"question": 5}', 422, "invalid_request"),
    "half a pair": (("ask",), '{"question": "\\ud83e"}', 422, "invalid_request"),
    "too long": (("ask",), asked("x" * 2_001), 422, "invalid_request"),
    "too large": (("ask",), asked("x" * 1_000_001), 413, "too_large"),
    "a typo": (("search",), asked(top_k=5), 422, "invalid_request"),
    "a number as text": (("search",), asked(top="5"), 422, "invalid_request"),
    "too many": (("search",), asked(top=201), 422, "invalid_request"),
    "a role": (("ask",), asked(history=[{"role": "system", "content": "x"}]), 422, "invalid_request"),
    "a filter": (("ask",), asked("owls year:soon"), 422, "invalid_request"),
    "a filter in a stream": (("ask",), asked("owls year:soon", stream=True), 422, "invalid_request"),
    "a model": (("ask",), asked(llm="openai-like:http://127.0.0.1:9/v1#x"), 422, "invalid_request"),
    "a paper": (("ask",), asked(papers=["0123456789ab"]), 422, "invalid_request"),
    "GET": (("ask",), None, 405, "method_not_allowed"),
    "a question of nothing": (("search?question=%E2%80%AE%00%EF%BB%BF",), None, 422, "invalid_request"),
    "a query": (("search?question=x&top=x",), None, 422, "invalid_request"),
    "an unknown query": (("search?question=x&k=1",), None, 422, "invalid_request"),
    "a cursor": (("papers?cursor=x",), None, 422, "invalid_request"),
    "words": (("papers?filters=owls",), None, 422, "invalid_request"),
    "an ID": (("papers/0123456789ab",), None, 404, "not_found"),
    "no ID": (("papers/..%2f..%2fetc",), None, 404, "not_found"),
    "nowhere": (("nothing",), None, 404, "not_found"),
    "the root": (("",), None, 404, "not_found"),
    "above the root": (("../v1",), None, 404, "not_found"),
    "a long address": (("search?question=" + "x" * 16_000,), None, 414, "too_large"),
    "another host": (("status", "-H", "Host: evil.example"), None, 403, "forbidden"),
    "another site": (("status", "-H", "Origin: http://evil.example"), None, 403, "forbidden"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_shape(api: str, case: str, capfd: pytest.CaptureFixture[str]) -> None:
    (path, *options), sent, status, code = WRONG[case]
    reply = curl(f"{api}/{path}", *options, sent=sent)
    assert (reply.status, reply.code) == (status, code), reply.text
    assert reply.headers["content-type"] == "application/json"
    assert len(reply.text) < 500
    assert "Traceback" not in capfd.readouterr().err


def test_a_field_that_is_wrong_is_named(api: str) -> None:
    def told(sent: str) -> str:
        return str(curl(f"{api}/ask", sent=sent).json()["error"]["message"])

    assert told(asked(limit=0)) == "“limit”: Input should be greater than or equal to 1."
    assert told(asked(papers=["x"])).startswith("“papers[0]”: An ID of a paper has 12 characters, 0 to 9 and a to f")
    long = asked(history=[{"role": "user", "content": "x" * 100_001}])
    assert told(long) == "“history[0].content”: String should have at most 100000 characters."
    assert told(asked(history=[{"role": "user"}])) == "“history[0].content”: Field required."
    assert told(asked(**{"\u202e\n" + "x" * 1_000: 1})).startswith("There is no field “ xxx")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    ("path", "allowed"), [("search", "GET, HEAD, POST"), ("ask", "POST"), ("papers/0123456789ab", "GET, HEAD")]
)
def test_all_methods_that_an_address_takes_are_named(api: str, method: str, path: str, allowed: str) -> None:
    reply = curl("-X", method, f"{api}/{path}")
    assert (reply.status, reply.headers["allow"]) == (405, allowed)
    assert reply.json()["error"]["message"] == f"This address takes {allowed} only."


def test_the_head_of_a_reply_can_be_asked_for(api: str) -> None:
    for address in (f"{api}/status", f"{api}/search?question=owls", f"{api.removesuffix('/api/v1')}/v1/models"):
        reply = curl("--head", address)
        assert (reply.status, reply.text) == (200, "")
        assert int(reply.headers["content-length"]) > 0
    assert curl("--head", f"{api}/ask").status == 405


def test_what_is_not_there_names_what_is(api: str) -> None:
    assert "/api/v1/openapi.json" in curl(f"{api}/answers").json()["error"]["message"]
    other = curl(f"{api.removesuffix('/api/v1')}/v1/completions", sent="{}").json()["error"]["message"]
    assert other == "There is nothing at this address. There are /v1/models and /v1/chat/completions."


def test_a_charset_that_is_utf_8_is_taken(api: str) -> None:
    for charset in ("utf-8", "UTF-8", '"utf8"'):
        assert (
            curl("-H", f"Content-Type: application/json; charset={charset}", f"{api}/ask", sent=asked()).status == 200
        )


def test_without_an_index_it_says_so_and_when_to_ask_again(tmp_path: Path) -> None:
    with serving(tmp_path / "none") as address:
        for call in (partial(curl, f"{address}/api/v1/ask", sent=asked()), partial(curl, f"{address}/api/v1/papers")):
            reply = call()
            assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "no_index", "10")
        status = curl(f"{address}/api/v1/status").json()
        assert status["model"] == "none"
        assert (status["ready"], status["papers"], status["generation"]) == (False, 0, "")
        assert status["message"] == "There are no papers to search yet."


def test_while_the_first_index_is_built_a_program_is_told_to_wait(tmp_path: Path) -> None:
    with serving(tmp_path) as address, generations.locked(tmp_path):
        for path, sent in (("api/v1/ask", asked()), ("api/v1/papers", None), ("v1/chat/completions", chatted())):
            reply = curl(f"{address}/{path}", sent=sent)
            assert (reply.status, reply.headers["retry-after"]) == (503, "10")
            told = reply.json()["error"]
            assert told["message"] == "The papers are being indexed. Try again when that is done."
            assert told["code"] == (None if path.startswith("v1") else "no_index")
        status = curl(f"{address}/api/v1/status").json()
        assert (status["ready"], status["changing"], status["message"]) == (False, True, told["message"])


def test_what_waits_for_an_answer_when_the_chat_is_stopped_is_told(
    owl: Owl, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.web.serve._GRACE", PATIENCE)  # however busy this machine is
    owl.silent = {"synthesis"}
    library = Library(settings.load(index_dir=index_dir, llm=owl.spec))
    with ThreadPoolExecutor(3) as pool:
        with served(library) as port:
            address = f"http://127.0.0.1:{port}"
            stream = pool.submit(curl, "-N", f"{address}/api/v1/ask", sent=asked(stream=True))
            whole = pool.submit(curl, f"{address}/api/v1/ask", sent=asked())
            chat = pool.submit(curl, "-N", f"{address}/v1/chat/completions", sent=chatted(stream=True))
            while curl(f"{address}/api/v1/status").json()["questions"] < 3 or "synthesis" not in owl.asked:
                time.sleep(0.01)
        told = {"error": {"code": "unavailable", "message": "The chat is being stopped. Try again when it runs."}}
        assert stream.result().events[0][0] == "found"
        assert stream.result().events[-1] == ("error", told)
        assert (whole.result().status, whole.result().json()) == (503, told)
        assert "is being stopped" in chat.result().text
        assert "[DONE]" not in chat.result().text


def test_too_many_questions_are_refused_for_a_while(
    written_api: str, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.web.places.MAX_WAITING_OF_OWNER", 2)
    owl.silent = {"synthesis"}
    with ExitStack() as stack:
        body = {"question": WHICH, "stream": True}
        streams = [httpx.stream("POST", f"{written_api}/ask", json=body, timeout=60) for _ in range(2)]
        lines = [stack.enter_context(stream).iter_lines() for stream in streams]
        assert [next(line) for line in lines] == ["event: found"] * 2
        for path in ("ask", "search"):
            refused = curl(f"{written_api}/{path}", sent=asked())
            assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "too_many_requests", "10")


def test_a_reader_may_ask_and_nobody_else(index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"ada curator {ADA}\nben reader {BEN}\n")
    people.chmod(0o600)
    monkeypatch.setattr("rag.web.serve.Throttle", partial(Throttle, clock=lambda: 0.0))
    with serving(index_dir, password_file=people) as address:
        calls: list[Callable[..., CurlReply]] = []
        for path, sent in (("ask", asked()), ("search", asked()), ("papers", None), ("status", None)):
            calls.append(partial(curl, f"{address}/api/v1/{path}", sent=sent))
        calls.append(partial(curl, f"{address}/api/v1/openapi.json"))
        for call in calls:
            refused = call("-H", "X-Forwarded-For: 198.51.100.1")
            assert (refused.status, refused.code) == (401, "unauthorized")
            assert refused.headers["www-authenticate"] == "Bearer"
            assert "Authorization: Bearer PASSWORD" in refused.text
            assert call("-H", f"Authorization: Bearer {BEN}").status == 200
        wrong = partial(calls[0], "-H", "Authorization: Bearer wrong", "-H", "X-Forwarded-For: 198.51.100.2")
        assert [wrong().status for _ in range(FREE_FAILURES + 1)] == [*[401] * FREE_FAILURES, 429]
        assert (wrong().code, wrong().headers["retry-after"]) == ("too_many_requests", "1")
