"""Building for real: files in, an index out, and a report that adds up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import ModelError, SourceError
from rag.index import build, store
from tests.conftest import no_progress


def write(path: Path, *titles: str) -> Path:
    lines = [json.dumps({"title": title, "abstract": f"We study {title}. It works."}) for title in titles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_report_counts_files_records_duplicates_and_skipped(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", "Ants", "Bees", "ants")
    two = write(tmp_path / "two.jsonl", "Bees", "Cats")
    (tmp_path / "bad.jsonl").write_text('{"title": "Lost"}')
    seen: list[tuple[str, int, int]] = []
    paths = [one, two, tmp_path / "bad.jsonl"]
    report = build.rebuild(paths, tmp_path / "index", "bundled", lambda *step: seen.append(step))
    assert (report.files, report.records, report.papers, report.duplicates) == (3, 5, 3, 2)
    assert [str(skipped) for skipped in report.skipped] == ["bad.jsonl:1: no abstract: Lost"]
    assert str(report).startswith("3 files, 5 records, 3 papers, 2 duplicates, 1 skipped, ")
    assert seen[0] == ("reading", 0, 3)
    assert seen[-1] == ("embedding", 3, 3)
    opened = store.open_current(tmp_path / "index")
    assert {opened.paper(n).title for n in (1, 2, 3)} == {"Ants", "Bees", "Cats"}


def test_an_abstract_longer_than_the_model_reads_is_found_by_its_end(tmp_path: Path) -> None:
    from rag import embed
    from rag.retrieve import HybridRetriever

    filler = "The harbour was calm and the boats lay still. " * 80
    needle = "The octopus opened the jar with its third arm."
    records = [{"title": "Calm", "abstract": filler + needle}, {"title": "Other", "abstract": filler}]
    path = tmp_path / "long.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    build.rebuild([path], tmp_path / "index", "bundled", no_progress)
    retriever = HybridRetriever(store.open_current(tmp_path / "index"), embed.load("bundled"))
    hit = retriever.search("how do cephalopods unscrew lids?", 1).papers[0]
    assert (hit.paper.title, hit.best) == ("Calm", needle)


def test_nothing_readable_leaves_the_old_index(tmp_path: Path, papers_file: Path) -> None:
    index_dir = tmp_path / "index"
    build.rebuild([write(tmp_path / "one.jsonl", "Ants")], index_dir, "bundled", no_progress)
    before = (index_dir / "CURRENT").read_text()
    binary = tmp_path / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(SourceError, match=r"No paper could be read: binary\.txt: .*rag rebuild PATH"):
        build.rebuild([binary], index_dir, "bundled", no_progress)
    assert (index_dir / "CURRENT").read_text() == before


def test_an_embedding_that_is_not_to_be_had_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    index_dir = tmp_path / "index"
    build.rebuild([write(tmp_path / "one.jsonl", "Ants")], index_dir, "bundled", no_progress)
    before = sorted(index_dir.iterdir())
    with pytest.raises(ModelError, match="'no/such-model'"):
        build.rebuild([tmp_path / "one.jsonl"], index_dir, "no/such-model", no_progress)
    assert sorted(index_dir.iterdir()) == before
