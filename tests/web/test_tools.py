"""Agents that are given the address of a chat: the same tools, behind the same doors as the pages."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from mcp import McpError, types

from rag import settings
from rag.chat.library import Library
from rag.index import generations
from rag.mcp.protocol import described
from rag.web.bounds import MAX_BODY_BYTES
from tests.conftest import WHICH
from tests.llm.server import running
from tests.mcp.agents import HELLO, Agent, configured, over_http

from .serving import served, serving

ADA, BEN = "password-of-ada", "password-of-ben-who-reads"
BIBTEX = """@article{pond, title = {Herons Wait at the Pond}, year = {2024},
  abstract = {Herons stand still for hours. We count their catches by the hour of the day.}}"""
ACCEPT = {"accept": "application/json, text/event-stream"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def chat(unopened_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where agents reach a chat in which Ada is a curator, and Ben a reader."""
    folder = tmp_path_factory.mktemp("chat")
    (people := folder / "people").write_text(f"ada curator {ADA}\nben reader {BEN}\n")
    people.chmod(0o600)
    with serving(Path(shutil.copytree(unopened_index, folder / "index")), password_file=people) as address:
        yield f"{address}/gradio_api/mcp"


@pytest.fixture(scope="module")
def ada(chat: str) -> Iterator[Agent]:
    with over_http(f"{chat}/", ADA) as agent:
        yield agent


@pytest.fixture(scope="module")
def ben(chat: str) -> Iterator[Agent]:
    with over_http(chat, BEN) as agent:
        yield agent


@pytest.fixture
def client(chat: str) -> Iterator[httpx.Client]:
    headers = ACCEPT | {"authorization": f"Bearer {BEN}"}
    with httpx.Client(base_url=chat.removesuffix("/gradio_api/mcp"), headers=headers, trust_env=False) as client:
        yield client


def post(client: httpx.Client, message: object, **headers: str) -> httpx.Response:
    return client.post("/gradio_api/mcp/", json=message, headers=headers)


def calling(tool: str, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def test_the_tools_are_those_of_standard_input_and_output(ada: Agent, ben: Agent) -> None:
    assert ada.tools() == ben.tools() == described()


def test_a_reader_searches_asks_and_reads(ben: Agent) -> None:
    found = ben.json("search", question=WHICH, top=2)["results"]
    assert {one["title"].split(":")[0] for one in found} >= {"SwiftDepth"}
    assert ben.json("get_paper", paper=found[0]["paper"])["title"] == found[0]["title"]
    assert ben.json("ask", question=WHICH)["citations"]
    assert ben.json("list_topics")["papers"] > 10


def test_what_is_looked_up_takes_a_place_among_the_questions(ben: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.places.MAX_WAITING_OF_OWNER", 0)
    for tool, arguments in (
        ("get_paper", {"paper": "SwiftDepth"}),
        ("list_topics", {}),
        ("search", {"question": WHICH}),
    ):
        assert "questions of yours are waiting already" in ben.fault(tool, **arguments)


def test_a_reader_adds_nothing_and_a_curator_does(ada: Agent, ben: Agent) -> None:
    assert ben.fault("add_papers", name="ponds.bib", content=BIBTEX).startswith("Only a curator may add papers.")
    assert ada.json("search", question="herons", top=1)["results"][0]["title"] != "Herons Wait at the Pond"
    assert ada.progress("add_papers", name="ponds.bib", content=BIBTEX)
    assert ben.json("search", question="herons", top=1)["results"][0]["title"] == "Herons Wait at the Pond"
    assert "Nothing was added" in ada.fault("add_papers", name="x.bib", content="hello")


def test_while_the_first_index_is_built_an_agent_is_told_to_wait(tmp_path: Path) -> None:
    with (
        serving(tmp_path) as address,
        generations.locked(tmp_path),
        over_http(f"{address}/gradio_api/mcp/") as agent,
    ):
        for tool, arguments in (("ask", {"question": WHICH}), ("search", {"question": WHICH}), ("list_topics", {})):
            assert agent.fault(tool, **arguments) == "The papers are being indexed. Try again when that is done."


def test_errors_are_told_in_one_line(ben: Agent) -> None:
    assert "at least 1 character" in ben.fault("ask", question="")
    assert "There is no tool 'rebuild'" in ben.fault("rebuild")


def test_nobody_comes_in_without_a_password(chat: str, client: httpx.Client) -> None:
    with httpx.Client(trust_env=False, headers=ACCEPT) as stranger:
        reply = stranger.post(chat, json=HELLO)
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
        assert "Authorization: Bearer PASSWORD" in reply.text
        assert stranger.post(chat, json=HELLO, headers={"authorization": "Bearer wrong-password"}).status_code == 401
    with pytest.raises(ExceptionGroup) as raised, over_http(chat, "wrong-password-too"):
        pass
    assert "401 Unauthorized" in repr(_leaves(raised.value))


def test_the_documented_configurations_reach_it(chat: str) -> None:
    servers = [server for server in configured() if "url" in server]
    assert len(servers) == 3
    for server in servers:
        assert httpx.URL(server["url"]).path == "/gradio_api/mcp/"
        password = re.sub(r"PASSWORD|\$\{.*\}", BEN, server["headers"]["Authorization"])
        with httpx.Client(trust_env=False, headers=ACCEPT | {"authorization": password}) as client:
            assert client.post(f"{chat}/", json=HELLO).status_code == 200


def test_no_page_of_another_site_and_no_other_name_reaches_it(client: httpx.Client) -> None:
    assert post(client, HELLO, origin="https://evil.example").status_code == 403
    assert post(client, HELLO, host="evil.example").status_code == 403
    reply = client.options("/gradio_api/mcp/", headers={"origin": "http://localhost:3000"})
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_there_is_nothing_but_messages(client: httpx.Client) -> None:
    """No stream that stays open, no page of Gradio's, no list of functions, and no other transport."""
    for method in ("GET", "DELETE", "PUT"):
        assert client.request(method, "/gradio_api/mcp/").status_code == 405, method
    for path in ("sse", "schema", "messages/", "messages/?session_id=x", "http", "http/", "x"):
        assert client.get(f"/gradio_api/mcp/{path}").status_code in (404, 405), path
        assert client.post(f"/gradio_api/mcp/{path}", json=HELLO).status_code in (404, 405), path


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"\xff\xfe", b"[" * 100_000, b"[]", b"1", b"{}", b'{"jsonrpc": "2.0", "id": 1}', b'"x"']
)
def test_garbage_is_refused(client: httpx.Client, capfd: pytest.CaptureFixture[str], body: bytes) -> None:
    reply = client.post("/gradio_api/mcp/", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert len(reply.json()["error"]["message"].splitlines()) == 1
    assert len(reply.content) < 300
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (401, {"method": "GET", "headers": {"authorization": "", "accept": "text/html"}}),
        (403, {"headers": {"origin": "https://evil.example"}}),
        (403, {"headers": {"host": "evil.example"}}),
        (405, {"method": "GET", "headers": {"accept": "text/html"}}),
        (413, {"content": b"x" * (MAX_BODY_BYTES + 1)}),
        (400, {"content": b"garbage", "headers": JSON}),
        (400, {"content": b"[]", "headers": JSON}),
        (415, {"content": b"{}"}),
        (406, {"json": HELLO, "headers": {"accept": "text/plain"}}),
        (400, {"json": {"jsonrpc": "2.0", "id": 1}}),
        (404, {"url": "/gradio_api/mcp/sse"}),
    ],
)
def test_a_refusal_is_an_error_of_the_protocol(client: httpx.Client, status: int, sent: dict[str, Any]) -> None:
    reply = client.request(**{"method": "POST", "url": "/gradio_api/mcp/", **sent})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")
    error = types.JSONRPCError.model_validate(reply.json()).error
    assert error.message


