"""A rebuild reports what it read, and one that fails leaves the index as it was."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from rag.chat.rebuild import rebuild
from rag.errors import ModelError, SourceError
from rag.index.opening import open_current
from rag.progress import silent
from tests.conftest import index_of

ANTS = {"title": "Ants", "abstract": "We study ants."}


def write(path: Path, *titles: str) -> Path:
    lines = [json.dumps({"title": title, "abstract": f"We study {title}. It works."}) for title in titles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_report_counts_files_records_duplicates_and_skipped_ones(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", "Ants", "Bees", "ants")
    two = write(tmp_path / "two.jsonl", "Bees", "Cats")
    (tmp_path / "bad.jsonl").write_text('{"title": "Lost"}')
    steps: list[tuple[str, int, int]] = []
    paths = [one, two, tmp_path / "bad.jsonl"]
    report = rebuild(paths, tmp_path / "index", "bundled", lambda *step: steps.append(step))
    assert (report.files, report.records, report.papers, report.duplicates) == (3, 5, 3, 2)
    assert [str(skipped) for skipped in report.skipped] == ["bad.jsonl:1: no abstract: Lost"]
    assert str(report).startswith("3 files, 5 records, 3 papers, 2 duplicates, 1 skipped, ")
    assert steps[0] == ("reading", 0, 3)
    stages = [stage for stage, _, _ in steps]
    assert list(dict.fromkeys(stages)) == ["reading", "embedding", "map", "vocabulary", "calibrating"]
    last = {stage: (done, total) for stage, done, total in steps}
    assert all(done == total > 0 for done, total in last.values()), "each stage is reported to its end"
    assert last["embedding"] == (3, 3)
    with closing(open_current(tmp_path / "index")) as store:
        assert set(store.titles()) == {"Ants", "Bees", "Cats"}
        assert store.manifest["paths"] == [str(path.resolve()) for path in paths]


def test_a_rebuild_without_readable_papers_leaves_the_old_index(tmp_path: Path) -> None:
    index_dir = index_of(tmp_path, [ANTS])
    before = (index_dir / "CURRENT").read_text()
    binary = tmp_path / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(SourceError, match=r"binary\.txt: .*rag rebuild PATH"):
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
