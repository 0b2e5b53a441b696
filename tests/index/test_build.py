"""Building for real: files in, an index out, and a report that adds up."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from rag.chat.rebuild import rebuild
from rag.errors import ModelError, SourceError
from rag.index.opening import open_current
from rag.models import embedding
from rag.progress import silent
from rag.retrieval.hits import Hit
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import index_of


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
    report = rebuild(paths, tmp_path / "index", "bundled", lambda *step: seen.append(step))
    assert (report.files, report.records, report.papers, report.duplicates) == (3, 5, 3, 2)
    assert [str(skipped) for skipped in report.skipped] == ["bad.jsonl:1: no abstract: Lost"]
    assert str(report).startswith("3 files, 5 records, 3 papers, 2 duplicates, 1 skipped, ")
    assert seen[0] == ("reading", 0, 3)
    stages = [stage for stage, _, _ in seen]
    assert list(dict.fromkeys(stages)) == ["reading", "embedding", "map", "vocabulary", "calibrating"]
    last = {stage: (done, total) for stage, done, total in seen}
    assert all(done == total > 0 for done, total in last.values()), "each stage is seen through"
    assert last["embedding"] == (3, 3)
    opened = open_current(tmp_path / "index")
    assert {opened.paper(n).title for n in (1, 2, 3)} == {"Ants", "Bees", "Cats"}


def find(index_dir: Path, question: str) -> Hit:
    with closing(open_current(index_dir)) as opened:
        return HybridRetriever(opened, embedding.load("bundled")).search([question], 1).papers[0]


@pytest.mark.parametrize("end", [". ", " and "], ids=["many sentences", "one sentence"])
def test_an_abstract_longer_than_the_model_reads_is_found_by_its_end(tmp_path: Path, end: str) -> None:
    filler = f"the harbour was calm and the boats lay still{end}" * 80
    needle = "the octopus opened the jar with its third arm."
    calm = {"title": "Calm", "abstract": filler + needle}
    other = {"title": "Other", "abstract": f"{filler}the boats lay still."}
    hit = find(index_of(tmp_path, [other, calm]), "how do cephalopods unscrew lids?")
    assert hit.paper.title == "Calm"
    assert hit.best.endswith(needle)


def test_a_title_longer_than_the_model_reads_is_found_by_its_end(tmp_path: Path) -> None:
    filler = "q7 z8 x9 " * 50
    papers = [{"title": f"{filler} {end}", "abstract": "It is so."} for end in ("tax law", "octopus jars")]
    assert find(index_of(tmp_path, papers), "how do cephalopods unscrew lids?").paper.title.endswith("octopus jars")


@pytest.mark.parametrize("abstract", ["¿?", "∑", "夜", "y" * 5_000, "A1. " * 500, "a"])
def test_an_abstract_without_prose_is_indexed_too(tmp_path: Path, abstract: str) -> None:
    papers = [{"title": "7", "abstract": abstract}, {"title": "Owls", "abstract": "Owls hoot."}]
    index_dir = index_of(tmp_path, papers)
    assert find(index_dir, "which birds hoot?").paper.title == "Owls"
    assert find(index_dir, "7").paper.abstract == abstract.strip()


def test_nothing_readable_leaves_the_old_index(tmp_path: Path, papers_file: Path) -> None:
    index_dir = tmp_path / "index"
    rebuild([write(tmp_path / "one.jsonl", "Ants")], index_dir, "bundled", silent)
    before = (index_dir / "CURRENT").read_text()
    binary = tmp_path / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(SourceError, match=r"No paper could be read: binary\.txt: .*rag rebuild PATH"):
        rebuild([binary], index_dir, "bundled", silent)
    assert (index_dir / "CURRENT").read_text() == before


def test_an_embedding_that_is_not_to_be_had_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    index_dir = tmp_path / "index"
    rebuild([write(tmp_path / "one.jsonl", "Ants")], index_dir, "bundled", silent)
    before = sorted(index_dir.iterdir())
    with pytest.raises(ModelError, match="'no/such-model'"):
        rebuild([tmp_path / "one.jsonl"], index_dir, "no/such-model", silent)
    assert sorted(index_dir.iterdir()) == before
