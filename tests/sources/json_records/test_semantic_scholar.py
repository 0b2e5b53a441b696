"""Papers of Semantic Scholar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.paper import Paper
from rag.sources.json_records.semantic_scholar import record_of
from rag.sources.skipped import Skipped
from tests.sources.json_records.finishing import finish, paper_of

PAPER: dict[str, Any] = {"paperId": "a1", "title": "Reeds", "abstract": "We weigh reeds."}


def finished(tmp_path: Path, **fields: Any) -> Paper | Skipped:
    return finish(tmp_path, record_of(PAPER | fields, 3))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    return paper_of(tmp_path, record_of(PAPER | fields, 3))


def test_a_summary_by_a_machine_is_no_abstract(tmp_path: Path) -> None:
    said = finished(tmp_path, abstract=None, tldr={"model": "tldr@v2.0.0", "text": "Reeds are light."})
    assert str(said) == "works.json:3: no abstract: Reeds"


def test_a_paper_without_title_is_named_by_its_id(tmp_path: Path) -> None:
    assert str(finished(tmp_path, title=None)) == "works.json:3: no title: a1"


def test_external_ids_are_found_however_they_are_spelt(tmp_path: Path) -> None:
    ids = {"ArXiv": "2301.99999", "DOI": "10.5555/R", "PubMed": "99999999", "CorpusId": 1, "MAG": None}
    found = ("arxiv:2301.99999", "doi:10.5555/r", "pmid:99999999")
    assert paper(tmp_path, externalIds=ids).ids == found
    assert paper(tmp_path, externalids={key.lower(): value for key, value in ids.items()}).ids == found
    assert paper(tmp_path, externalIds={"PubMedCentral": "999999999"}).ids == ("pmc:PMC999999999",)
    assert paper(tmp_path, externalIds=None).ids == ()


def test_the_date_stands_in_for_the_year(tmp_path: Path) -> None:
    assert paper(tmp_path, year=None, publicationDate="2022-12-30").year == 2022
    assert paper(tmp_path, year=None, publicationdate="2022-12-30").year == 2022
    assert paper(tmp_path, year=2021, publicationDate="2022-12-30").year == 2021


def test_authors_are_those_with_names(tmp_path: Path) -> None:
    authors = [{"authorId": "1", "name": "Maja Lind"}, {"authorId": None, "name": None}, {"name": "J. Okaf"}]
    assert paper(tmp_path, authors=authors).authors == ("Maja Lind", "J. Okaf")
    assert paper(tmp_path, authors=None).authors == ()
