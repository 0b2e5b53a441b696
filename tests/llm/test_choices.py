"""The models that `rag models` lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.cli.main import main
from rag.llm import bundled, pull
from rag.llm.catalogue import open_model
from rag.llm.choices import Choice, abbreviated, choices, trial, uses

from .conftest import KEY
from .listings import listing
from .server import Server

READS, WRITES, QUOTES = (
    "reads questions, judges papers, writes",
    "looks up terms, writes",
    "too small to write: quotes",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of pulled models, which does not exist yet."""
    monkeypatch.setattr(pull, "user_data_path", lambda name: tmp_path / name)
    return tmp_path / "rag" / "models"


def listed_for(spec: str) -> dict[str, Choice]:
    return {choice.spec: choice for choice in choices(spec)}


def test_the_chosen_model_is_listed_first_with_its_size_and_context(server: Server) -> None:
    server.pulled["owl:8b"] = {"details": {"parameter_size": "8.0B"}, "model_info": {"bird.context_length": 2048}}
    first, *others = choices("ollama:owl:8b")
    assert first == Choice("ollama:owl:8b", True, "answers", 8_000_000_000, 2048, chosen=True, uses=READS)
    assert str(first) == f"* ollama:owl:8b: answers, 8B parameters, 2,048 tokens of context; {READS}"
    assert not [other for other in others if other.chosen or other.spec == first.spec]


def test_the_models_that_ollama_has_pulled_are_listed_with_their_use(server: Server) -> None:
    server.pulled = {
        "owl:latest": {"details": {"parameter_size": "135M"}},
        "bat:1b": {"details": {}},
        "elk": {"details": {}},
        "bge-m3": {"details": {"family": "bert", "parameter_size": "567M"}},
        "fox:120b-cloud": {"details": {"parameter_size": "120B"}, "remote_host": "https://ollama.com"},
    }
    server.known["/api/ps"] = {"models": [{"model": "bat:1b"}]}
    listed = listed_for("none")
    assert listed["ollama:owl:latest"] == Choice("ollama:owl:latest", True, "Ollama has it", 135_000_000, uses=QUOTES)
    assert listed["ollama:bat:1b"] == Choice("ollama:bat:1b", True, "Ollama has it loaded", 1_000_000_000, uses=WRITES)
    assert listed["ollama:elk"] == Choice("ollama:elk", True, "Ollama has it", uses=READS)
    assert not listed["ollama:bge-m3"].usable
    assert str(listed["ollama:bge-m3"]).endswith("which cannot write, 567M parameters")
    assert listed["ollama:fox:120b-cloud"].state == "runs on another machine"


def test_the_models_of_lm_studio_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with listing(api_v0_models={"data": [{"id": "owl-7b", "type": "llm", "state": "loaded"}]}) as server:
        monkeypatch.setenv("LM_STUDIO_API_BASE", server.url)
        choice = listed_for("none")["lmstudio:owl-7b"]
    assert str(choice).endswith(f":owl-7b: LM Studio has it loaded, 7B parameters; {READS}")


def test_auto_is_listed_first_with_what_it_stands_for_and_why(server: Server) -> None:
    server.pulled["owl:8b"] = {"details": {"parameter_size": "8.0B"}, "model_info": {}}
    server.known["/api/ps"] = {"models": [{"model": "owl:8b"}]}
    first, *others = choices("auto")
    assert (first.spec, first.chosen, first.parameters, first.uses) == ("auto", True, 8_000_000_000, READS)
    assert first.state == "ollama:owl:8b, as Ollama has it loaded; it answers"
    assert "ollama:owl:8b" in [other.spec for other in others]
    assert listed_for("none")["auto"].state == "ollama:owl:8b, as Ollama has it loaded"


def test_auto_without_a_model_means_quotes(server: Server) -> None:
    server.pulled = {}
    (first, *_) = choices("auto")
    assert first.ready
    assert first.state.startswith("quotes only, as no model of Ollama is large enough")
    assert trial("auto", 5).startswith("There is no model: the answers are quotes, as no model of Ollama")


def test_models_that_were_pulled_from_the_hub_are_listed(folder: Path) -> None:
    model = open_model("qwen3-8b")
    folder.mkdir(parents=True)
    (folder / model.file).write_bytes(b"GGUF")
    (folder / "other.gguf").write_bytes(b"GGUF")
    listed = [choice for choice in choices("none") if choice.spec.startswith("gguf:/")]
    assert [str(choice) for choice in listed] == [
        f"- gguf:{folder / model.file}: pulled as qwen3-8b, 8.2B parameters; {READS}"
    ]
    assert listed[0].usable


@pytest.mark.parametrize(
    ("parameters", "use"),
    [(None, READS), (8_000_000_000, READS), (6_900_000_000, WRITES), (1_000_000_000, WRITES), (999_000_000, QUOTES)],
)
def test_what_a_model_is_used_for_depends_on_its_size(parameters: int | None, use: str) -> None:
    assert uses(parameters) == use


def test_a_model_is_listed_once_with_or_without_its_tag(server: Server) -> None:
    server.pulled["owl:latest"] = server.pulled["owl"]
    del server.pulled["owl"]
    assert [spec for spec in listed_for("ollama:owl:latest") if "owl" in spec] == ["ollama:owl:latest"]


def test_what_a_model_lacks_is_listed_with_what_to_do(
    closed_port: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{closed_port}")
    monkeypatch.setattr(bundled, "PACKAGE", "no_such_package")
    listed = listed_for("openai:gpt-4o")
    assert listed["ollama:MODEL"].state.endswith("Start it: ollama serve")
    assert listed["bundled"].state.endswith(f"Run: {bundled.INSTALL_BUNDLED}")
    assert "Set OPENAI_API_KEY" in listed["openai:gpt-4o"].state
    assert listed["gemini:MODEL"].state == "GOOGLE_API_KEY is not set"
    assert [choice.spec for choice in listed.values() if choice.ready] == ["auto", "none"]


def test_an_ollama_without_models_is_listed_with_the_command_that_pulls_one(server: Server) -> None:
    server.pulled = {}
    assert "ollama pull MODEL" in listed_for("none")["ollama:MODEL"].state


def test_keys_and_passwords_are_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    listed = listed_for("lmstudio:owl")
    assert listed["openai:MODEL"].state == "OPENAI_API_KEY is set"
    assert KEY not in str(listed)
    assert "pw@" not in str(listed)


def test_only_ollama_and_the_chosen_model_are_contacted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    listed_for("none")
    assert server.paths == ["/api/tags", "/api/ps"]


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
