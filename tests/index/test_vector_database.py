"""Vectors go in by id, in batches as large as Chroma takes, and the nearest are found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index.vector_database import CHROMA_FILE, CHROMA_FOLDER, VectorDatabase
from rag.models.encoding import l2_normalize

VECTORS = dict(zip(["1", "1.title", "1.0-2", "2", "2.1"], np.eye(5, 8, dtype=np.float32), strict=True))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[VectorDatabase]:
    with closing(VectorDatabase(tmp_path)) as opened:
        opened.create(papers=1)
        yield opened


def test_a_search_returns_the_nearest_first(database: VectorDatabase) -> None:
    database.add(VECTORS)
    query = 0.6 * VECTORS["2"] + 0.8 * VECTORS["1.title"]
    assert database.search(query, 2) == ["1.title", "2"]
    assert database.search(query, 1) == ["1.title"]
    assert sorted(database.search(query, 100)) == sorted(VECTORS)


def test_more_vectors_than_chroma_takes_at_once_are_added(
    database: VectorDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database._client, "get_max_batch_size", lambda: 2)
    database.add(VECTORS)
    assert database.count() == len(VECTORS)
    assert [database.search(vector, 1) for vector in VECTORS.values()] == [[id] for id in VECTORS]


def test_what_was_added_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with closing(VectorDatabase(tmp_path)) as written:
        written.create(papers=1)
        written.add(VECTORS)
        written.add({"3": np.ones(8, dtype=np.float32)})
    with closing(VectorDatabase(tmp_path)) as opened:
        assert opened.count() == len(VECTORS) + 1
        assert opened.search(np.ones(8, dtype=np.float32), 1) == ["3"]


def test_of_many_vectors_the_nearest_hundred_are_found(database: VectorDatabase) -> None:
    random = np.random.default_rng(seed=7)
    vectors = l2_normalize(random.standard_normal((4_000, 96), dtype=np.float32))  # in no clusters: hard to search
    database.add({str(row): vector for row, vector in enumerate(vectors)})
    found = [
        len(set(database.search(query, 100)) & set(map(str, np.argsort(-vectors @ query)[:100])))
        for query in l2_normalize(random.standard_normal((50, 96), dtype=np.float32))
    ]
    assert np.mean(found) >= 99


def test_an_embedding_model_that_chromas_files_name_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chromadb.utils.embedding_functions import known_embedding_functions

    class Foreign:
        @staticmethod
        def build_from_config(config: object) -> None:
            pytest.fail(f"loaded {config}")

    monkeypatch.setitem(known_embedding_functions, "foreign", Foreign)  # type: ignore[arg-type]
    with closing(VectorDatabase(tmp_path)) as written:
        written.create(papers=1)
    with closing(sqlite3.connect(tmp_path / CHROMA_FOLDER / CHROMA_FILE)) as tampered:
        tampered.execute(
            "UPDATE collections SET schema_str = replace(schema_str, "
            """'{"type":"legacy"}', '{"type":"known","name":"foreign","config":{}}')"""
        )
        tampered.commit()
    with closing(VectorDatabase(tmp_path)) as opened:
        opened.add(VECTORS)
        opened.delete(["1"])
        assert opened.search(VECTORS["2"], 1) == ["2"]
        assert opened.count() == len(VECTORS) - 1
