"""What `rag models` finds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rag.llm import bundled
from rag.llm.choices import Choice, choices, short

from .conftest import KEY
from .server import Server


def found(spec: str) -> dict[str, Choice]:
    return {choice.spec: choice for choice in choices(spec)}


def test_the_chosen_one_is_first_with_its_size_and_context(server: Server) -> None:
    server.pulled["owl:8b"] = {"details": {"parameter_size": "8.0B"}, "model_info": {"bird.context_length": 2048}}
    first, *others = choices("ollama:owl:8b")
    assert first == Choice("ollama:owl:8b", True, "answers", 8_000_000_000, 2048, chosen=True)
    assert str(first) == "* ollama:owl:8b: answers, 8B weights, 2,048 tokens of context"
    assert not [one for one in others if one.chosen or one.spec == first.spec]


def test_what_ollama_has_pulled_is_listed(server: Server) -> None:
    server.pulled = {"owl:latest": {"details": {"parameter_size": "135M"}}, "bat:1b": {"details": {}}}
    listed = found("none")
    assert listed["ollama:owl:latest"] == Choice("ollama:owl:latest", True, "pulled", 135_000_000)
    assert listed["ollama:bat:1b"].parameters is None


def test_a_model_is_listed_once_with_or_without_its_tag(server: Server) -> None:
    server.pulled["owl:latest"] = server.pulled["owl"]
    del server.pulled["owl"]
    assert [spec for spec in found("ollama:owl:latest") if "owl" in spec] == ["ollama:owl:latest"]


def test_what_is_lacking_is_told_with_what_to_do(
    closed_port: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{closed_port}")
    monkeypatch.setattr(bundled, "PACKAGE", "no_such_package")
    monkeypatch.setitem(sys.modules, "llama_index.llms.anthropic", None)
    listed = found("openai:gpt-4o")
    assert listed["ollama:MODEL"].state.endswith("Start it: ollama serve")
    assert listed["bundled"].state.endswith(f"Run: {bundled.INSTALL_BUNDLED}")
    assert "Set OPENAI_API_KEY" in listed["openai:gpt-4o"].state
    assert listed["anthropic:MODEL"].state == 'not installed. Run: pip install "rag[anthropic]"'
    assert listed["gemini:MODEL"].state == "GOOGLE_API_KEY is not set"
    assert [choice.spec for choice in listed.values() if choice.ready] == ["none"]


def test_an_ollama_without_models_is_told_apart(server: Server) -> None:
    server.pulled = {}
    assert "ollama pull MODEL" in found("none")["ollama:MODEL"].state


def test_keys_and_passwords_are_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    listed = found(f"openai-like:{server.url.replace('//', '//me:pw@')}/v1#owl")
    assert listed["openai:MODEL"].state == "OPENAI_API_KEY is set"
    assert KEY not in str(listed)
    assert "pw@" not in str(listed)


def test_nobody_is_asked_but_ollama_and_the_chosen_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    found("none")
    assert server.asked == ["/api/tags"]


def test_the_command_prints_a_line_for_each(server: Server) -> None:
    command = [sys.executable, "-m", "rag", "models", "--llm", "ollama:owl"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.startswith("* ollama:owl: answers")
    assert "\n- bundled: " in printed
    as_json = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    assert as_json.startswith('{"spec": "ollama:owl", "ready": true')


@pytest.mark.parametrize(
    ("weights", "shown"), [(134_515_008, "135M"), (1_543_714_304, "1.5B"), (70_600_000_000, "71B")]
)
def test_a_number_of_weights_is_short(weights: int, shown: str) -> None:
    assert short(weights) == shown
