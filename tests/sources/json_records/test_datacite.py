"""Works of DataCite, as its API wraps them: typed titles and descriptions, few of which are what is wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.paper import Paper
from rag.sources import read

WORK: dict[str, Any] = {
    "doi": "10.5555/BELLS.1",
    "creators": [{"name": "Bell, Ida", "givenName": "Ida", "familyName": "Bell"}, {"name": "Ringers of Ghent"}],
    "titles": [{"title": "Glocken", "titleType": "TranslatedTitle"}, {"title": "Bells"}, {"title": "A Subtitle"}],
    "publicationYear": 2022,
    "descriptions": [
        {"description": "Files are named by hour.", "descriptionType": "TechnicalInfo"},
        {"description": "<p>We record bells &amp; clocks.</p>", "descriptionType": "Abstract"},
    ],
    "url": "https://example.org/bells",
    "created": "2023-02-03T10:00:00Z",
}


def records(tmp_path: Path, *works: dict[str, Any]) -> list[Paper | str]:
    path = tmp_path / "dois.json"
    data = [{"id": work["doi"], "type": "dois", "attributes": work, "relationships": {}} for work in works]
    path.write_text(json.dumps({"data": data, "meta": {"total": len(data)}}), encoding="utf-8")
    return [record if isinstance(record, Paper) else str(record) for record in read(path)]


def test_a_work_becomes_a_paper(tmp_path: Path) -> None:
    assert records(tmp_path, WORK) == [
        Paper(
            title="Bells",
            abstract="We record bells & clocks.",
            authors=("Ida Bell", "Ringers of Ghent"),
            year=2022,
            ids=("doi:10.5555/bells.1",),
            url="https://example.org/bells",
            source="dois.json",
        )
    ]


def test_a_work_of_typed_titles_alone_has_the_first(tmp_path: Path) -> None:
    (paper,) = records(tmp_path, WORK | {"titles": WORK["titles"][:1]})
    assert isinstance(paper, Paper)
    assert paper.title == "Glocken"


def test_a_work_without_an_abstract_is_skipped_and_named(tmp_path: Path) -> None:
    found = records(tmp_path, WORK | {"descriptions": WORK["descriptions"][:1]}, WORK | {"titles": []})
    assert found == ["dois.json:1: no abstract: Bells", "dois.json:1: no title: 10.5555/BELLS.1"]
