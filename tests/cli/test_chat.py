"""What `rag chat` says before it serves anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runner import rag


@pytest.mark.parametrize("options", [("--host", "0.0.0.0"), ("--host", "::"), ("--url", "https://papers.example.org")])
def test_it_is_not_shared_without_passwords_and_nothing_is_built_in_vain(
    tmp_path: Path, options: tuple[str, str]
) -> None:
    done = rag("chat", "--index", tmp_path / "index", *options)
    assert done.exit_code == 1
    assert f"Others could reach the chat at {options[1]}, and no password protects it." in done.output
    assert done.output.endswith("rag chat --password-file FILE\n")
    assert not (tmp_path / "index").exists()


def test_a_password_file_that_cannot_be_used_is_told_in_one_line_and_not_quoted(tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text("ada curator hunter2\n")
    people.chmod(0o600)
    done = rag("chat", "--index", tmp_path / "index", "--password-file", people)
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert f"Line 1 of {people}: a password has 12 characters or more" in done.output
    assert "hunter2" not in done.output


@pytest.mark.parametrize("arguments", [("chat", "--port", "0"), ("doctor",), ("--debug", "chat", "--host", "0.0.0.0")])
def test_a_password_of_the_environment_is_never_printed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = rag(*arguments, "--index", tmp_path / "index", RAG_PASSWORD="hunter2")
    assert done.exit_code == 1
    assert "hunter2" not in done.output


def test_its_help_says_how_to_share_it() -> None:
    text = " ".join(rag("chat", "--help").output.split())
    assert "Beyond this machine it listens only with --password-file, or with a password in RAG_PASSWORD." in text
