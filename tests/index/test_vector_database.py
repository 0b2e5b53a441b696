"""Vectors go in and come out by id, in batches as large as Chroma and SQLite take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index import vector_database
from rag.index.vector_database import VectorDatabase

IDS = ["1.0", "1.1", "2.0", "3.0", "3.1"]
VECTORS = np.eye(5, 8, dtype=np.float32)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[VectorDatabase]:
    with closing(VectorDatabase(tmp_path)) as opened:
        opened.create_collections()
        opened.add("sentences", IDS, VECTORS, ["owls"] * len(IDS))
        yield opened


def test_vectors_come_in_the_order_of_their_ids_in_any_number_of_batches(
    database: VectorDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_database, "GET_BATCH", 2)
    found = database.get("sentences", ["3.1", "1.0", "2.0", "3.1"])
    assert found.tolist() == VECTORS[[4, 0, 2, 4]].tolist()
    with pytest.raises(KeyError):
        database.get("sentences", ["7.0"])


def test_more_vectors_than_chroma_takes_at_once_are_added(
    database: VectorDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database._client, "get_max_batch_size", lambda: 2)
    database.add("passages", IDS, VECTORS, ["owls"] * len(IDS))
    assert database.count("passages") == len(IDS)
    assert database.get("passages", IDS).tolist() == VECTORS.tolist()


def test_a_search_returns_the_nearest_first_with_their_cosines(database: VectorDatabase) -> None:
    query = (0.6 * VECTORS[3] + 0.8 * VECTORS[1]).tolist()
    assert [id for id, _ in database.search("sentences", [query], 2)[0]] == ["1.1", "3.0"]
    assert dict(database.search("sentences", [query], 2)[0]) == pytest.approx({"1.1": 0.8, "3.0": 0.6}, abs=1e-3)
    assert [id for id, _ in database.search("sentences", [query], 2, ["3.0", "2.0"])[0]] == ["3.0", "2.0"]
    assert len(database.search("sentences", [query], 100)[0]) == len(IDS)


def test_an_empty_collection_has_no_neighbours(database: VectorDatabase) -> None:
    assert database.search("vocabulary", VECTORS[:2].tolist(), 3) == [[], []]
    assert database.search("sentences", [], 3) == []
