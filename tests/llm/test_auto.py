"""Which model "auto" stands for: one of this machine that can write, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rag.llm import auto, local
from rag.llm.auto import AutoChoice, Resolved, resolve

from .listings import ListingServer, listing, pulled

GIGA = 1_000_000_000


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 16 GB of memory, and an Ollama and an LM Studio that do not run."""
    monkeypatch.setattr(auto, "_memory", lambda: 16 * GIGA)
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    monkeypatch.setenv("LM_STUDIO_API_BASE", "http://127.0.0.1:9")


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[ListingServer]:
    with listing(api_tags={"models": []}, api_ps={"models": []}) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        yield server


@contextmanager
def lm_studio(monkeypatch: pytest.MonkeyPatch, **replies: Any) -> Iterator[ListingServer]:
    with listing(**replies) as server:
        monkeypatch.setenv("LM_STUDIO_API_BASE", f"{server.url}/v1")
        yield server


def chosen(server: ListingServer, *entries: dict[str, Any], loaded: tuple[str, ...] = ()) -> str:
    """What "auto" stands for if Ollama lists these."""
    server.replies = {
        "/api/tags": {"models": list(entries)},
        "/api/ps": {"models": [pulled(name) for name in loaded]},
    }
    return resolve("auto").spec


@pytest.mark.parametrize("spec", ["none", "bundled", "ollama:owl", "openai:gpt-4o", "owl"])
def test_a_model_that_is_named_is_that_model_and_nobody_is_asked(ollama: ListingServer, spec: str) -> None:
    assert resolve(spec) == Resolved(spec)
    assert ollama.paths == []


def test_without_a_server_there_is_no_model() -> None:
    assert resolve("auto") == Resolved("none", "no Ollama or LM Studio answers on this machine")


def test_the_largest_that_fits_into_half_of_the_memory_is_chosen(ollama: ListingServer) -> None:
    entries = [
        pulled("owl:3b", "3.1B", 2 * GIGA),
        pulled("owl:14b", "14.8B", 9 * GIGA),
        pulled("owl:8b", "8.2B", 5 * GIGA),
    ]
    assert chosen(ollama, *entries) == "ollama:owl:8b"
    assert chosen(ollama, *reversed(entries)) == "ollama:owl:8b"
    assert resolve("auto").why == "the largest of Ollama that fits into half of the memory"


def test_one_that_is_loaded_comes_before_larger_ones_even_if_it_takes_more_memory(ollama: ListingServer) -> None:
    entries = [pulled("owl:3b", "3.1B", 2 * GIGA), pulled("owl:8b", "8.2B", 5 * GIGA), pulled("big", "30B", 20 * GIGA)]
    assert chosen(ollama, *entries, loaded=("owl:3b",)) == "ollama:owl:3b"
    assert resolve("auto").why == "Ollama has it loaded"
    assert chosen(ollama, *entries, loaded=("big", "owl:3b")) == "ollama:big"


def test_equals_are_chosen_by_name_whatever_the_order(ollama: ListingServer) -> None:
    entries = [pulled("owl:8b", "8B", 5 * GIGA), pulled("bat:8b", "8B", 5 * GIGA)]
    assert chosen(ollama, *entries) == chosen(ollama, *reversed(entries)) == "ollama:bat:8b"


@pytest.mark.parametrize(
    "entry",
    [
        pulled("nomic-embed-text:latest", "1.4B", GIGA),
        pulled("mxbai:latest", "1.3B", GIGA, family="bert"),
        pulled("nomic:latest", "1.3B", GIGA, family="nomic-bert"),
        pulled("qwen3-reranker:4b", "4B", GIGA, family="qwen3"),
        pulled("gpt-oss:120b-cloud", "116.8B", 384, remote_host="https://ollama.com:443"),
        pulled("copy:latest", "116.8B", 384, remote_model="gpt-oss:120b"),
        pulled("glm-4.6:cloud", "355B", 400),
        pulled("owl:135m", "135M", GIGA),
        pulled("owl:70b", "70.6B", 40 * GIGA),
        pulled("owl:latest", "", GIGA),
        pulled("owl of\x1b[2J", "8B", GIGA),
        pulled("o" * 201, "8B", GIGA),
        {"model": ["owl"], "details": "8B"},
        {},
    ],
    ids=lambda entry: str(entry.get("name", entry))[:20],
)
def test_what_cannot_write_or_runs_elsewhere_is_never_chosen(ollama: ListingServer, entry: dict[str, Any]) -> None:
    loaded = () if entry.get("name") in ("owl:70b", "owl:latest") else (str(entry.get("name")),)
    assert chosen(ollama, entry, loaded=loaded) == "none"
    assert resolve("auto").why.startswith("no model of Ollama is large enough and fits into half of the memory, 8.0 GB")


def test_a_model_of_unknown_size_is_chosen_if_it_is_loaded(ollama: ListingServer) -> None:
    assert chosen(ollama, pulled("owl:latest", "", 5 * GIGA), loaded=("owl:latest",)) == "ollama:owl:latest"


LISTED = [
    {"id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings", "arch": "nomic-bert", "state": "loaded"},
    {"id": "qwen2-vl-7b-instruct", "type": "vlm", "arch": "qwen2_vl", "state": "not-loaded"},
    {"id": "qwen/qwen3-4b@q4_k_m", "type": "llm", "arch": "qwen3", "state": "not-loaded"},
]


def test_lm_studio_says_which_models_write_and_which_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    with lm_studio(monkeypatch, api_v0_models={"data": LISTED}):
        assert resolve("auto").spec == "lmstudio:qwen2-vl-7b-instruct"
        LISTED[2]["state"] = "loaded"
        assert resolve("auto") == Resolved("lmstudio:qwen/qwen3-4b@q4_k_m", "LM Studio has it loaded")


