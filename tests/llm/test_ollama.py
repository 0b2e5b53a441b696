"""Models of a running Ollama."""

from __future__ import annotations

from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
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
    ("shown", "size", "context"),
    [
        ({"details": {"parameter_size": "1.5B"}, "model_info": SHOWN}, 1_543_714_304, MAX_CONTEXT),
        ({"details": {"parameter_size": "1.5B"}, "model_info": {"bird.context_length": 2048}}, 1_500_000_000, 2048),
        ({"details": {}, "model_info": {}}, 8_000_000_000, UNKNOWN_CONTEXT),  # from its name
    ],
)
def test_size_and_context_come_from_ollama_which_is_sent_the_context(
    server: Server, ask: Ask, shown: dict[str, Any], size: int, context: int
) -> None:
    server.pulled["owl:8b"] = shown
    model = load("ollama:owl:8b")
    assert (model.parameters, model.context) == (size, context)
    ask(model)
    assert server.requests[0][2]["options"]["num_ctx"] == context
