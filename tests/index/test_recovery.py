"""A lost pointer is made to name the newest generation whose papers are sound."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.index import generations, manifest, pointer, recovery
from rag.index.opening import open_current


@pytest.fixture
def two(index_copy: Path) -> tuple[Path, Path]:
    """The folders of an older and a newer generation with the same papers, both complete; the newer is current."""
    old = generations.current(index_copy)
    assert old
    new = Path(shutil.copytree(old, index_copy / "g99990101000000-abcdef"))
    pointer.point(index_copy, [new.name, old.name])
    return old, new


def cut_off(folder: Path) -> None:
    os.truncate(folder / "papers.db", 100)


def change_a_letter(folder: Path) -> None:
    file = folder / "papers.db"
    file.write_bytes(file.read_bytes().replace(b"SwiftDepth", b"SlowDepths"))


def remove_manifest(folder: Path) -> None:
    (folder / manifest.MANIFEST_FILE).unlink()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "CURRENT is missing"),
        ("x", "CURRENT is unreadable"),
        ("g20200101000000-abcdef", "CURRENT names g20200101000000-abcdef, which is gone"),
    ],
)
def test_it_names_the_newest_and_the_one_before(
    index_copy: Path, two: tuple[Path, Path], content: str | None, reason: str
) -> None:
    old, new = two
    before = (index_copy / pointer.POINTER).read_text()
    (index_copy / pointer.POINTER).unlink()
    if content:
        (index_copy / pointer.POINTER).write_text(content)
    said = f"{reason}. It now names {new.name}, the newest that can be read, with 14 papers."
    assert recovery.restore(index_copy) == said
    assert (index_copy / pointer.POINTER).read_text() == before
    with closing(open_current(index_copy, thorough=True)) as store:
        assert store.folder == new
    assert generations.previous(index_copy) == old
    assert recovery.restore(index_copy) == "", "it is not lost any more"


@pytest.mark.parametrize("damage", [cut_off, change_a_letter, remove_manifest])
def test_one_whose_papers_are_damaged_or_that_is_not_complete_is_not_taken(
    index_copy: Path, two: tuple[Path, Path], damage: Callable[[Path], None]
) -> None:
    old, new = two
    damage(new)
    (index_copy / pointer.POINTER).write_text("x")
    assert f"It now names {old.name}" in recovery.restore(index_copy)
    assert (generations.current(index_copy), generations.previous(index_copy)) == (old, None)


def test_generations_of_one_second_are_told_apart(index_copy: Path, two: tuple[Path, Path]) -> None:
    _, new = two
    later = Path(shutil.copytree(new, index_copy / "g99990101000000-000000"))
    about = json.loads((later / manifest.MANIFEST_FILE).read_text())
    manifest.write(later, about | {"built": "9999-01-01T00:00:00.000001+00:00"})
    (index_copy / pointer.POINTER).unlink()
    recovery.restore(index_copy)
    assert (generations.current(index_copy), generations.previous(index_copy)) == (later, new)


def test_where_no_papers_are_sound_it_names_the_newest_to_be_repaired(index_copy: Path, two: tuple[Path, Path]) -> None:
    for folder in two:
        cut_off(folder)
    (index_copy / pointer.POINTER).unlink()
    assert "with 0 papers" in recovery.restore(index_copy)
    assert generations.current(index_copy) == two[1]


def test_nothing_is_restored_where_there_is_no_index(tmp_path: Path) -> None:
    assert recovery.restore(tmp_path / "nothing") == ""
    assert not (tmp_path / "nothing").exists()


def test_it_waits_for_no_build(index_copy: Path, two: tuple[Path, Path]) -> None:
    with ThreadPoolExecutor(1) as another, generations.locked(index_copy):
        (index_copy / pointer.POINTER).unlink()
        with pytest.raises(StoreError, match="Another rebuild"):
            another.submit(recovery.restore, index_copy).result()
