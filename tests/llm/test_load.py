"""Every way to name a model, and what is reported if it cannot be loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import llm
from rag.errors import ModelError

from .conftest import KEY, Ask, load
from .server import WRITTEN, Server


@pytest.mark.parametrize("ending", ["/v1", "/v1/"])
def test_an_address_may_end_in_a_slash(server: Server, ask: Ask, ending: str) -> None:
    assert ask(load(f"openai-like:{server.url}{ending}#vendor/model:8b")) == WRITTEN
    assert server.requests[0][2]["model"] == "vendor/model:8b"


def test_a_key_is_sent_if_it_is_set(server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = KEY
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")  # as a file read into a variable ends
    assert ask(load(f"openai-like:{server.url}/v1#owl")) == WRITTEN


@pytest.mark.parametrize("key", ["sk-schlüssel-7", "sk-two\nlines"])
def test_an_invalid_key_is_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError, match=r"^OPENAI_API_KEY contains a character that no key can have\.") as fault:
        llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert key[3:] not in str(fault.value)


def test_a_rejected_key_is_not_shown(server: Server, spec: str, ask: Ask) -> None:
    model = load(spec)
    server.key = "another"
    with pytest.raises(ModelError, match=r"rejects the key\. Set \w+_API_KEY [^\n]+$") as later:
        ask(model)
    with pytest.raises(ModelError, match=r"rejects the key\. Set \w+_API_KEY [^\n]+$") as at_once:
        llm.load(spec, 20.0)
    assert KEY not in f"{later.value} {at_once.value} {model!r} {server.paths}"


@pytest.mark.parametrize(
    ("spec", "host", "message"),
    [
        ("openai-like:http://127.0.0.1:{port}/v1#owl", "", "No LLM answers at http://127.0.0.1:{port}/v1/models"),
        ("openai-like:http://me:pw@127.0.0.1:{port}/v1#owl", "", "No LLM answers at http://127.0.0.1:{port}/v1/models"),
        ("ollama:owl", "127.0.0.1:{port}", "No Ollama answers. Start it: ollama serve"),
        ("openai-like:nonsense#owl", "", "No LLM answers at nonsense"),
        ("openai-like:http://[::1#owl", "", "No LLM answers at"),
        ("openai-like:http://127.0.0.1/v1", "", "--llm openai-like:URL#MODEL"),
        ("gpt-9", "", "Unknown llm 'gpt-9'. It is one of: auto, none, bundled, gguf:PATH"),
        ("ollama:", "", "Unknown llm"),
        ("openai:", "", "Unknown llm"),
        ("anthropic:", "", "Unknown llm"),
        ("gemini:", "", "Unknown llm"),
        ("gguf:", "", "Unknown llm"),
        ("", "", "Unknown llm"),
        ("gguf:{folder}/missing.gguf", "", "No such model file: {folder}/missing.gguf. Give a GGUF file"),
        ("gguf:{folder}", "", "No such model file"),
        ("gguf:{folder}/notes.gguf", "", "is not a GGUF model. Give a GGUF file"),
        ("gguf:{folder}/broken.gguf", "", "broken.gguf"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_reported_in_one_line_that_says_what_to_do(
    tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch, spec: str, host: str, message: str
) -> None:
    (tmp_path / "notes.gguf").write_text("Not a model.")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(200))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OLLAMA_HOST", host.format(port=closed_port))
    with pytest.raises(ModelError) as fault:
        llm.load(spec.format(port=closed_port, folder=tmp_path), 20.0)
    assert message.format(port=closed_port, folder=tmp_path) in str(fault.value)
    assert "\n" not in str(fault.value)
    assert re.search(r"--llm|Start|It is one of", str(fault.value)), "what to do"
    assert KEY not in str(fault.value)


def test_the_spec_none_loads_no_model() -> None:
    assert llm.load("none", 20.0) is None


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("bundled", "bundled (SmolLM2 135M)"),
        ("none", "none"),
        ("ollama:owl:8b", "ollama:owl:8b"),
        ("openai:gpt-4o", "openai:gpt-4o"),
        ("gemini:gemini-3-flash", "gemini:gemini-3-flash"),
        ("openai-like:https://me:secret@example.org/v1#owl", "owl"),
    ],
)
def test_a_model_is_shown_without_its_address(spec: str, shown: str) -> None:
    assert llm.describe(spec) == shown


@pytest.mark.parametrize("listing", [["x"], {"data": ["x"]}, {"data": "x"}, {"data": [{"id": 5}]}, {"data": [None]}])
def test_a_list_of_models_of_another_form_lists_none(server: Server, listing: object) -> None:
    server.models = listing
    assert load(f"openai-like:{server.url}/v1#owl").model_id == "owl"
