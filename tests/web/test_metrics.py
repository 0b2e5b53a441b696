"""What a served chat counts and measures, as Prometheus reads it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from unittest.mock import Mock

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from rag import __version__, settings
from rag.chat.library import Library
from rag.errors import StoreError
from rag.web import places
from rag.web.identity import Face
from rag.web.rebuilding import Rebuilding
from rag.web.serve import start
from tests.answer.owl import Owl, grading, reading
from tests.conftest import WHICH
from tests.llm.server import running
from tests.ports import free_port

UNANSWERED = "how is sourdough bread baked at home?"
WRITTEN = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
SECRETS = ("diffusion", "depth", "sourdough", "swiftdepth")  # of the questions, and of titles that answer

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Chat:
    """A served chat with a model, and a client of it."""

    def __init__(self, address: str, rebuilding: Rebuilding, owl: Owl) -> None:
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=60)
        self.rebuilding, self.owl = rebuilding, owl

    def ask(self, question: str, **choices: str) -> httpx.Response:
        return self.client.post("/api/v1/ask", json={"question": question, **choices})

    def samples(self) -> Samples:
        """The value of each series."""
        reply = self.client.get("/metrics").raise_for_status()
        found = [sample for family in families(reply.text) for sample in family.samples]
        series = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}
        assert len(series) == len(found)
        return series

    def value(self, name: str, **labels: str) -> float:
        return self.samples()[name, tuple(sorted(labels.items()))]

    def wait_for(self, value: float, name: str, **labels: str) -> None:
        """Waits until the series has that value."""
        until = time.monotonic() + 60
        while self.value(name, **labels) != value:
            assert time.monotonic() < until
            time.sleep(0.02)

    def questions(self, outcome: str, face: str = "http") -> float:
        return self.value("rag_questions_total", face=face, outcome=outcome)


@pytest.fixture(scope="module")
def chat(index_dir: Path) -> Iterator[Chat]:
    with pytest.MonkeyPatch.context() as patch, running() as server:
        patch.setattr("rag.llm.faults.PAUSE", 0.0)
        grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
        owl = Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{WRITTEN} [2a][2b]\n"})
        rebuilding, port = Rebuilding(), free_port()
        library = Library(settings.load(index_dir=index_dir, llm=owl.spec))
        close = start(library, "127.0.0.1", port, rebuilding)
        chat = Chat(f"http://127.0.0.1:{port}", rebuilding, owl)
        try:
            yield chat
        finally:
            chat.client.close()
            close()


def test_answers_and_refusals_are_counted_by_face_and_timed(chat: Chat) -> None:
    before = chat.samples()
    assert not chat.ask(WHICH, writer="quotes").json()["refused"]
    assert chat.ask(UNANSWERED, writer="quotes").json()["refused"]
    after = chat.samples()
    grown = {series: value - before.get(series, 0) for series, value in after.items() if series[0].startswith("rag_")}
    assert grown["rag_questions_total", (("face", "http"), ("outcome", "answered"))] == 1
    assert grown["rag_questions_total", (("face", "http"), ("outcome", "refused"))] == 1
    assert grown["rag_search_seconds_count", ()] == grown["rag_answer_seconds_count", ()] == 2
    assert 0 < grown["rag_search_seconds_sum", ()] <= grown["rag_answer_seconds_sum", ()]
    assert grown["rag_first_sentence_seconds_count", ()] == grown["rag_model_faults_total", ()] == 0
    assert sum(value for (name, _), value in grown.items() if name == "rag_questions_total") == 2


def test_a_question_that_is_malformed_or_one_too_many_is_told_from_one_that_fails(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [chat.questions(outcome) for outcome in ("invalid", "turned away", "failed")]
    assert chat.ask(f"{WHICH} year:MMXX").is_client_error
    monkeypatch.setattr(places, "MAX_WAITING", 0)
    assert chat.ask(WHICH).is_error
    monkeypatch.undo()
    monkeypatch.setattr(Library, "router", Mock(side_effect=StoreError("gone")))
    assert chat.ask(WHICH).is_error
    after = [chat.questions(outcome) for outcome in ("invalid", "turned away", "failed")]
    assert after == [number + 1 for number in before]


def test_a_search_is_told_from_an_answer(chat: Chat) -> None:
    before = {outcome: chat.questions(outcome) for outcome in ("searched", "answered", "refused")}
    chat.client.post("/api/v1/search", json={"question": UNANSWERED}).raise_for_status()
    chat.wait_for(before["searched"] + 1, "rag_questions_total", face="http", outcome="searched")
    assert {outcome: chat.questions(outcome) for outcome in before} == before | {"searched": before["searched"] + 1}


def test_each_face_is_told_from_the_others(chat: Chat) -> None:
    outcomes = {face: "searched" if face == "mcp" else "answered" for face in get_args(Face)}
    before = {face: chat.questions(outcome, face) for face, outcome in outcomes.items()}
    asked = [{"role": "user", "content": WHICH}]
    completed = chat.client.post("/v1/chat/completions", json={"model": "rag", "messages": asked})
    completed.raise_for_status()
    arguments = {"question": "counting coral"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": arguments}}
    accepts = {"accept": "application/json, text/event-stream"}
    chat.client.post("/gradio_api/mcp/", json=call, headers=accepts).raise_for_status()
    called(chat.client, "ask", ["counting coral", [], None, "quotes", "", [], []])
    called(chat.client, "page_ask", [{"question": "counting coral"}])
    chat.ask("counting coral")
    for face, number in before.items():
        chat.wait_for(number + 1, "rag_questions_total", face=face, outcome=outcomes[face])


def called(client: httpx.Client, name: str, data: list[object]) -> None:
    """Calls a function as Gradio's client does."""
    client.get("/")  # for the cookie
    event = client.post(f"/gradio_api/call/{name}", json={"data": data}).raise_for_status().json()["event_id"]
    assert "event: complete" in client.get(f"/gradio_api/call/{name}/{event}").text


