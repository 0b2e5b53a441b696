"""The language model that "auto" stands for, as `rag doctor` reports it."""

from __future__ import annotations

import pytest

from rag.health.check import Check
from rag.health.parts import language_model
from tests.llm.server import Server


def test_without_a_local_model_answers_are_quotes_which_is_no_problem() -> None:
    found = language_model("auto")
    assert found == Check("llm", "auto: answers are quotes, as no Ollama or LM Studio answers on this machine")


def test_the_model_that_was_found_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    server.pulled = {"owl:8b": {"details": {"parameter_size": "8B"}, "model_info": {}}}
    server.known["/api/ps"] = {"models": [{"model": "owl:8b", "name": "owl:8b"}]}
    assert language_model("auto") == Check("llm", "auto: ollama:owl:8b answers; chosen as Ollama has it loaded")
