"""`rag models`: the chosen model first, then the others; `rag models pull` downloads one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.llm.catalogue import CATALOGUE, OpenModel
from rag.llm.choices import Choice
from rag.progress import Progress
from tests.cli.runner import json_lines, rag


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Choice("none", True, "quotes only", chosen=True), Choice("ollama:owl", True, "pulled", 7_000_000_000)]
    monkeypatch.setattr("rag.llm.choices.choices", lambda spec: found if spec == "none" else [])


def test_models_are_listed_one_per_line() -> None:
    done = rag("models", "--llm", "none")
    assert done.exit_code == 0, done.output
    first, second = done.stdout.splitlines()
    assert first.startswith("* none: ")
    assert second.startswith("- ollama:owl: ")


def test_models_are_listed_as_json() -> None:
    chosen, other = json_lines(rag("models", "--json", "--llm", "none").stdout)
    assert (chosen["spec"], chosen["chosen"], chosen["ready"]) == ("none", True, True)
    assert (other["spec"], other["parameters"]) == ("ollama:owl", 7_000_000_000)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that was pulled."""
    file = tmp_path / "my models" / CATALOGUE[0].file
    monkeypatch.setattr("rag.llm.pull.pulled", lambda: [(CATALOGUE[0], file)])
    return file


def test_open_models_are_listed_with_size_licence_use_and_what_was_measured(there: Path) -> None:
    done = rag("models", "pull")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) == len(CATALOGUE)
    assert lines[0].startswith(
        f"- {CATALOGUE[0].name}: 1.1 GB, Apache-2.0, pulled; looks up terms, writes; as a judge "
    )
    assert lines[1] == "- smollm3-3b: 1.9 GB, Apache-2.0; looks up terms, writes; not measured"


def test_a_model_is_pulled_and_the_next_command_is_printed(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(model: OpenModel, progress: Progress) -> Path:
        assert model is CATALOGUE[0]
        progress("downloading", 1, 1)
        return there

    monkeypatch.setattr("rag.llm.pull.pull", pull)
    done = rag("models", "pull", CATALOGUE[0].name)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(f"run: rag chat --llm 'gguf:{there}'\n")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (KeyboardInterrupt(), "Error: Interrupted. To continue, run: rag models pull smollm3-3b\n"),
        (ModelError("The owl is out. Run: rag models pull owl"), "Error: The owl is out. Run: rag models pull owl\n"),
    ],
)
def test_a_download_that_ends_early_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, message: str
) -> None:
    def pull(model: OpenModel, progress: Progress) -> Path:
        raise fault

    monkeypatch.setattr("rag.llm.pull.pull", pull)
    done = rag("models", "pull", "smollm3-3b")
    assert (done.exit_code, done.stderr) == (1, message)


def test_a_model_that_is_not_in_the_list_is_an_error() -> None:
    done = rag("models", "pull", "smollm3")
    assert done.exit_code == 1
    assert done.stderr.endswith("Did you mean smollm3-3b? To list them, run: rag models pull\n")
