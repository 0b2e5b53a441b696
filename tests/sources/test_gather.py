"""Several files become one list of papers, each once."""

import json

import pytest

from rag.errors import SourceError
from rag.progress import silent
from rag.sources.gather import gather


def write(path, *titles):
    records = [json.dumps({"title": title, "abstract": "Ants dig." if title else ""}) for title in titles]
    path.write_text("\n".join(records), encoding="utf-8")
    return path


def test_a_paper_in_two_files_is_gathered_once_and_the_skipped_records_are_kept(tmp_path):
    write(tmp_path / "a.jsonl", "Ants", "Bees", "")
    write(tmp_path / "b.jsonl", "ANTS!")
    gathered = gather([tmp_path], silent)
    assert (gathered.files, gathered.records) == (2, 3)
    assert [paper.title for paper in gathered.papers] == ["Ants", "Bees"]
    assert [str(skipped) for skipped in gathered.skipped] == ["a.jsonl:3: no title"]


def test_progress_counts_the_files_that_were_read(tmp_path):
    paths = [write(tmp_path / name, "Ants") for name in ("a.jsonl", "b.jsonl")]
    calls = []
    gather(paths, lambda *progress: calls.append(progress))
    assert calls == [("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2)]


def test_files_without_a_single_paper_are_an_error_that_names_the_first_reason(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"%PDF\x00")
    (tmp_path / "b.txt").write_text("")
    with pytest.raises(
        SourceError,
        match=r"^No paper could be read: a\.txt: not text but.* \(and 1 more\)\. Repeat the command with .*JSON\.$",
    ):
        gather([tmp_path], silent)
