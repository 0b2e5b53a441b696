"""What a worker does of its own: it reads what is the same file there, and refuses what would come out differently."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import __version__
from rag.cluster import worker
from rag.cluster.worker import Recipe, Worker, parts_of_file, state_of
from rag.models import embedding
from rag.paper import Paper
from rag.sources import read

RECIPE = Recipe(__version__, "bundled", embedding.BUNDLED_SHA256, False, np.eye(384, 3, dtype=np.float32))


def parts(path: Path, state: str, version: str = __version__) -> list[dict[str, list[Any]]]:
    row = {"number": [7], "path": [str(path)], "state": [state], "columns": [pickle.dumps({})], "version": [version]}
    return list(parts_of_file(row))


def refusal(recipe: Recipe) -> str:
    rows = {"number": [3], "papers": [pickle.dumps([("Owls", "Owls hoot.")])]}
    found = Worker(recipe, None)(rows)
    assert (found["number"], found["vectors"]) == ([3], [b""])
    return str(found["fault"][0])


def test_the_records_of_a_file_come_in_order_and_parts(papers_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_RECORDS", 4)
    found = parts(papers_file, state_of(papers_file))
    assert [part["number"] for part in found] == [[7]] * 4
    assert [one for part in found for one in pickle.loads(part["records"][0])] == list(read(papers_file))


def test_a_file_that_is_not_there_or_another_is_left_to_the_driver(tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    left = [{"number": [7], "records": [b""], "fault": [""]}]
    assert parts(file, "120 1") == left
    file.write_text('{"title": "Owls", "abstract": "They hoot."}')
    state = state_of(file)
    assert parts(file, state) != left
    os.utime(file, ns=(0, 0))
    assert parts(file, state) == left


def test_another_version_is_refused(papers_file: Path) -> None:
    expected = f"rag is {__version__} here, and 0.0.1 where the index is written. Install the same on each machine"
    (part,) = parts(papers_file, state_of(papers_file), "0.0.1")
    assert part["fault"][0].endswith(expected)
    assert refusal(replace(RECIPE, version="0.0.1")).endswith(expected)


def test_another_model_is_refused() -> None:
    said = refusal(replace(RECIPE, fingerprint="0123456789abcdef"))
    assert "with the fingerprint 53aa51172d14 and not 0123456789ab. Install the same on each machine" in said


def test_a_model_that_is_not_there_is_named() -> None:
    assert "'/no/such/model' is neither a local folder nor" in refusal(replace(RECIPE, name="/no/such/model"))


def test_a_paper_is_embedded_by_its_text_alone() -> None:
    """Which is what travels: the rest of a paper must not change its vectors."""
    from rag.index.vectors import of_papers

    model = embedding.load("bundled")
    bare, whole = Paper("Owls", "Owls hoot."), Paper("Owls", "Owls hoot.", ("Ann Ash",), 1999, ("doi:10.1/2",), "", "a")
    ours, theirs = of_papers([bare], model), of_papers([whole], model)
    assert ours[0].rows.tobytes() == theirs[0].rows.tobytes()
