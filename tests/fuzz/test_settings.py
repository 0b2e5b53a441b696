"""Anything in rag.toml or in the environment is a setting or told in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import settings
from rag.errors import SettingsError
from rag.settings import Settings
from tests.fuzz.budget import examples
from tests.fuzz.strategies import texts
from tests.fuzz.told import assert_told

NAMES = sorted(Settings.model_fields)
VALUES = st.one_of(
    st.booleans().map(lambda value: str(value).lower()),
    st.integers().map(str),
    st.floats().map(str),
    texts(20).map(lambda text: '"' + text.replace("\\", "").replace('"', "") + '"'),
    st.sampled_from(
        ["[]", "[1, [2]]", "{a = 1}", "1979-05-27T07:32:00Z", "'''x'''", "nan", "-inf", "0x_1", '"bundled"']
    ),
)
LINE = st.tuples(st.sampled_from(NAMES) | texts(10), VALUES).map(" = ".join)
FILES = st.one_of(texts(100), st.lists(LINE | texts(20), max_size=5).map("\n".join))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working directory."""
    before, folder = Path.cwd(), tmp_path_factory.mktemp("settings")
    os.chdir(folder)
    yield folder
    os.chdir(before)


@examples(150)
@given(FILES.map(str.encode) | st.binary(max_size=50))
def test_any_file_is_read_or_told(folder: Path, content: bytes) -> None:
    (file := folder / "rag.toml").write_bytes(content)
    for of_file in (False, True):
        try:
            settings.overridden(Settings.model_construct(), file) if of_file else settings.load()
        except SettingsError as fault:
            assert_told(fault)


@examples(100)
@given(st.sampled_from(NAMES), texts(30).filter(lambda text: "\0" not in text))
def test_any_environment_is_read_or_told(folder: Path, name: str, value: str) -> None:
    (folder / "rag.toml").unlink(missing_ok=True)
    os.environ[f"RAG_{name.upper()}"] = value
    try:
        settings.load()
    except SettingsError as fault:
        assert_told(fault)
    finally:
        del os.environ[f"RAG_{name.upper()}"]
