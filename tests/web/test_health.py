"""What probes and Prometheus learn of a served chat, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import chat, settings
from rag.chat.library import Library
from rag.index import generations
from rag.index.store import Store
from rag.web import health
from tests.chat.test_library import switch
from tests.conftest import WHICH
from tests.ports import free_port

from .held import HeldLibrary
from .serving import served, serving

ADA, BEN = "correct horse battery", "staple-0123456789"


@contextmanager
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as opened:
        yield opened


@contextmanager
def client_of(library: Library) -> Iterator[httpx.Client]:
    with served(library) as port, client(f"http://127.0.0.1:{port}") as opened:
        yield opened


def told(client: httpx.Client, path: str) -> tuple[int, dict[str, str]]:
    reply = client.get(path)
    return reply.status_code, reply.json()


OK = 200, {"status": "ok"}
STARTING = 503, {"status": "starting"}
UNAVAILABLE = 503, {"status": "unavailable"}


def test_probes_need_no_password_and_the_metrics_need_a_curators(index_copy: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.touch(0o600)
    people.write_text(f"ada curator {ADA}\nben reader {BEN}\n")
    with serving(index_copy, password_file=people) as address, client(address) as one:
        assert told(one, "/healthz") == told(one, "/readyz") == OK
        assert one.head("/healthz").status_code == one.head("/readyz").status_code == 200
        assert one.get("/papers", headers={"accept": "application/json"}).status_code == 401
        assert one.get("/metrics").status_code == 401
        assert one.get("/metrics", headers={"authorization": f"Bearer {BEN}"}).status_code == 403
        reply = one.get("/metrics", headers={"authorization": f"Bearer {ADA}"})
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert one.get("/healthz/").status_code == 401  # no other address is open


def test_a_server_lives_before_its_index_is_open(index_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 0.1)
    library = HeldLibrary(settings.load(index_dir=index_copy, llm="none", port=free_port()))
    with client_of(library) as one:
        assert told(one, "/healthz") == OK
        assert told(one, "/readyz") == STARTING
        library.let_all()
        monkeypatch.setattr(health, "_PATIENCE", 60.0)
        assert told(one, "/readyz") == OK


def test_what_is_wrong_with_an_index_is_not_told_and_its_repair_is_noticed(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 60.0)
    (papers,) = index_copy.glob("g*/papers.db")
    content = papers.read_bytes()
    papers.unlink()
    with client_of(Library(settings.load(index_dir=index_copy, llm="none"))) as one:
        assert told(one, "/readyz") == UNAVAILABLE
        assert told(one, "/healthz") == OK
        papers.write_bytes(content)
        monkeypatch.setattr(health, "_PAUSE", 0.0)
        assert told(one, "/readyz") == OK


def test_an_index_that_is_being_built_is_waited_for(tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    with client_of(Library(settings.load(index_dir=index_dir, llm="none"))) as one:
        assert told(one, "/readyz") == UNAVAILABLE
        with generations.changing(index_dir):
            assert told(one, "/readyz") == STARTING


def test_an_index_that_cannot_be_opened_is_not_tried_at_each_probe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []
    opened = chat.library.open_current

    def counted(index_dir: Path, **given: Any) -> Store:
        tries.append(index_dir)
        return opened(index_dir, **given)

    monkeypatch.setattr(chat.library, "open_current", counted)
    with client_of(Library(settings.load(index_dir=tmp_path / "index", llm="none"))) as one:
        assert [told(one, "/readyz") for _ in range(5)] == [UNAVAILABLE] * 5
    assert len(tries) == 1


def test_while_a_newer_index_is_being_opened_questions_are_answered(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 0.1)
    library = HeldLibrary(settings.load(index_dir=index_copy, llm="none"))
    library.let_all()
    library.retriever()
    with client_of(library) as one:
        library.index_may_open.clear()
        switch(index_copy)
        try:
            assert [told(one, "/readyz") for _ in range(3)] == [OK] * 3
            assert one.post("/api/v1/search", json={"question": WHICH}).json()["results"]
        finally:
            library.let_all()


def test_a_newer_index_that_cannot_be_opened_is_noticed(index_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 60.0)
    with client_of(Library(settings.load(index_dir=index_copy, llm="none"))) as one:
        assert told(one, "/readyz") == OK
        (switch(index_copy) / "papers.db").unlink()
        assert told(one, "/readyz") == UNAVAILABLE
