"""Notes of OpenReview, in both versions of its API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped

CONTENT = {"title": "Reeds", "abstract": "We weigh reeds.", "authors": ["Ada Reed", "Bo Rush"]}
NOTE: dict[str, Any] = {"id": "zyReed", "forum": "zyReed", "cdate": 1695000000000, "content": CONTENT}


def records(tmp_path: Path, *notes: dict[str, Any]) -> list[Paper | Skipped]:
    path = tmp_path / "notes.json"
    path.write_text(json.dumps({"notes": notes, "count": len(notes)}), encoding="utf-8")
    return list(read(path))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    (found,) = records(tmp_path, NOTE | fields)
    assert isinstance(found, Paper)
    return found


@pytest.mark.parametrize("content", [CONTENT, {key: {"value": value} for key, value in CONTENT.items()}])
def test_a_note_becomes_a_paper(tmp_path: Path, content: dict[str, Any]) -> None:
    assert paper(tmp_path, content=content) == Paper(
        title="Reeds",
        abstract="We weigh reeds.",
        authors=("Ada Reed", "Bo Rush"),
        url="https://openreview.net/forum?id=zyReed",
        source="notes.json",
    )


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ({"pdate": 1705400000000}, 2024),
        ({"pdate": 1705400000000, "content": CONTENT | {"venue": "REED 2023 poster"}}, 2024),
        ({"content": CONTENT | {"venue": {"value": "REED 2023 poster"}}}, 2023),
        ({"pdate": None, "content": CONTENT | {"venueid": "REED.cc/2023/Conference"}}, 2023),
        ({"pdate": 10**30}, None),
    ],
)
def test_the_year_is_that_of_publication_or_of_the_venue(
    tmp_path: Path, fields: dict[str, Any], year: int | None
) -> None:
    assert paper(tmp_path, **fields).year == year


def test_reviews_are_no_papers_and_no_faults(tmp_path: Path) -> None:
    review = {"id": "zyOther", "forum": "zyReed", "content": {"title": "Official Review", "review": "Good."}}
    assert records(tmp_path, NOTE, review) == [paper(tmp_path)]


def test_a_paper_without_abstract_is_named(tmp_path: Path) -> None:
    (found,) = records(tmp_path, NOTE | {"content": {"title": "Reeds"}})
    assert str(found) == "notes.json:1: no abstract: Reeds"