@pytest.mark.parametrize("missing", [None, {"error": "Unexpected endpoint or method. (GET /api/v0/models)"}])
def test_an_old_lm_studio_lists_names_only(monkeypatch: pytest.MonkeyPatch, missing: object) -> None:
    names = {"data": [{"id": "text-embedding-bge-7b"}, {"id": "owl-3b"}, {"id": "owl"}]}
    with lm_studio(monkeypatch, api_v0_models=missing, v1_models=names):
        assert resolve("auto").spec == "lmstudio:owl-3b"


def test_both_are_asked_and_the_larger_is_chosen(ollama: ListingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ollama.replies["/api/tags"] = {"models": [pulled("owl:3b", "3.1B", 2 * GIGA)]}
    with lm_studio(monkeypatch, api_v0_models={"data": [{"id": "bat-7b", "type": "llm"}]}):
        assert resolve("auto").spec == "lmstudio:bat-7b"
        ollama.replies["/api/ps"] = {"models": [pulled("owl:3b")]}
        assert resolve("auto").spec == "ollama:owl:3b"


@pytest.mark.parametrize(
    "reply",
    [
        *(b"", b"<html>", b"{", b"\xff\xfe", b"[" * 100_000, b'{"models": {}}', b"null"),
        b'{"models": [1, null, "owl", [], {"model": ["owl"]}]}',
        b'{"models": [' + b" " * 5_000_000 + b"]}",
    ],
    ids=lambda reply: reply[:12].decode("latin-1"),
)
def test_a_server_that_sends_something_else_has_no_model(ollama: ListingServer, reply: bytes) -> None:
    ollama.replies = {"/api/tags": reply, "/api/ps": reply}
    assert resolve("auto").spec == "none"


def test_a_server_that_is_silent_is_not_waited_for(ollama: ListingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "LISTING_TIMEOUT", 0.2)
    ollama.silent.clear()
    assert resolve("auto").why == "no Ollama or LM Studio answers on this machine"


def test_a_redirect_is_not_followed(ollama: ListingServer) -> None:
    with listing(api_tags={"models": [pulled("owl:8b", "8B", GIGA)]}) as other:
        ollama.status, ollama.headers = 307, {"Location": f"{other.url}/api/tags"}
        assert resolve("auto").spec == "none"
        assert other.paths == []


def test_a_proxy_is_bypassed(ollama: ListingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with listing() as proxy:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert chosen(ollama, pulled("owl:8b", "8B", GIGA)) == "ollama:owl:8b"
        assert proxy.paths == []


def test_another_machine_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*args: object) -> object:
        raise AssertionError(args)

    monkeypatch.setattr(local, "_server", ask)
    monkeypatch.setenv("LM_STUDIO_API_BASE", "http://192.0.2.1:1234/v1")
    for host in ("192.0.2.1", "https://ollama.example/", "127.0.0.1.example:11434", "http://127.0.0.1@192.0.2.1", "[x"):
        monkeypatch.setenv("OLLAMA_HOST", host)
        assert resolve("auto").spec == "none"


def test_it_may_be_called_while_an_event_loop_runs(ollama: ListingServer) -> None:
    async def run() -> str:
        return chosen(ollama, pulled("owl:8b", "8B", GIGA))

    assert asyncio.run(run()) == "ollama:owl:8b"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::]:8080", "http://[::1]:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://gpu", "http://gpu"),
        ("https://gpu/ollama", "https://gpu/ollama"),
        (" 'gpu:1' ", "http://gpu:1"),
        ("http://me:pw@gpu:1", "http://me:pw@gpu:1"),
    ],
)
def test_the_address_of_ollama_may_lack_a_scheme_and_a_port(
    monkeypatch: pytest.MonkeyPatch, given: str, address: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert local.ollama_address() == address


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://127.8.9.1", "http://localhost:1", "https://[::1]:1/x"]
)
def test_loopback_is_told_from_other_machines(address: str) -> None:
    assert local.is_loopback(address)


def test_the_key_goes_only_to_an_ollama_that_is_named(ollama: ListingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "sk-secret")
    with lm_studio(monkeypatch, api_v0_models={"data": []}) as server:
        resolve("auto")
        assert set(server.authorizations) == {None}
    assert set(ollama.authorizations) == {"Bearer sk-secret"}


def test_it_looks_until_a_model_is_found_which_then_stays_until_it_cannot_be_used(ollama: ListingServer) -> None:
    choice = AutoChoice()
    assert (choice.known("auto"), choice.known("bundled"), choice.resolve("bundled")) == ("auto", "bundled", "bundled")
    assert choice.resolve("auto") == "none"
    assert choice.known("auto") == "none"
    ollama.replies["/api/tags"] = {"models": [pulled("owl:3b", "3.1B", GIGA)]}
    assert choice.resolve("auto") == choice.known("auto") == "ollama:owl:3b"
    ollama.replies["/api/tags"] = {"models": [pulled("bat:8b", "8B", 2 * GIGA)]}
    assert choice.resolve("auto") == "ollama:owl:3b"
    choice.forget("another")
    assert choice.known("auto") == "ollama:owl:3b"
    choice.forget("ollama:owl:3b")
    assert choice.known("auto") == "auto"
    assert choice.resolve("auto") == "ollama:bat:8b"


def test_the_memory_of_this_machine_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert auto._memory() > 100_000_000
    monkeypatch.delattr("os.sysconf")
    assert auto._memory() == 8 * GIGA
