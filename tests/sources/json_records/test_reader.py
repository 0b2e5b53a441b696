"""Which JSON is read, as which service gives it, and what is said of JSON that has no papers in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.json_records.reader import matches
from rag.sources.skipped import Skipped

TITLE, ABSTRACT = "Reeds", "We weigh reeds. They are light."
# The same paper, as each service gives it.
OBJECTS: dict[str, dict[str, Any]] = {
    "plain": {"title": TITLE, "abstract": ABSTRACT, "authors": ["Lind, Maja"], "year": 2018, "doi": "10.5555/R"},
    "OpenAlex": {
        "id": "https://openalex.org/W12",
        "title": TITLE,
        "abstract_inverted_index": {word: [n] for n, word in enumerate(ABSTRACT.split())},
        "authorships": [{"author": {"display_name": "Maja Lind"}}],
        "publication_year": 2018,
        "doi": "https://doi.org/10.5555/R",
    },
    "Semantic Scholar": {
        "paperId": "a1",
        "title": TITLE,
        "abstract": ABSTRACT,
        "authors": [{"authorId": None, "name": "Maja Lind"}],
        "year": 2018,
        "externalIds": {"DOI": "10.5555/R"},
    },
    "Crossref": {
        "DOI": "10.5555/R",
        "title": [TITLE],
        "abstract": f"<jats:p>{ABSTRACT}</jats:p>",
        "author": [{"given": "Maja", "family": "Lind", "sequence": "first"}],
        "issued": {"date-parts": [[2018, 2]]},
    },
    "CSL-JSON": {
        "id": "lind",
        "type": "article-journal",
        "DOI": "10.5555/R",
        "title": TITLE,
        "abstract": ABSTRACT,
        "author": [{"given": "Maja", "family": "Lind"}],
        "issued": {"date-parts": [["2018"]]},
    },
    "arXiv on Kaggle": {
        "id": "1802.99999",
        "title": TITLE,
        "abstract": f"  {ABSTRACT}\n",
        "authors_parsed": [["Lind", "Maja", ""]],
        "versions": [{"version": "v1", "created": "Mon, 5 Feb 2018 10:00:00 GMT"}],
        "doi": "10.5555/R",
    },
    "BEIR": {
        "_id": "7",
        "title": TITLE,
        "text": ABSTRACT,
        "metadata": {"authors": ["Maja Lind"], "year": 2018, "doi": "10.5555/R"},
    },
    "Zotero": {
        "key": "ABCD",
        "data": {
            "itemType": "journalArticle",
            "title": TITLE,
            "abstractNote": ABSTRACT,
            "creators": [{"creatorType": "author", "firstName": "Maja", "lastName": "Lind"}],
            "date": "2018-02",
            "DOI": "10.5555/R",
        },
    },
}


def records(tmp_path: Path, text: str) -> list[Paper | Skipped]:
    path = tmp_path / "my.json"
    path.write_text(text, encoding="utf-8")
    return list(read(path))


@pytest.mark.parametrize("fields", OBJECTS.values(), ids=OBJECTS.keys())
def test_an_object_is_read_as_its_service_gives_it(tmp_path: Path, fields: dict[str, Any]) -> None:
    (found,) = records(tmp_path, json.dumps(fields))
    assert isinstance(found, Paper)
    assert (found.title, found.abstract, found.authors, found.year) == (TITLE, ABSTRACT, ("Maja Lind",), 2018)
    assert "doi:10.5555/r" in found.ids


def test_objects_of_several_services_may_be_in_one_file(tmp_path: Path) -> None:
    found = records(tmp_path, "\n".join(map(json.dumps, OBJECTS.values())))
    assert [record.title for record in found if isinstance(record, Paper)] == [TITLE] * len(OBJECTS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"error": "Rate limit exceeded", "message": "…"}', "not a paper: “Rate limit exceeded”"),
        ('{"message": "Too Many Requests.", "code": "429"}', "not a paper: “Too Many Requests.”"),
        ('{"error": {"code": 404, "message": "Not found"}}', "not a paper: “Not found”"),
        ('{"status": "failed", "message": [{"type": "x", "message": "No number: y"}]}', "not a paper: “No number: y”"),
        ('{"detail": "Not found."}', "not a paper: “Not found.”"),
    ],
)
def test_an_error_of_a_service_is_quoted(tmp_path: Path, text: str, reason: str) -> None:
    good = json.dumps(OBJECTS["plain"])
    assert list(map(str, records(tmp_path, f"{good}\n{text}\n")))[1:] == [f"my.json:2: {reason}"]


def test_what_is_in_the_place_of_a_paper_is_reported(tmp_path: Path) -> None:
    found = records(tmp_path, json.dumps({"data": [OBJECTS["plain"], None, "reeds", {"count": 1}]}, indent=0))
    assert [str(record) for record in found if isinstance(record, Skipped)] == [
        "my.json:12: null in place of a paper",
        "my.json:13: not a JSON object with a title and an abstract, but “reeds”",
        "my.json:14: an object with neither title nor abstract, but “count”",
    ]


NO_PAPERS = {
    "package": {"name": "reeds", "version": "1.0.0", "description": "A library.", "author": {"name": "Maja"}},
    "notebook": {"cells": [{"cell_type": "markdown", "source": ["# Reeds"]}], "metadata": {}, "nbformat": 4},
    "GeoJSON": {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"title": "A reed"}}]},
    "schema": {"title": "Reed", "description": "A plant.", "type": "object", "properties": {"title": {}}},
    "feed": {"title": "News", "items": [{"title": "Reeds are cut", "summary": "They are cut.", "content_text": "x"}]},
    "questions": {"data": [{"title": "Reeds", "paragraphs": [{"context": "Reeds grow.", "qas": []}]}]},
    "no results": {"meta": {"count": 0}, "results": []},
}


@pytest.mark.parametrize("value", NO_PAPERS.values(), ids=NO_PAPERS.keys())
def test_other_json_gives_no_papers_and_says_so(tmp_path: Path, value: dict[str, Any]) -> None:
    found = records(tmp_path, json.dumps(value, indent=2))
    assert [type(record) for record in found] == [Skipped]


def test_an_empty_list_is_reported_as_a_whole(tmp_path: Path) -> None:
    found = records(tmp_path, " [\n]\n")
    assert list(map(str, found)) == ["my.json: JSON without any object that has a title and an abstract"]


@pytest.mark.parametrize("text", ['{"a": 1}', ' [\n{\n "a": 1', "[null, {'a': {\"b\": 2", '[[{}, {"a":', "{}", "[]"])
def test_json_is_recognised_by_its_beginning(text: str) -> None:
    assert matches(text)


def test_lines_of_objects_are_recognised_after_a_broken_one() -> None:
    assert matches('stract": "They"}\n{"title": "a"}\n\n{"title": "b"}\n')
    assert matches('[1]\n{"title": "a"}\n{"title": "b"}\n')


@pytest.mark.parametrize(
    "text",
    [
        "[1] M. Lind. Reeds. 2018.\n[2] J. Okaf.",
        "{\\rtf1\\ansi Reeds}",
        "{{ title }}",
        "[reeds](https://example.org)",
        "[section]\nkey = 1",
        "@article{lind, title = {Reeds}}",
        "{'title': 'Reeds'}",
        "Reeds\n\nWe weigh reeds.\n\nThe file looks like this:\n\n" + '{"title": "Reeds"}',
        '["reeds", "otters"]',
    ],
)
def test_other_text_is_not_json(text: str) -> None:
    assert not matches(text)
