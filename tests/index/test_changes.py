"""A preview lists exactly what a rebuild would add, change and remove, and changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.chat.rebuild import rebuild
from rag.errors import SourceError
from rag.index import generations
from rag.index.changes import compare
from rag.progress import silent
from tests.loading import loaded_by

FIRST = "Pruning Bayesian Networks by Posterior Variance"


def write(folder: Path, papers_file: Path, change: Callable[[list[dict[str, object]]], object]) -> Path:
    """A copy of the papers with a `change` to their records."""
    records = [json.loads(line) for line in papers_file.read_text().splitlines()]
    change(records)
    file = folder / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    return file


def state(folder: Path) -> set[tuple[Path, bytes]]:
    return {(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_a_renamed_file_changes_no_paper(index_dir: Path, papers_file: Path, tmp_path: Path) -> None:
    assert str(compare(index_dir, [papers_file])) == "0 added, 0 changed, 0 removed, 14 as before, 0 skipped"
    renamed = shutil.copy(papers_file, tmp_path / "renamed.jsonl")
    assert compare(index_dir, [Path(renamed)]).same == 14


def test_papers_are_added_removed_and_changed(index_dir: Path, papers_file: Path, tmp_path: Path) -> None:
    def change(records: list[dict[str, object]]) -> None:
        records.append({"title": "Sourdough", "abstract": "We bake bread."})
        records[2:5] = []
        records[0]["title"] = f"{records[0]['title']}!"  # still the same paper
        records[1]["year"] = 1999

    removed = [json.loads(line)["title"] for line in papers_file.read_text().splitlines()[2:5]]
    file = write(tmp_path, papers_file, change)
    file.write_text(file.read_text() + "\nnonsense")
    before = state(index_dir)
    found = compare(index_dir, [file])
    assert str(found) == "1 added, 2 changed, 3 removed, 9 as before, 1 skipped"
    assert [paper.title for paper in found.added] == ["Sourdough"]
    assert found.changed[0].title.endswith("!")
    assert found.changed[1].year == 1999
    assert [paper.title for paper in found.removed] == removed
    assert [str(skipped) for skipped in found.skipped] == ["mine.jsonl:13: not JSON: Expecting value at character 1"]
    assert state(index_dir) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("abstract", "Other."), ("authors", ["A. Nother"]), ("year", 1999), ("ids", ["doi:1"]), ("url", "https://x.org"),
     ("digest", True)],
)  # fmt: skip
def test_any_field_but_the_source_is_a_change(
    index_dir: Path, papers_file: Path, tmp_path: Path, field: str, value: object
) -> None:
    file = write(tmp_path, papers_file, lambda records: records[0].update({field: value}))
    found = compare(index_dir, [file])
    assert (len(found.changed), found.same) == (1, 13)


def test_records_of_one_paper_are_merged_as_a_rebuild_merges_them(
    index_dir: Path, papers_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "more.jsonl").write_text(json.dumps({"title": FIRST.upper(), "abstract": "Short.", "ids": ["doi:1"]}))
    found = compare(index_dir, [papers_file, tmp_path / "more.jsonl"])
    assert (found.added, len(found.changed), found.same) == ((), 1, 13)
    assert "doi:1" in found.changed[0].ids


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "CURRENT").write_text("nonsense"),
        lambda folder: (generations.current(folder) / "papers.db").unlink(),
        lambda folder: (generations.current(folder) / "papers.db").write_bytes(b"x" * 9000),
        lambda folder: (generations.current(folder) / "papers.db").write_bytes(b""),
    ],
)
def test_without_a_readable_index_all_papers_are_added(
    index_copy: Path, papers_file: Path, damage: Callable[[Path], object]
) -> None:
    damage(index_copy)
    found = compare(index_copy, [papers_file])
    assert (len(found.added), found.changed, found.removed, found.same) == (14, (), (), 0)


def test_damaged_vectors_do_not_matter(index_copy: Path, papers_file: Path) -> None:
    shutil.rmtree(next(index_copy.glob("g*/chroma")))
    assert compare(index_copy, [papers_file]).same == 14


def test_files_that_a_rebuild_refuses_are_refused_with_the_same_message(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(SourceError) as previewed:
        compare(index_dir, [tmp_path / "empty.txt"])
    with pytest.raises(SourceError) as rebuilt:
        rebuild([tmp_path / "empty.txt"], tmp_path / "index", "bundled", silent)
    assert str(previewed.value) == str(rebuilt.value)


def test_no_model_is_loaded(index_dir: Path, papers_file: Path) -> None:
    loaded = loaded_by(
        "from pathlib import Path; from rag.index.changes import compare\n"
        f"assert compare(Path({str(index_dir)!r}), [Path({str(papers_file)!r})]).same == 14"
    )
    assert loaded & {"torch", "chromadb", "onnxruntime", "sentence_transformers"} == set()
