"""A rebuild reports what it read, and one that fails leaves the index as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag.chat.rebuild import rebuild
from rag.errors import ModelError, SourceError
from rag.index.opening import open_current
from rag.progress import silent
from tests.conftest import index_of, typical_curve
from tests.loading import loaded_by

ANTS = {"title": "Ants", "abstract": "We study ants."}


def write(path: Path, *titles: str) -> Path:
    lines = [json.dumps({"title": title, "abstract": f"We study {title.lower()}. It works."}) for title in titles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_report_counts_files_records_duplicates_and_skipped_ones(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", "Ants", "Bees", "ants")
    two = write(tmp_path / "two.jsonl", "Bees", "Cats")
    (tmp_path / "bad.jsonl").write_text('{"title": "Lost"}')
    steps: list[tuple[str, int, int]] = []
    paths = [one, two, tmp_path / "bad.jsonl"]
    report = rebuild(paths, tmp_path / "index", "bundled", lambda *step: steps.append(step))
    planned = report.planned
    assert (planned.files, planned.records, report.papers, planned.duplicates) == (3, 5, 3, 2)
    assert [str(skipped) for skipped in planned.skipped] == ["bad.jsonl:1: no abstract: Lost"]
    assert report.built
    assert str(report).startswith("3 papers: 3 added, 0 changed, 0 removed, 0 unchanged, ")
    assert str(report).endswith(" seconds. 3 files, 5 records, 2 duplicates, 1 skipped.")
    assert steps[0] == ("reading", 0, 3)
    stages = [stage for stage, _, _ in steps]
    assert list(dict.fromkeys(stages)) == ["reading", "embedding", "vocabulary", "map", "calibrating"]
    last = {stage: (done, total) for stage, done, total in steps}
    assert all(done == total > 0 for done, total in last.values()), "each stage is reported to its end"
    assert last["embedding"] == (3, 3)
    with closing(open_current(tmp_path / "index")) as store:
        assert set(store.titles()) == {"Ants", "Bees", "Cats"}
        assert store.manifest["paths"] == [str(path.resolve()) for path in paths]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of one.jsonl in the same folder."""
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds
    assert rebuild([write(tmp_path / "one.jsonl", "Ants", "Bees")], tmp_path / "index", "bundled", silent).built
    return tmp_path / "index"


def test_a_rebuild_with_nothing_changed_keeps_the_index_and_says_so(built: Path) -> None:
    before = sorted(path for path in built.rglob("*") if path.is_file())
    report = rebuild([built.parent / "one.jsonl"], built, "bundled", silent)
    assert not report.built
    assert str(report).startswith("2 papers: nothing has changed, ")
    assert str(report).endswith(" seconds. 1 file, 2 records, 0 duplicates, 0 skipped.")
    assert sorted(path for path in built.rglob("*") if path.is_file()) == before


def test_a_rebuild_with_nothing_changed_loads_no_model(built: Path) -> None:
    paths = f"[pathlib.Path({str(built.parent / 'one.jsonl')!r})], pathlib.Path({str(built)!r})"
    program = "import pathlib\nfrom rag.chat.rebuild import rebuild\n"
    program += f"assert not rebuild({paths}, 'bundled', print).built"
    assert loaded_by(program) & {"onnxruntime", "torch"} == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder / "one.jsonl", "Ants", "Bees", "Cats"),
        lambda folder: write(folder / "one.jsonl", "Bees", "Ants"),
        lambda folder: (folder / "one.jsonl").write_text(json.dumps(ANTS | {"year": 1999})),
        lambda folder: next((folder / "index").glob("g*/vectors.f32")).write_bytes(b""),
        lambda folder: next((folder / "index").glob("g*/manifest.json")).unlink(),
    ],
    ids=["added", "order", "year", "damaged", "incomplete"],
)
def test_an_index_that_is_damaged_or_of_other_papers_is_built_anew(built: Path, change: Callable[[Path], Path]) -> None:
    before = (built / "CURRENT").read_text()
    change(built.parent)
    report = rebuild([built.parent / "one.jsonl"], built, "bundled", silent)
    assert report.built
    assert (built / "CURRENT").read_text() != before
    with closing(open_current(built)) as store:
        assert store.paper_count == report.papers


def test_an_index_of_other_paths_is_built_anew(built: Path) -> None:
    renamed = (built.parent / "one.jsonl").rename(built.parent / "two.jsonl")
    assert rebuild([renamed], built, "bundled", silent).built
    with closing(open_current(built)) as store:
        assert store.manifest["paths"] == [str(renamed.resolve())]


def test_a_rebuild_without_readable_papers_leaves_the_old_index(tmp_path: Path) -> None:
    index_dir = index_of(tmp_path, [ANTS])
    before = (index_dir / "CURRENT").read_text()
    binary = tmp_path / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(SourceError, match=r"binary\.txt: .*Repeat the command with BibTeX"):
        rebuild([binary], index_dir, "bundled", silent)
    assert (index_dir / "CURRENT").read_text() == before


def test_a_rebuild_with_an_unavailable_embedding_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    index_dir = index_of(tmp_path, [ANTS])
    before = sorted(index_dir.iterdir())
    with pytest.raises(ModelError, match="'no/such-model'"):
        rebuild([write(tmp_path / "one.jsonl", "Bees")], index_dir, "no/such-model", silent)
    assert sorted(index_dir.iterdir()) == before
