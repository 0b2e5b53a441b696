"""Chats that share one index, and one Chroma server, follow it: no question fails, no answer mixes two generations."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from tests.chroma import Chroma
from tests.cli.runner import rag
from tests.ports import free_port

QUESTION = "How does the soft gripper hold fruit?"
MARKER = re.compile(r"edition[0-9]")
ASKERS = 20
PAUSE_SECONDS = 0.2  # before an asker asks again
START_SECONDS, END_SECONDS = 120, 60

Ask = Callable[[], str]  # the answer in full, or why there is none


def papers(edition: int, count: int) -> list[dict[str, str]]:
    """Papers that name their `edition` in every sentence."""
    return [
        {
            "title": f"Soft grippers for fruit {n} in edition{edition}",
            "abstract": f"The soft gripper of edition{edition} holds fruit {n} by suction. "
            f"In edition{edition}, no fruit was bruised in {n} trials.",
        }
        for n in range(1, count + 1)
    ]


def rebuild(folder: Path, edition: int, count: int, url: str) -> None:
    file = folder / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, papers(edition, count))))
    done = rag("rebuild", file, "--yes", "--index", folder / "index", RAG_CHROMA=url)
    assert f"The Chroma server {url} has its" in done.stdout, done.output


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    started = Chroma(tmp_path_factory.mktemp("chroma"))
    yield started
    started.kill()


@contextmanager
def chat(index_dir: Path, url: str, log: Path) -> Iterator[str]:
    """The address of a chat in a process of its own."""
    port = free_port()
    command = ["-m", "rag", "chat", "--llm", "none", "--port", str(port), "--index", str(index_dir)]
    with (
        log.open("w") as output,
        subprocess.Popen([sys.executable, *command], stdout=output, stderr=output, env=environment(url)) as process,
    ):
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "RAG_CHROMA": url}


def wait_for(address: str) -> None:
    end = monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"{address}/api/v1/status", trust_env=False, timeout=30).json()["ready"]:
                return
        except httpx.TransportError:
            assert monotonic() < end
        sleep(0.1)


def over_http(client: httpx.Client, address: str) -> Ask:
    def ask() -> str:
        reply = client.post(f"{address}/api/v1/ask", json={"question": QUESTION})
        return reply.text if reply.is_success else f"HTTP {reply.status_code}: {reply.text}"

    return ask


def of_library(library: Library) -> Ask:
    """The sentences of what a library finds, which an answer quotes."""

    def ask() -> str:
        hits = library.retriever().search([QUESTION], 10).papers
        return " ".join(f"{hit.paper.title} {hit.paper.abstract}" for hit in hits)

    return ask


def answers_while(asks: list[Ask], change: Callable[[], None], last: str) -> list[set[str]]:
    """The editions in each answer to all who ask at once, again and again, until each hears of the `last` edition
    after the `change`."""
    changed = threading.Event()

    def keep_asking(ask: Ask) -> list[set[str]]:
        heard: list[set[str]] = []
        end = None
        while not (changed.is_set() and heard[-1:] == [{last}]):
            answer = ask()
            heard.append(set(MARKER.findall(answer)) or {answer})
            sleep(PAUSE_SECONDS)
            end = end or (monotonic() + END_SECONDS if changed.is_set() else None)
            assert end is None or monotonic() < end, heard[-1]
        return heard

    with ThreadPoolExecutor(len(asks)) as pool:
        asking = [pool.submit(keep_asking, ask) for ask in asks]
        try:
            change()
        finally:
            changed.set()
        return [editions for each in asking for editions in each.result()]


@pytest.mark.slow
def test_twenty_askers_of_two_chats_while_the_index_is_rebuilt(tmp_path: Path, chroma: Chroma) -> None:
    rebuild(tmp_path, 1, 12, chroma.url)
    with ExitStack() as stack:
        logs = [tmp_path / "one.log", tmp_path / "two.log"]
        chats = [stack.enter_context(chat(tmp_path / "index", chroma.url, log)) for log in logs]
        for address in chats:
            wait_for(address)
        clients = [stack.enter_context(httpx.Client(trust_env=False, timeout=60)) for _ in range(ASKERS)]
        asks = [over_http(client, chats[n % 2]) for n, client in enumerate(clients)]

        def change() -> None:
            for edition, count in ((2, 18), (3, 9)):
                rebuild(tmp_path, edition, count, chroma.url)

        heard = answers_while(asks, change, "edition3")
    assert all(len(editions) == 1 for editions in heard), [editions for editions in heard if len(editions) > 1]
    editions = {edition for one in heard for edition in one}
    assert editions <= {"edition1", "edition2", "edition3"}
    assert {"edition1", "edition3"} <= editions
    assert [log.read_text().count("searched without its Chroma server") for log in logs] == [0, 0]


def test_two_libraries_follow_one_index(tmp_path: Path, chroma: Chroma) -> None:
    rebuild(tmp_path, 1, 6, chroma.url)
    chosen = settings.load(index_dir=tmp_path / "index", llm="none", chroma=chroma.url)
    with closing(Library(chosen)) as one, closing(Library(chosen)) as two:
        asks = [of_library(one), of_library(two)] * 2
        heard = answers_while(asks, lambda: rebuild(tmp_path, 2, 4, chroma.url), "edition2")
    assert {frozenset(editions) for editions in heard} == {frozenset({"edition1"}), frozenset({"edition2"})}
