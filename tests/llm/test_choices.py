"""The models that `rag models` lists."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from rag.cli.main import main
from rag.llm import bundled
from rag.llm.choices import Choice, abbreviated, choices

from .conftest import KEY
from .server import Server


def listed_for(spec: str) -> dict[str, Choice]:
    return {choice.spec: choice for choice in choices(spec)}


def test_the_chosen_model_is_listed_first_with_its_size_and_context(server: Server) -> None:
    server.pulled["owl:8b"] = {"details": {"parameter_size": "8.0B"}, "model_info": {"bird.context_length": 2048}}
    first, *others = choices("ollama:owl:8b")
    assert first == Choice("ollama:owl:8b", True, "answers", 8_000_000_000, 2048, chosen=True)
    assert str(first) == "* ollama:owl:8b: answers, 8B parameters, 2,048 tokens of context"
    assert not [other for other in others if other.chosen or other.spec == first.spec]


def test_the_models_that_ollama_has_pulled_are_listed(server: Server) -> None:
    server.pulled = {"owl:latest": {"details": {"parameter_size": "135M"}}, "bat:1b": {"details": {}}}
    listed = listed_for("none")
    assert listed["ollama:owl:latest"] == Choice("ollama:owl:latest", True, "pulled", 135_000_000)
    assert listed["ollama:bat:1b"].parameters is None


def test_a_model_is_listed_once_with_or_without_its_tag(server: Server) -> None:
    server.pulled["owl:latest"] = server.pulled["owl"]
    del server.pulled["owl"]
    assert [spec for spec in listed_for("ollama:owl:latest") if "owl" in spec] == ["ollama:owl:latest"]


def test_what_a_model_lacks_is_listed_with_what_to_do(
    closed_port: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{closed_port}")
    monkeypatch.setattr(bundled, "PACKAGE", "no_such_package")
    monkeypatch.setitem(sys.modules, "llama_index.llms.anthropic", None)
    listed = listed_for("openai:gpt-4o")
    assert listed["ollama:MODEL"].state.endswith("Start it: ollama serve")
    assert listed["bundled"].state.endswith(f"Run: {bundled.INSTALL_BUNDLED}")
    assert "Set OPENAI_API_KEY" in listed["openai:gpt-4o"].state
    assert listed["anthropic:MODEL"].state == 'not installed. Run: pip install "rag[anthropic]"'
    assert listed["gemini:MODEL"].state == "GOOGLE_API_KEY is not set"
    assert [choice.spec for choice in listed.values() if choice.ready] == ["none"]


def test_an_ollama_without_models_is_listed_with_the_command_that_pulls_one(server: Server) -> None:
    server.pulled = {}
    assert "ollama pull MODEL" in listed_for("none")["ollama:MODEL"].state


def test_keys_and_passwords_are_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    listed = listed_for(f"openai-like:{server.url.replace('//', '//me:pw@')}/v1#owl")
    assert listed["openai:MODEL"].state == "OPENAI_API_KEY is set"
    assert KEY not in str(listed)
    assert "pw@" not in str(listed)


def test_only_ollama_and_the_chosen_model_are_contacted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    listed_for("none")
    assert server.paths == ["/api/tags"]


def test_the_command_prints_one_line_per_model(server: Server) -> None:
    command = ["models", "--llm", "ollama:owl"]
    printed = CliRunner().invoke(main, command, catch_exceptions=False).stdout
    assert printed.startswith("* ollama:owl: answers")
    assert "\n- bundled: " in printed
    as_json = CliRunner().invoke(main, [*command, "--json"], catch_exceptions=False).stdout
    assert as_json.startswith('{"spec": "ollama:owl", "ready": true')


@pytest.mark.parametrize(
    ("parameters", "shown"), [(134_515_008, "135M"), (1_543_714_304, "1.5B"), (70_600_000_000, "71B")]
)
def test_a_number_of_parameters_is_abbreviated(parameters: int, shown: str) -> None:
    assert abbreviated(parameters) == shown
