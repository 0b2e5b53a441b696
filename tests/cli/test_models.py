"""`rag models`: the chosen model first, then the others."""

from __future__ import annotations

import pytest

from rag.llm.choices import Choice
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
