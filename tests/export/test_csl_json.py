"""Items as the schema of CSL-JSON has them."""

from __future__ import annotations

import json
from typing import Any

from rag.export.csl_json import csl_json
from rag.paper import Paper

OWLS = Paper(
    "Hearing & <i>Voles</i>",
    "Owls hunt by ear.",
    authors=("Jürgen van den Berg", "Martin Luther King Jr.", "Owls, Inc."),
    year=2020,
    ids=("doi:10.5555/a_b", "pmid:123", "arxiv:2001.00001"),
    url="https://example.org/owls",
)


def items(*papers: Paper) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(csl_json(papers))
    return found


def test_an_item_has_what_is_known() -> None:
    assert items(OWLS) == [
        {
            "id": "berg2020hearing",
            "type": "document",
            "title": "Hearing & <i>Voles</i>",
            "author": [
                {"family": "van den Berg", "given": "Jürgen"},
                {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
                {"literal": "Owls, Inc."},
            ],
            "issued": {"date-parts": [[2020]]},
            "DOI": "10.5555/a_b",
            "PMID": "123",
            "URL": "https://example.org/owls",
            "note": "arXiv:2001.00001",
            "abstract": "Owls hunt by ear.",
        }
    ]


def test_what_is_not_known_is_left_out_and_a_digest_is_no_abstract() -> None:
    bats = Paper("Bats", "Bats hear.", url="javascript:alert(1)", digest=True)
    assert items(bats) == [{"id": "bats", "type": "document", "title": "Bats"}]


def test_a_paper_that_is_known_from_arxiv_only_is_a_preprint() -> None:
    assert items(Paper("Bats", "x", ids=("arxiv:2001.00001",)))[0]["type"] == "article"


def test_each_paper_has_an_item_in_their_order() -> None:
    assert [item["id"] for item in items(Paper("Bats", "x"), OWLS)] == ["bats", "berg2020hearing"]
    assert items() == []


def test_letters_are_written_as_they_are_and_control_characters_are_not() -> None:
    text = csl_json([Paper("Ü\x1b\n\u202e", "x\x00y", ("Å\x07 B",))])
    assert '"title": "Ü"' in text
    assert "\\u" not in text
