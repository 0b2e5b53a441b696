"""From the start of a process to its first answer, with the files in the system's cache."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import httpx

from tests.bench import measures, processes, sides
from tests.bench.measures import Measure
from tests.bench.processes import BenchError, Child, Run
from tests.bench.sides import SIDES, Collection
from tests.bench.visits import visit
from tests.ports import free_port

QUESTION = "which papers speed up diffusion depth?"
_REPEATS = 3
_PATIENCE = 300  # seconds for the chat to listen


def compare(collection: Collection) -> list[Measure]:
    """`rag search`, `rag ask` and the chat, each against a retrieval of the quickstart."""
    index, other = (side.index(collection) for side in SIDES)
    label = f"{collection.size:,} papers"
    search, ask, chat = (Measure(f"start, {what}", "s", collection.size) for what in ("search", "ask", "chat"))
    memory = Measure("memory, chat", "MB", collection.size)
    for _ in range(_REPEATS):
        retrieval = processes.run(f"{label}, quickstart: start", sides.quickstart("ask", other, QUESTION))
        for measure in (search, ask, chat):
            measure.add(measures.QUICKSTART, retrieval.seconds)
        command = sides.rag("search", QUESTION, "--index", index)
        search.add(measures.OURS, processes.run(f"{label}, ours: search", command).seconds)
        command = sides.rag("ask", QUESTION, "--llm", "none", "--index", index)
        ask.add(measures.OURS, processes.run(f"{label}, ours: ask", command).seconds)
        seconds, run = _first_answer(f"{label}, ours: chat", index)
        chat.add(measures.OURS, seconds)
        memory.add(measures.OURS, run.peak / 1e6)
    return [search, ask, chat, memory]


def _first_answer(label: str, index_dir: Path) -> tuple[float, Run]:
    """Seconds from the start of the chat until its first answer is complete, and the chat's whole run."""
    port = free_port()
    chat = Child(label, sides.rag("chat", "--port", str(port), "--llm", "none", "--index", index_dir))
    try:
        _wait_until_open(chat, port)
        _, _, last = asyncio.run(visit(f"http://127.0.0.1:{port}/", QUESTION))
        seconds = time.perf_counter() - chat.started
    except (httpx.HTTPError, KeyError, ValueError) as fault:
        raise BenchError(f"{label}: it did not answer ({type(fault).__name__}: {fault}).") from fault
    finally:
        run = chat.stop()
    if last.get("running", True):
        raise BenchError(f"{label}: the answer broke off.")
    return seconds, run


def _wait_until_open(chat: Child, port: int) -> None:
    while time.perf_counter() - chat.started < _PATIENCE:
        if chat.ended():
            raise BenchError(chat.fault())
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise BenchError(f"{chat.label}: it did not listen within {_PATIENCE} seconds.")
