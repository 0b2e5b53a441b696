"""Models of a running Ollama."""

from __future__ import annotations

from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
from rag.llm import ollama
from rag.llm.model import MAX_CONTEXT, UNKNOWN_CONTEXT

from .conftest import Ask, load
from .server import WRITTEN, Server


def test_the_address_of_ollama_may_lack_its_scheme(server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url.removeprefix("http://"))
    assert ask(load("ollama:owl")) == WRITTEN


def test_a_model_that_ollama_lacks_is_reported_with_the_command_that_pulls_it(server: Server) -> None:
    with pytest.raises(ModelError, match=r"^Ollama has no model 'bat'\. Run: ollama pull bat$"):
        llm.load("ollama:bat", 20.0)


SHOWN = {"general.architecture": "bird", "general.parameter_count": 1_543_714_304, "bird.context_length": 32_768}


@pytest.mark.parametrize(
    ("shown", "loaded", "size", "context"),
    [
        ({"details": {"parameter_size": "1.5B"}, "model_info": SHOWN}, None, 1_543_714_304, UNKNOWN_CONTEXT),
        ({"details": {"parameter_size": "1.5B"}, "model_info": SHOWN}, 6144, 1_543_714_304, 6144),
        ({"details": {"parameter_size": "1.5B"}, "model_info": SHOWN}, 32_768, 1_543_714_304, MAX_CONTEXT),
        ({"model_info": {}, "parameters": "stop  <end>\nnum_ctx    6000\ntop_k 20"}, None, 8_000_000_000, 6000),
        ({"details": {"parameter_size": "1.5B"}, "model_info": {"bird.context_length": 2048}}, 0, 1_500_000_000, 2048),
        ({"details": None, "model_info": None}, None, 8_000_000_000, UNKNOWN_CONTEXT),  # from its name
    ],
)
def test_size_and_context_are_those_that_ollama_gives_the_model(
    server: Server, shown: dict[str, Any], loaded: int | None, size: int, context: int
) -> None:
    server.pulled["owl:8b"] = shown
    if loaded is not None:
        server.known["/api/ps"] = {"models": [{"name": "owl:8b", "context_length": loaded}]}
    model = load("ollama:owl:8b")
    assert (model.parameters, model.context) == (size, context)


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("[fe80::1]", "http://[fe80::1]:11434"),
        ("owls.example", "http://owls.example:11434"),
        ("owls.example/barn/", "http://owls.example:11434/barn"),
        ("http://owls.example", "http://owls.example"),
        ("https://me:pw@owls.example:8443/", "https://owls.example:8443"),
    ],
)
def test_the_address_of_ollama_is_read_as_ollama_reads_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", variable)
    assert ollama.host() == address
