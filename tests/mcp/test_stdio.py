"""Standard input and output hold nothing but the protocol, whatever comes, and however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import IO, Any

import pytest
from mcp import McpError

from rag.index import generations, uploads
from rag.mcp.pipes import MAX_LINE_BYTES
from tests.answer.owl import Owl
from tests.conftest import WHICH
from tests.llm.server import Server

from .agents import HELLO, RAG, configured, documented, over_stdio

PATIENCE = 60


@contextmanager
def started(*arguments: str | Path, **more: Any) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    """The process of `rag mcp`, where to write to it and where to read from it."""
    command = [RAG, "mcp", "--llm", "none", *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **(pipes | more)) as process:  # type: ignore[call-overload]
        try:
            yield process, process.stdin, process.stdout
        finally:
            process.kill()


def sent(to: IO[bytes], *messages: object) -> None:
    to.write(b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in messages))
    to.flush()


def calling(tool: str, id_: int = 1, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def replies(read: IO[bytes], id_: int) -> dict[str, Any]:
    """The reply to the message `id_`. Every line before it is of the protocol, too."""
    while line := read.readline():
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        if message.get("id") == id_:
            return message
    raise AssertionError("it has ended")


def test_without_an_index_each_tool_says_what_to_do(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with over_stdio("--index", tmp_path / "index", log=log) as agent:
        assert len(agent.tools()) == 5
        for tool, arguments in (
            ("search", {"question": WHICH}),
            ("ask", {"question": WHICH}),
            ("get_paper", {"paper": WHICH}),
            ("list_topics", {}),
            ("add_papers", {"name": "x.bib", "content": "@article{x, title={Owls}, abstract={They hunt.}}"}),
        ):
            fault = agent.fault(tool, **arguments)
            assert "There is no index in" in fault
            assert "rag rebuild" in fault
    assert not (tmp_path / "index" / "CURRENT").exists()
    assert log.read_text() == ""


def test_garbage_does_not_end_it(tmp_path: Path) -> None:
    with started("--index", tmp_path / "index") as (process, to, read):
        sent(
            to,
            b"garbage\n",
            b"\xff\xfe\n",
            b"\n\n",
            b"[" * 100_000 + b"\n",
            b"[]\n",
            b"null\n",
            b'{"jsonrpc": "2.0"}\n',
        )
        sent(to, HELLO)
        assert replies(read, 0)["result"]["serverInfo"]["name"] == "rag"
        sent(to, b"x" * (MAX_LINE_BYTES + 1_000_000) + b"\n")
        sent(
            to, calling("list_topics", 1) | {"params": {"name": {}}}, {"jsonrpc": "2.0", "id": 2, "method": "nonsense"}
        )
        sent(to, {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 77}})
        assert "error" in replies(read, 2)
        sent(to, {"jsonrpc": "2.0", "method": "notifications/initialized"}, calling("list_topics", 3))
        assert replies(read, 3)["result"]["isError"]
        to.close()
        assert process.wait(PATIENCE) == 0


def test_what_is_no_message_is_answered_as_such(tmp_path: Path) -> None:
    half_a_pair = json.dumps(calling("search", 7, question="a\ud800b")).encode() + b"\n"
    with started("--index", tmp_path / "index") as (process, to, read):
        sent(to, b"hello\n" * 6, half_a_pair, b"[]\n")
        to.close()
        told = [(reply["id"], reply["error"]["code"]) for reply in map(json.loads, read)]
        assert told == [(None, -32700)] * 6 + [(7, -32600), (None, -32600)]
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_what_came_before_the_end_is_answered(tmp_path: Path) -> None:
    pings = [{"jsonrpc": "2.0", "id": n, "method": "ping"} for n in range(1, 10)]
    with started("--index", tmp_path / "index") as (process, to, read):
        sent(to, HELLO, *pings)
        to.close()
        assert [json.loads(line)["id"] for line in read] == list(range(10))
        assert process.wait(PATIENCE) == 0


def test_an_agent_that_leaves_at_once_is_no_error(index_copy: Path) -> None:
    with started("--index", index_copy) as (process, to, read):
        sent(to, HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        replies(read, 0)
        to.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert process.stderr.read() == b""


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_change_that_is_ended_leaves_nothing(index_copy: Path, end: signal.Signals) -> None:
    content = "".join(
        f"@article{{k{n}, title={{Widget {n}}}, abstract={{It is cancelled {n} times.}}}}" for n in range(2000)
    )
    before = (index_copy / "CURRENT").read_text()
    add = calling("add_papers", 1, name="widgets.bib", content=content)
    add["params"]["_meta"] = {"progressToken": 1}  # type: ignore[index]
    with started("--index", index_copy) as (process, to, read):
        sent(to, HELLO)
        replies(read, 0)
        sent(to, {"jsonrpc": "2.0", "method": "notifications/initialized"}, add)
        while b"embedding" not in (line := read.readline()):
            assert b'"result"' not in line
        process.send_signal(end)
        assert process.wait(PATIENCE) == (-end if end == signal.SIGKILL else 0)
        assert process.stderr
        assert process.stderr.read() == b""
    assert (index_copy / "CURRENT").read_text() == before
    with generations.changing(index_copy):  # as a rebuild begins
        assert uploads.files(index_copy) == []


@pytest.mark.parametrize("end", ["input", "interrupt", "output"])
def test_an_agent_that_reads_nothing_holds_up_nothing(tmp_path: Path, end: str) -> None:
    with started("--index", tmp_path / "index") as (process, to, read):
        sent(to, HELLO)
        replies(read, 0)
        sent(to, *({"jsonrpc": "2.0", "id": n, "method": "tools/list"} for n in range(1, 200)))
        replies(read, 1)  # the pipe is full now, or soon
        if end == "interrupt":
            process.send_signal(signal.SIGINT)
        else:
            (to if end == "input" else read).close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()


def test_what_is_printed_does_not_get_into_the_protocol(tmp_path: Path, index_copy: Path) -> None:
    """Not even what C libraries and other processes write."""
    patch = tmp_path / "sitecustomize.py"
    patch.write_text(
        "import rag.index.opening as opening, os, subprocess\n"
        "whole = opening.open_current\n"
        "def noisy(*given, **more):\n"
        "    print('printed'); os.write(1, b'written\\n'); subprocess.run('echo echoed; cat', shell=True)\n"
        "    return whole(*given, **more)\n"
        "opening.open_current = noisy\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    with started("--index", index_copy, env=environment) as (process, to, read):
        sent(to, HELLO)
        replies(read, 0)
        sent(to, calling("search", 1, question=WHICH))
        assert not replies(read, 1)["result"].get("isError")
        to.close()
        assert read.read() == b""
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        printed = process.stderr.read().decode()
        assert all(word in printed for word in ("printed", "written", "echoed"))


@pytest.mark.parametrize("end", ["input", "interrupt", "terminate"])
def test_it_ends_cleanly_while_a_model_is_asked(server: Server, index_copy: Path, end: str) -> None:
    Owl(server, endless={"synthesis", "sentence"})
    server.silent = Event()
    model = ("--llm", f"openai-like:{server.url}/v1#owl", "--writer", "synthesis")
    with started("--index", index_copy, *model) as (process, to, read):
        sent(to, HELLO)
        replies(read, 0)
        sent(to, {"jsonrpc": "2.0", "method": "notifications/initialized"}, calling("ask", 1, question=WHICH))
        wait_for_chat(server)
        if end == "input":
            to.close()
        else:
            process.send_signal(signal.SIGTERM if end == "terminate" else signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert server.gone.wait(PATIENCE)
        assert process.stderr
        assert process.stderr.read() == b""


def test_cancelling_stops_the_model(server: Server, index_copy: Path, tmp_path: Path) -> None:
    server.silent = Event()
    spec, log = f"openai-like:{server.url}/v1#owl", tmp_path / "log"
    with over_stdio("--index", index_copy, "--llm", spec, "--writer", "synthesis", log=log) as agent:
        call = agent.begin("ask", question=WHICH)
        wait_for_chat(server)
        agent.cancel()
        assert server.gone.wait(PATIENCE)
        with pytest.raises(McpError, match="cancelled"):
            call.result(PATIENCE)
        server.silent.set()
        assert any("The model is" in line for line in agent.progress("ask", question=WHICH))
    assert log.read_text() == ""


def test_wrong_options_are_told_at_once(tmp_path: Path) -> None:
    with started("--index", tmp_path, "--llm", "nonsense:x") as (process, _, read):
        assert process.wait(PATIENCE) == 1
        assert process.stderr
        error = process.stderr.read().decode()
        assert error.startswith("Error: ")
        assert error.count("\n") == 1
        assert read.read() == b""


def test_the_documented_configurations_start_it(tmp_path: Path) -> None:
    commands = [[server["command"], *server["args"]] for server in configured() if "command" in server]
    assert len(commands) == 2
    assert len({*map(tuple, commands)}) == 1
    ((rag, *arguments),) = commands[:1]
    assert Path(rag).name == RAG.name
    place = {"/home/ada/rag/index": str(tmp_path / "index")}
    command = [str(RAG), *(place.get(one, one) for one in arguments)]
    hello = json.dumps(HELLO).encode() + b"\n"
    done = subprocess.run(command, input=hello, capture_output=True, timeout=PATIENCE, check=True)
    assert json.loads(done.stdout)["result"]["serverInfo"]["name"] == "rag"


def test_the_documented_program_gets_an_answer(index_copy: Path) -> None:
    (program,) = documented("python")
    environment = os.environ | {"PATH": f"{RAG.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=index_copy.parent, env=environment, capture_output=True, timeout=PATIENCE
    )
    assert b"[1]" in done.stdout, done.stderr


def wait_for_chat(server: Server) -> None:
    """Waits until the model is asked."""
    until = time.monotonic() + PATIENCE
    while not any("chat/completions" in path for path in server.paths):
        assert time.monotonic() < until
        time.sleep(0.02)
