"""Works of OpenAlex."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources.json_records.openalex import from_inverted_index, recognises, record_of
from rag.sources.skipped import Skipped
from tests.sources.json_records.finishing import finish, paper_of

WORK: dict[str, Any] = {
    "id": "https://openalex.org/W12",
    "title": "Reeds",
    "abstract_inverted_index": {"We": [0], "weigh": [1], "reeds.": [2]},
}


def finished(tmp_path: Path, **fields: Any) -> Paper | Skipped:
    return finish(tmp_path, record_of(WORK | fields, 3))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    return paper_of(tmp_path, record_of(WORK | fields, 3))


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ({"b": [1, 3], "a": [0], "c.": [2]}, "a b c. b"),
        ({"a": [5], "b": [90_000_000_000]}, "a b"),
        ({"a": [1], "b": [0], "c": None, "d": 2, "e": ["3", True, 1.5]}, "b a"),
        ({"IndexLength": 2, "InvertedIndex": {"a": [1], "b": [0]}}, "b a"),
        ('{"a": [1], "b": [0]}', "b a"),
        ({}, ""),
        (None, ""),
        ("not JSON", ""),
        ([1], ""),
    ],
)
def test_the_abstract_is_put_together_from_its_index(index: Any, text: str) -> None:
    assert from_inverted_index(index) == text


def test_markup_that_is_spread_over_words_goes(tmp_path: Path) -> None:
    index = {"<jats:p>Moss": [0], "&amp;": [1], "<i>Typha</i>": [2], "grow.</jats:p>": [3]}
    assert paper(tmp_path, abstract_inverted_index=index).abstract == "Moss & Typha grow."


def test_a_missing_abstract_is_reported(tmp_path: Path) -> None:
    said = finished(tmp_path, abstract_inverted_index=None)
    assert str(said) == "works.json:3: no abstract: Reeds"


def test_the_name_of_an_author_may_be_as_printed(tmp_path: Path) -> None:
    authorships = [
        {"author": {"display_name": "Maja Lind"}, "raw_author_name": "LIND, M."},
        {"author": {"display_name": None}, "raw_author_name": "Okaf, Josef"},
        {"author": None},
    ]
    assert paper(tmp_path, authorships=authorships).authors == ("Maja Lind", "Josef Okaf")


def test_a_missing_year_is_not_guessed_from_the_date(tmp_path: Path) -> None:
    assert paper(tmp_path, publication_year=None, publication_date="2021-01-01").year is None
    assert paper(tmp_path, publication_year=2021).year == 2021


def test_ids_of_all_kinds_are_found(tmp_path: Path) -> None:
    places = [{"landing_page_url": None}, {"landing_page_url": "https://arxiv.org/abs/2301.99999"}, None]
    ids = {"pmid": "https://pubmed.ncbi.nlm.nih.gov/99999999", "mag": "1"}
    found = paper(tmp_path, doi="https://doi.org/10.5555/R", ids=ids, locations=places)
    assert found.ids == ("doi:10.5555/r", "arxiv:2301.99999", "pmid:99999999", "openalex:W12")
    assert found.url == "https://arxiv.org/abs/2301.99999"


def test_a_work_without_a_page_has_the_address_of_its_doi_or_itself(tmp_path: Path) -> None:
    assert paper(tmp_path, doi="https://doi.org/10.5555/r").url == "https://doi.org/10.5555/r"
    assert paper(tmp_path).url == "https://openalex.org/W12"


def test_the_name_stands_in_for_the_title(tmp_path: Path) -> None:
    assert paper(tmp_path, title=None, display_name="Reeds &amp; Rain").title == "Reeds & Rain"


def test_a_work_is_recognised_even_without_its_index() -> None:
    assert recognises({"id": "https://openalex.org/W12", "title": "Reeds"})
    assert not recognises({"id": "W12", "title": "Reeds"})
