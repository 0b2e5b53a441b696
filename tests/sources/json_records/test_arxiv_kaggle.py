"""Papers of arXiv's snapshot on Kaggle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources.json_records.arxiv_kaggle import recognises, record_of
from tests.sources.json_records.finishing import paper_of

PAPER: dict[str, Any] = {
    "id": "0704.9999",
    "title": 'Reeds\n  of Schr\\"odinger',
    "abstract": "  We weigh $x_i \\leq 5$\nreeds; 5\\% are \\emph{wet}.\n\nThey last.\n",
    "categories": "hep-ph",
    "update_date": "2012-11-26",
}


def paper(tmp_path: Path, **fields: Any) -> Paper:
    return paper_of(tmp_path, record_of(PAPER | fields))


def test_text_in_tex_that_is_wrapped_by_hand_becomes_plain(tmp_path: Path) -> None:
    found = paper(tmp_path)
    assert found.title == "Reeds of Schrödinger"
    assert found.abstract == "We weigh $x_i \\leq 5$ reeds; 5% are wet. They last."


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        (
            {"versions": [{"created": "Mon, 5 Feb 2018 10:00:00 GMT"}, {"created": "Tue, 4 Feb 2020 10:00:00 GMT"}]},
            2018,
        ),
        ({"id": "0704.9999"}, 2007),
        ({"id": "math/0399999"}, 2003),
        ({"id": "hep-th/9299999", "versions": []}, 1992),
    ],
)
def test_the_year_is_that_of_the_first_version(tmp_path: Path, fields: dict[str, Any], year: int) -> None:
    assert paper(tmp_path, **fields).year == year


def test_names_in_parts_are_put_together(tmp_path: Path) -> None:
    parsed = [["Bálm", "C.", ""], ["Ther", "Louis", "Jr", "Reed Institute"], ['Nad\\"o', "P."], ["Plato"], None, []]
    assert paper(tmp_path, authors_parsed=parsed).authors == ("C. Bálm", "Louis Ther Jr", "P. Nadö", "Plato")


@pytest.mark.parametrize("parsed", [None, []])
def test_without_parts_names_are_read_from_the_text(tmp_path: Path, parsed: Any) -> None:
    text = "C. B\\'alm (Reed Institute),\n  E. L. Berg and C.-P. Yu (for the REED Collaboration)"
    assert paper(tmp_path, authors_parsed=parsed, authors=text).authors == ("C. Bálm", "E. L. Berg", "C.-P. Yu")


def test_institutions_within_each_others_brackets_are_no_authors(tmp_path: Path) -> None:
    text = (
        "C. Balm (1 and 2), E. Berg (for the REED Collaboration) ((1) Reed University, (2) Rush Institute (RI), Turku)"
    )
    assert paper(tmp_path, authors=text).authors == ("C. Balm", "E. Berg")


def test_a_paper_is_recognised_by_its_versions() -> None:
    assert recognises({"id": "0704.9999", "versions": []})
    assert not recognises({"id": "left-pad", "versions": []})


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("0704.9990", "arxiv:0704.9990"),
        ("math/0399999", "arxiv:math/0399999"),
        (704.999, "arxiv:0704.9990"),
        (2301.9999, "arxiv:2301.99990"),
    ],
)
def test_an_id_that_was_taken_for_a_number_gets_its_zeros_back(tmp_path: Path, id: Any, name: str) -> None:
    found = paper(tmp_path, id=id, doi="10.5555/Reed 10.5555/Other")
    assert found.ids == (name, "doi:10.5555/reed")
    assert found.url == f"https://arxiv.org/abs/{name.removeprefix('arxiv:')}"
