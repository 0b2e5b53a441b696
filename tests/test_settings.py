"""The precedence of settings, and what is reported about an invalid one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag import settings
from rag.errors import SettingsError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_by_default_everything_is_local() -> None:
    defaults = settings.load()
    assert (defaults.llm, defaults.embedding, defaults.host, defaults.port) == ("auto", "bundled", "127.0.0.1", 7860)
    assert defaults.min_probability == 0.5
    assert defaults.index_dir.is_absolute()
    assert defaults.index_dir.name == "index"


def test_arguments_precede_the_environment_which_precedes_the_file_which_precedes_the_defaults(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rag.toml").write_text('llm = "none"\nport = 1111\nllm_timeout = 3\nindex_dir = "kept"\n')
    monkeypatch.setenv("RAG_PORT", "2222")
    monkeypatch.setenv("RAG_LLM_TIMEOUT", "4")
    found = settings.load(llm_timeout=5)
    assert (found.llm_timeout, found.port, found.llm, found.index_dir) == (5, 2222, "none", Path("kept"))
    assert found.min_probability == 0.5


def test_an_argument_that_is_none_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PORT", "2222")
    assert settings.load(port=None, llm=None).port == 2222


def test_every_setting_can_come_from_the_environment_and_from_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "index_dir": "elsewhere",
        "llm": "none",
        "writer": "synthesis",
        "verify": "some/nli-model",
        "show_unverified": True,
        "prompts_dir": "own-prompts",
        "llm_timeout": 7.5,
        "embedding": "some/model",
        "rerank": "some/cross-encoder",
        "min_probability": 0.25,
        "contact": "maja@moss.example",
        "chroma": "https://chroma.example.org:8443/vectors",
        "chroma_token": "chr0ma-t0ken",
        "chroma_tenant": "moss",
        "chroma_database": "papers",
        "chroma_ca": "authority.pem",
        "host": "0.0.0.0",
        "port": 4321,
        "url": "https://papers.example.org:8443",
        "password_file": "people.txt",
        "password": "correct horse battery",
        "log": "json",
        "log_questions": True,
    }
    assert set(values) == set(settings.Settings.model_fields), "add a new setting to this table"
    lines = (f"{name} = {json.dumps(value)}" for name, value in values.items())
    (folder / "rag.toml").write_text("\n".join(lines))
    from_file = settings.load()
    (folder / "rag.toml").unlink()
    for name, value in values.items():
        monkeypatch.setenv(f"RAG_{name.upper()}", str(value))
    assert from_file == settings.load()
    paths = {name: Path(str(values[name])) for name in ("index_dir", "prompts_dir", "chroma_ca", "password_file")}
    secrets = {name: SecretStr(str(values[name])) for name in ("chroma_token", "password")}
    assert from_file.model_dump() == values | paths | secrets


def test_a_folder_in_place_of_the_file_is_not_ignored(folder: Path) -> None:
    (folder / "rag.toml").mkdir()
    with pytest.raises(SettingsError, match=r"^rag\.toml is a folder, not a file\. Remove it"):
        settings.load()


@pytest.mark.parametrize("toml", ["password = 123456789012", 'password = ["correct horse battery"]'])
def test_a_password_is_never_shown(folder: Path, monkeypatch: pytest.MonkeyPatch, toml: str) -> None:
    (folder / "rag.toml").write_text(toml)
    with pytest.raises(SettingsError, match=r"^Setting 'password' cannot be used: ") as fault:
        settings.load()
    assert not re.search("123|horse", str(fault.value))
    (folder / "rag.toml").unlink()
    monkeypatch.setenv("RAG_PASSWORD", "correct horse battery")
    found = settings.load()
    assert "horse" not in f"{found} {found!r} {found.model_dump()} {found.model_dump_json()}"


def test_the_slash_that_ends_an_address_is_no_path() -> None:
    assert settings.load(url="https://papers.example.org/").url == "https://papers.example.org"
    assert settings.load(chroma="http://localhost:8000/").chroma == "http://localhost:8000"


def test_settings_are_immutable() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.load().port = 1


@pytest.mark.parametrize(
    ("toml", "environment", "arguments", "parts"),
    [
        ('lmm = "none"', {}, {}, ["'lmm'", "rag.toml", "Did you mean llm?"]),
        ("colour = 1", {}, {}, ["'colour'", "rag.toml", "Known:", "min_probability"]),
        ("", {"RAG_EMBEDDINGS": "x"}, {}, ["RAG_EMBEDDINGS", "environment", "Did you mean RAG_EMBEDDING?"]),
        ("", {"rag_prot": "3"}, {}, ["rag_prot", "Did you mean RAG_PORT?"]),
        ("", {"RAG_ZZZZ": "3"}, {}, ["RAG_ZZZZ", "Known:", "RAG_LLM"]),
        ("port = 70000", {}, {}, ["'port'", "70000", "65535"]),
        ("", {"RAG_PORT": "eighty"}, {}, ["'port'", "'eighty'"]),
        ("", {"RAG_PORT": "0"}, {}, ["'port'", "'0'"]),
        ("", {"RAG_INDEX_DIR": ""}, {}, ["'index_dir'", "''", "give its path"]),
        ('prompts_dir = ""', {}, {}, ["'prompts_dir'", "give its path"]),
        ("", {"RAG_URL": "papers.example.org"}, {}, ["'url'", "'papers.example.org'", "such as https"]),
        ("", {"RAG_URL": "https://papers.example.org/rag"}, {}, ["'url'"]),
        ("", {"RAG_URL": "https://ada@papers.example.org"}, {}, ["'url'"]),
        ("", {"RAG_URL": "ftp://papers.example.org"}, {}, ["'url'"]),
        ("", {"RAG_CHROMA": "localhost:8000"}, {}, ["'chroma'", "such as http://localhost:8000"]),
        ("", {"RAG_CHROMA": "http://ada:key@localhost:8000"}, {}, ["'chroma'"]),
        ('chroma_token = "a\\nb"', {}, {}, ["'chroma_token' cannot be used", "no token can have"]),
        ('chroma_tenant = ""', {}, {}, ["'chroma_tenant'", "at least 1 character"]),
        ('verify = ""', {}, {}, ["'verify'", "at least 1 character"]),
        ("entailment = true", {}, {}, ["'entailment'", "rag.toml"]),
        ("llm_timeout = 0", {}, {}, ["'llm_timeout'", "greater than 0"]),
        ("", {}, {"min_probability": 1.5}, ["'min_probability'", "1.5"]),
        ("llm = ", {}, {}, ["rag.toml", "cannot be read"]),
        ("port = 1\nport = 2\n", {}, {}, ["rag.toml", "cannot be read", "line 2"]),
    ],
)
def test_an_invalid_setting_is_reported_in_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    toml: str,
    environment: dict[str, str],
    arguments: dict[str, float],
    parts: list[str],
) -> None:
    (folder / "rag.toml").write_text(toml)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as fault:
        settings.load(**arguments)
    assert "\n" not in str(fault.value)
    assert [part for part in parts if part not in str(fault.value)] == []


def test_a_file_overrides_settings_from_any_source(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "rag.toml").write_text("port = 1111")
    monkeypatch.setenv("RAG_EMBEDDING", "some/model")
    other = folder / "other.toml"
    other.write_text('embedding = "another/model"')
    found = settings.overridden(settings.load(llm="none"), other)
    assert (found.embedding, found.llm, found.port) == ("another/model", "none", 1111)


@pytest.mark.parametrize(
    ("toml", "start"),
    [
        (b'lmm = "none"', "Unknown setting 'lmm' in other.toml. Did you mean llm?"),
        (b"port = 70000", "Setting 'port' cannot be 70000"),
        (b"llm =", "other.toml cannot be read: "),
        (b"\xff", "other.toml cannot be read: "),
        (None, "other.toml cannot be read: No such file"),
    ],
)
def test_a_file_with_invalid_settings_is_reported_in_one_line(folder: Path, toml: bytes | None, start: str) -> None:
    if toml is not None:
        (folder / "other.toml").write_bytes(toml)
    with pytest.raises(SettingsError, match=rf"^{re.escape(start)}[^\n]*$"):
        settings.overridden(settings.load(), Path("other.toml"))


def test_a_file_that_is_not_text_is_reported_in_one_line(folder: Path) -> None:
    (folder / "rag.toml").write_bytes(b'llm = "\xff\xfe"')
    with pytest.raises(SettingsError, match=r"^rag\.toml cannot be read: [^\n]+$"):
        settings.load()
