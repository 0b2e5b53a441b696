"""Items of Zotero's API and of Better BibTeX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped

DATA: dict[str, Any] = {"key": "AB", "itemType": "preprint", "title": "Reeds", "abstractNote": "We weigh reeds."}


def records(tmp_path: Path, value: Any) -> list[Paper | Skipped]:
    path = tmp_path / "zotero.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return list(read(path))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    (found,) = records(tmp_path, [{"key": "AB", "version": 1, "meta": {}, "data": DATA | fields}])
    assert isinstance(found, Paper)
    return found


def test_an_item_may_be_alone_or_in_what_the_api_puts_around_it(tmp_path: Path) -> None:
    assert records(tmp_path, {"config": {}, "items": [DATA]}) == [paper(tmp_path)]
    assert records(tmp_path, DATA) == [paper(tmp_path)]


def test_files_and_notes_are_no_papers_and_no_faults(tmp_path: Path) -> None:
    children = [
        {"key": "C", "data": {"key": "C", "itemType": "attachment", "title": "Full Text PDF"}},
        {"key": "D", "data": {"key": "D", "itemType": "note", "note": "<p>Read it.</p>", "title": ""}},
    ]
    assert records(tmp_path, [{"key": "AB", "data": DATA}, *children]) == [paper(tmp_path)]


def test_an_item_without_title_is_named_by_its_key(tmp_path: Path) -> None:
    assert list(map(str, records(tmp_path, [{"key": "AB", "data": DATA | {"title": ""}}]))) == [
        "zotero.json:1: no title: AB"
    ]


def test_authors_go_before_others_and_groups_keep_their_commas(tmp_path: Path) -> None:
    creators = [
        {"creatorType": "editor", "firstName": "Edda", "lastName": "Tor"},
        {"creatorType": "commenter", "firstName": "Cora", "lastName": "Ven"},
        {"creatorType": "author", "firstName": "Maja", "lastName": "Lind"},
        {"creatorType": "author", "name": "Reed Group, Inc."},
    ]
    assert paper(tmp_path, creators=creators).authors == ("Maja Lind", "Reed Group, Inc.")
    inventors = [creators[0], {"creatorType": "inventor", "firstName": "Josef", "lastName": "Okaf"}]
    assert paper(tmp_path, creators=inventors).authors == ("Josef Okaf",)


def test_the_date_may_be_written_in_any_way(tmp_path: Path) -> None:
    assert paper(tmp_path, date="17 March 2021").year == 2021
    (found,) = records(
        tmp_path, [{"key": "AB", "version": 1, "meta": {"parsedDate": "2020-01"}, "data": DATA | {"date": "soon"}}]
    )
    assert isinstance(found, Paper)
    assert found.year == 2020


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"DOI": "10.5555/R"}, ("doi:10.5555/r",)),
        ({"archiveID": "arXiv:2301.99999"}, ("arxiv:2301.99999",)),
        ({"url": "http://arxiv.org/abs/2301.99999v2"}, ("arxiv:2301.99999",)),
        ({"extra": "arXiv: 2301.99999 [cs]\nPMID: 99999999\nTLDR: 7"}, ("arxiv:2301.99999", "pmid:99999999")),
        ({"extra": "Citation Key: lind\ndoi: 10.5555/R"}, ("doi:10.5555/r",)),
    ],
)
def test_ids_are_found_where_zotero_puts_them(tmp_path: Path, fields: dict[str, Any], ids: tuple[str, ...]) -> None:
    assert paper(tmp_path, **fields).ids == ids