def test_a_message_is_bounded(client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    assert post(client, calling("ask", question="x" * MAX_BODY_BYTES)).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 20_000

    sent = {"content-type": "application/json"}
    with suppress(httpx.WriteError):  # it was closed
        assert client.post("/gradio_api/mcp/", content=endless(), headers=sent).status_code == 413
    assert "Traceback" not in capfd.readouterr().err


def test_methods_of_other_servers_are_not_there(client: httpx.Client) -> None:
    for method in ("resources/list", "resources/read", "prompts/list", "prompts/get", "completion/complete"):
        reply = post(client, {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"uri": "file:///x", "name": "x"}})
        assert '"error"' in reply.text, method


def test_a_model_stops_when_its_call_is_cancelled_or_its_agent_leaves(
    unopened_index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    index_dir = Path(shutil.copytree(unopened_index, tmp_path / "index"))
    with running() as server:
        spec = f"openai-like:{server.url}/v1#owl"
        library = Library(settings.load(index_dir=index_dir, llm=spec, writer="synthesis"))
        with served(library) as port, over_http(f"http://127.0.0.1:{port}/gradio_api/mcp/") as agent:
            _silence(server)
            call = agent.begin("ask", question=WHICH)
            _wait(lambda: "/v1/chat/completions" in server.paths)
            agent.cancel()
            assert server.gone.wait(60)
            with pytest.raises(McpError, match="cancelled"):
                call.result(60)
            _silence(server)
            with httpx.Client(trust_env=False, headers=ACCEPT) as client:
                address = f"http://127.0.0.1:{port}/gradio_api/mcp/"
                with client.stream("POST", address, json=calling("ask", question=WHICH)) as reply:
                    assert reply.status_code == 200
                    _wait(lambda: "/v1/chat/completions" in server.paths)
            assert server.gone.wait(60)
            server.silent = None
            assert any("The model is" in line for line in agent.progress("ask", question=WHICH))
    assert "Traceback" not in capfd.readouterr().err


def _silence(server: Any) -> None:
    server.silent, server.gone = Event(), Event()
    server.paths.clear()


def _wait(is_so: Any) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def _leaves(group: BaseException) -> list[BaseException]:
    return [leaf for one in group.exceptions for leaf in _leaves(one)] if isinstance(group, ExceptionGroup) else [group]
