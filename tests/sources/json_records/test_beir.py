"""Documents of a BEIR corpus as papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped


def records(tmp_path: Path, *documents: dict[str, Any]) -> list[Paper | Skipped]:
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return list(read(path))


def test_the_text_of_a_document_is_its_abstract(tmp_path: Path) -> None:
    document = {"_id": 4983, "title": "Reeds", "text": "We weigh reeds.", "metadata": {"url": "https://example.org/r"}}
    assert records(tmp_path, document) == [
        Paper("Reeds", "We weigh reeds.", ids=("beir:4983",), url="https://example.org/r", source="corpus.jsonl")
    ]


def test_metadata_is_read_where_it_is_known(tmp_path: Path) -> None:
    metadata = {"authors": ["1741101", "Lind, Maja"], "year": 2018, "pubmed_id": "99999999", "doi": "10.5555/R"}
    (found,) = records(tmp_path, {"_id": "a", "title": "Reeds", "text": "We weigh reeds.", "metadata": metadata})
    assert isinstance(found, Paper)
    assert (found.authors, found.year) == (("Maja Lind",), 2018)
    assert found.ids == ("beir:a", "doi:10.5555/r", "pmid:99999999")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"_id": "x1", "text": "Without a title."}, "no title: x1"),
        ({"_id": 3, "title": None, "text": "Without a title."}, "no title: 3"),
        ({"_id": "x3", "title": "Reeds", "text": ""}, "no abstract: Reeds"),
        ({"_id": "x4", "title": "", "text": None, "metadata": None}, "no title: x4"),
    ],
)
def test_a_document_without_title_or_text_is_named(tmp_path: Path, document: dict[str, Any], reason: str) -> None:
    assert list(map(str, records(tmp_path, document))) == [f"corpus.jsonl:1: {reason}"]
