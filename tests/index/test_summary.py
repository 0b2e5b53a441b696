"""What an index holds in figures, and which of its files have changed since."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.index import generations, summary
from rag.index.contents import Contents
from rag.progress import silent
from rag.sources.gather import gather
from tests.conftest import index_of
from tests.index.building import build_contents


def test_it_says_what_the_index_holds(tmp_path: Path) -> None:
    index_dir = index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}])
    found = summary.of(index_dir)
    assert (found.papers, found.embedding, found.removed, found.before) == (1, "bundled", 0, None)
    assert found.paths == (tmp_path / "papers.jsonl",)
    assert found.size > 1_000
    assert found.changed == ()


def test_files_that_changed_or_are_gone_are_named(tmp_path: Path) -> None:
    index_dir = index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}])
    later = time.time() + 100
    os.utime(tmp_path / "papers.jsonl", (later, later))
    assert summary.of(index_dir).changed == (tmp_path / "papers.jsonl",)
    (tmp_path / "papers.jsonl").unlink()
    assert summary.of(index_dir).changed == (tmp_path / "papers.jsonl",)


@pytest.mark.parametrize("target", ["l.bib", "nowhere"])
def test_a_link_that_could_not_be_read_has_not_changed(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("Owls\n\nOwls hoot at night, and we listen to them for two winters.\n")
    (folder / "l.bib").symlink_to(target)
    contents = Contents(gather([folder], silent).papers, [folder])
    index_dir = build_contents(tmp_path, contents)
    assert summary.of(index_dir).changed == ()
    later = time.time() + 100
    os.utime(folder / "l.bib", (later, later), follow_symlinks=False)
    assert summary.of(index_dir).changed == (folder,)


def test_the_index_before_can_be_gone_back_to(tmp_path: Path) -> None:
    index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}])
    index_dir = index_of(tmp_path, [{"title": "Bats", "abstract": "Bats hang."}])
    assert summary.of(index_dir).before is not None


def test_without_an_index_or_with_a_damaged_one_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Run: rag rebuild"):
        summary.of(tmp_path)
    index_dir = index_of(tmp_path, [{"title": "Owls", "abstract": "Owls hoot."}])
    folder = generations.current(index_dir)
    assert folder is not None
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(StoreError, match="Run: rag verify"):
        summary.of(index_dir)
