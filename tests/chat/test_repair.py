"""A damaged index is made whole from what of it is sound, and one of another version of rag from its papers."""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from pathlib import Path

import pytest

from rag import settings
from rag.chat import repair
from rag.chat.library import Library
from rag.chat.rebuild import carry_out, rebuild
from rag.errors import StoreError
from rag.index import changes, generations, pointer
from rag.index.opening import open_current
from rag.progress import silent
from tests.conftest import typical_curve
from tests.index.building import Recording


@pytest.fixture(autouse=True)
def _quick_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)


def current(index_dir: Path) -> Path:
    folder = generations.current(index_dir)
    assert folder is not None
    return folder


def titles(index_dir: Path) -> set[str]:
    with closing(open_current(index_dir)) as store:
        return set(store.titles())


def test_an_index_is_built_again_from_its_papers_without_embedding_them(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, model = titles(index_copy), Recording()
    monkeypatch.setattr("rag.models.embedding.load", lambda name: model)
    (current(index_copy) / "bm25" / "weights.npy").write_bytes(b"")
    (current(index_copy) / "projection.npz").unlink()
    assert any(repair.examine(index_copy, silent).values())
    assert repair.repair(index_copy, "bundled", silent) == "Built again from the 14 papers that it holds."
    assert titles(index_copy) == before
    assert {text for text in model.texts if " " in text} == set()
    assert not any(repair.examine(index_copy, silent).values())


@pytest.mark.parametrize("name", ["vectors.f32", "maxsim.npz"])
def test_damaged_vectors_are_made_again(index_copy: Path, name: str) -> None:
    before = titles(index_copy)
    (current(index_copy) / name).write_bytes(b"x" * (current(index_copy) / name).stat().st_size)
    assert repair.repair(index_copy, "bundled", silent).startswith("Built again from the 14 papers")
    assert titles(index_copy) == before


def test_without_papers_the_index_before_comes_back(index_copy: Path) -> None:
    before = titles(index_copy)
    carry_out(changes.reduced(index_copy, [next(iter(before))]), index_copy, "bundled", silent)
    (current(index_copy) / "papers.db").write_bytes(b"")
    told = repair.repair(index_copy, "bundled", silent)
    assert re.fullmatch(
        r"Repaired: your latest change could not be recovered\. These are the 14 papers as of \d+:\d\d today\.", told
    )
    assert titles(index_copy) == before


def test_what_a_repair_finds_again_is_told_without_names_of_generations(index_copy: Path) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    carry_out(changes.reduced(index_copy, [min(titles(index_copy))]), index_copy, "bundled", silent)
    latest = current(index_copy)
    (index_copy / pointer.POINTER).unlink()
    assert re.fullmatch(r"Repaired\. These are the 13 papers as of \d+:\d\d today\.", library.repair(silent))
    (latest / "papers.db").write_bytes(b"")
    (index_copy / pointer.POINTER).unlink()
    told = library.repair(silent)
    assert told.startswith("Repaired: your latest change could not be recovered. These are the 14 papers as of ")
    assert "These are the 14 papers as of " in told
    assert latest.name not in told


def test_papers_that_are_not_what_was_indexed_are_not_taken_for_sound(index_copy: Path) -> None:
    carry_out(changes.reduced(index_copy, [min(titles(index_copy))]), index_copy, "bundled", silent)
    before, file = titles(index_copy), current(index_copy) / "papers.db"
    file.write_bytes(file.read_bytes().replace(b"SwiftDepth", b"SlowDepths"))
    assert any(repair.examine(index_copy, silent).values())
    assert "your latest change could not be recovered" in repair.repair(index_copy, "bundled", silent)
    assert titles(index_copy) > before


@pytest.mark.parametrize("name", ["vectors.f32", "bm25/weights.npy", "chroma/chroma.sqlite3"])
def test_damage_that_does_not_show_when_the_index_is_opened_is_not_copied_into_the_next(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("rag.index.integrity._QUICK_BYTES", 0)
    file = current(index_copy) / name
    changed, content = file.stat().st_mtime_ns, bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(changed, changed))
    carry_out(changes.reduced(index_copy, [min(titles(index_copy))]), index_copy, "bundled", silent)
    assert not any(repair.examine(index_copy, silent).values())


def test_without_papers_and_an_index_before_the_files_are_read_again(tmp_path: Path, papers_file: Path) -> None:
    rebuild([papers_file], tmp_path / "index", "bundled", silent)
    before = titles(tmp_path / "index")
    (current(tmp_path / "index") / "papers.db").unlink()
    assert "from the files" in repair.repair(tmp_path / "index", "bundled", silent)
    assert titles(tmp_path / "index") == before


def change_schema(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema": 8}))


def test_an_index_of_another_version_is_built_again_from_its_papers(index_copy: Path) -> None:
    before, said = titles(index_copy), list[str]()
    change_schema(current(index_copy))
    repair.upgrade(index_copy, "bundled", silent, said.append)
    assert said == ["Another version of rag built the index. It is being built again from its 14 papers."]
    assert titles(index_copy) == before


def test_an_index_of_this_version_stays_as_it_is(index_copy: Path, tmp_path: Path) -> None:
    before = current(index_copy)
    for folder in (index_copy, tmp_path / "nothing"):
        repair.upgrade(folder, "bundled", silent, pytest.fail)
    assert current(index_copy) == before


def test_an_index_of_another_version_without_papers_is_left_to_whoever_opens_it(index_copy: Path) -> None:
    change_schema(current(index_copy))
    (current(index_copy) / "papers.db").unlink()
    repair.upgrade(index_copy, "bundled", silent, pytest.fail)
    with pytest.raises(StoreError, match=r"another version of rag.*Run: rag rebuild"):
        open_current(index_copy)
