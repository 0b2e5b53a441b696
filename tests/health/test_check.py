"""A line for a reader, and the command in the message of an error."""

from __future__ import annotations

import sys

import pytest

from rag.errors import ModelError, StoreError
from rag.health.check import Check, failed, removal, size


def test_a_line_says_whether_there_is_a_problem_and_ends_with_the_fix() -> None:
    assert str(Check("index", "2 papers")) == "ok       index: 2 papers"
    assert str(Check("index", "none", "rag rebuild")) == "problem  index: none  → rag rebuild"


def test_a_line_is_one_line() -> None:
    assert str(Check("index", "a\nb\x1b[2J", "rag\nrebuild")) == "problem  index: a b [2J  → rag rebuild"


def test_the_command_in_an_error_is_the_fix() -> None:
    fault = StoreError("The index in a is damaged (x: cut off). Run: rag rebuild 'my papers' --index a")
    assert failed("index", fault, "rag") == Check(
        "index", "The index in a is damaged (x: cut off)", "rag rebuild 'my papers' --index a"
    )


def test_a_package_is_installed_for_the_python_that_runs() -> None:
    fault = ModelError("It is not installed. Run: pip install --no-deps pip-owl==1  (or choose --llm none)")
    assert failed("llm", fault, "rag").fix == f"{sys.executable} -m pip install --no-deps pip-owl==1"


def test_an_error_without_a_command_has_another_fix() -> None:
    assert failed("llm", ModelError("No owl. Find one."), "rag models") == Check(
        "llm", "No owl. Find one.", "rag models"
    )


def test_a_setting_is_removed_from_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "rag.toml" in removal("port")
    monkeypatch.setenv("RAG_PORT", "x")
    assert removal("port") == "unset RAG_PORT"


@pytest.mark.parametrize(
    ("of_bytes", "shown"), [(0, "0 MB"), (134_515_008, "135 MB"), (1_000_000_000, "1.0 GB"), (1_250e9, "1,250.0 GB")]
)
def test_sizes_are_rounded(of_bytes: int, shown: str) -> None:
    assert size(of_bytes) == shown
