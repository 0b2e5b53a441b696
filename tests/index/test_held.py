"""What an index holds can be read though its vectors are damaged, or another version of rag built it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.index import generations
from rag.index.contents import Contents, Removal
from rag.index.held import held
from rag.paper import Paper
from rag.sources.duplicates import Merge
from tests.index.building import build_contents

OWLS = Paper("Owls", "Owls hoot.", ("Ada Reed",), 2020, ("doi:10.5555/owl",), "https://example.org", "a.bib")
BATS = Paper("Bats", "Bats hang.", digest=True)


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    merge = Merge("OWLS", "b.ris", "Owls", "a.bib", "same DOI")
    contents = Contents([OWLS, BATS], [tmp_path / "a.bib"], {"title": "Titel"}, [merge], [Removal("Ants", ("pmid:1",))])
    return build_contents(tmp_path, contents)


def folder_of(index_dir: Path) -> Path:
    folder = generations.current(index_dir)
    assert folder is not None
    return folder


def test_everything_that_it_was_built_from_comes_back(index_dir: Path) -> None:
    found = held(index_dir)
    assert found is not None
    assert list(found.papers) == [OWLS, BATS]
    assert list(found.paths) == [index_dir.parent / "a.bib"]
    assert found.columns == {"title": "Titel"}
    assert list(found.merges) == [Merge("OWLS", "b.ris", "Owls", "a.bib", "same DOI")]
    assert list(found.removed) == [Removal("Ants", ("pmid:1",))]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "vectors.f32").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "merges.jsonl").unlink(),
        lambda folder: (folder / "manifest.json").write_text(json.dumps({"schema": 3, "paths": []})),
    ],
)
def test_the_papers_are_read_whatever_else_is_damaged(index_dir: Path, damage: Callable[[Path], object]) -> None:
    damage(folder_of(index_dir))
    found = held(index_dir)
    assert found is not None
    assert list(found.papers) == [OWLS, BATS]


@pytest.mark.parametrize("content", [b"", b"x" * 9_000, None])
def test_without_papers_there_is_nothing(index_dir: Path, content: bytes | None) -> None:
    file = folder_of(index_dir) / "papers.db"
    file.unlink() if content is None else file.write_bytes(content)
    assert held(index_dir) is None


def test_without_an_index_there_is_nothing(tmp_path: Path) -> None:
    assert held(tmp_path) is None