def test_a_model_is_timed_until_its_first_sentence(chat: Chat) -> None:
    before = chat.samples()
    assert chat.ask(WHICH).json()["writer"] == "synthesis"
    after = chat.samples()
    first, whole = ("rag_first_sentence_seconds_sum", ()), ("rag_answer_seconds_sum", ())
    assert 0 < after[first] - before[first] <= after[whole] - before[whole]


def test_a_model_that_fails_is_counted_though_the_quotes_answer(chat: Chat) -> None:
    before, answered = chat.value("rag_model_faults_total"), chat.questions("answered")
    chat.owl.failing = {"reading", "grade", "synthesis"}
    assert "failed (HTTP 500)" in chat.ask(WHICH).json()["notice"]
    assert (chat.value("rag_model_faults_total"), chat.questions("answered")) == (before + 1, answered + 1)


def test_changes_of_the_collection_are_counted_by_how_they_end(chat: Chat) -> None:
    def fail(progress: object) -> None:
        raise ValueError

    for outcome, work in (("done", lambda progress: None), ("failed", fail)):
        before = chat.value("rag_collection_changes_total", outcome=outcome)
        chat.rebuilding.begin("Testing", work).over.wait()
        chat.wait_for(before + 1, "rag_collection_changes_total", outcome=outcome)
    assert chat.value("rag_collection_changing") == 0


def test_the_index_the_queue_and_the_process_are_told(chat: Chat) -> None:
    chat.ask(WHICH, writer="quotes")
    assert chat.value("rag_index_papers") == 14
    assert 1.7e9 < chat.value("rag_index_built_timestamp_seconds") < 5e9
    assert chat.value("rag_questions_open") == 0
    assert chat.value("rag_questions_waiting", turn="search") == chat.value("rag_questions_waiting", turn="model") == 0
    assert chat.value("rag_info", version=__version__) == 1
    assert chat.value("process_resident_memory_bytes") > 1e7


def test_nothing_that_a_user_wrote_is_in_the_metrics_and_the_series_are_few(chat: Chat) -> None:
    chat.ask(WHICH, writer="quotes")
    before = chat.samples().keys()
    for n in range(3):
        chat.ask(f"what is {n} times {WHICH}", writer="quotes", llm="none")
    assert chat.samples().keys() == before
    assert len(before) < 200
    text = chat.client.get("/metrics").text.lower()
    assert [secret for secret in SECRETS if secret in text] == []


def test_each_server_has_metrics_of_its_own(chat: Chat, index_dir: Path) -> None:
    port = free_port()
    close = start(Library(settings.load(index_dir=index_dir, llm="none")), "127.0.0.1", port)
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    finally:
        close()
    counted = [sample for family in families(text) if family.name == "rag_questions" for sample in family.samples]
    assert {sample.value for sample in counted if sample.name.endswith("_total")} == {0}
    assert "rag_index_papers" not in text  # it is not open yet
