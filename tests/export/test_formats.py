"""The formats that the command line and the chat offer."""

from __future__ import annotations

import pytest

from rag.answer.types import Answer, Listed
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from tests.export.samples import ANSWER, FOXES, OWLS

WITH_QUOTES = ("md", "bib", "ris", "csv")


def test_answers_are_written_in_six_formats_and_papers_in_four() -> None:
    assert [(name, entry.label, entry.extension, entry.media_type) for name, entry in EXPORTS.items()] == [
        ("md", "Markdown", "md", "text/markdown"),
        ("bib", "BibTeX", "bib", "application/x-bibtex"),
        ("ris", "RIS", "ris", "application/x-research-info-systems"),
        ("csl", "CSL-JSON", "json", "application/vnd.citationstyles.csl+json"),
        ("csv", "CSV", "csv", "text/csv"),
        ("numbers.csv", "Table (CSV)", "numbers.csv", "text/csv"),
    ]
    assert list(PAPER_EXPORTS) == ["bib", "ris", "csl", "csv"]


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_ends_with_one_newline(name: str) -> None:
    text = EXPORTS[name].answers(ANSWER)
    assert text.endswith("\n")
    assert not text.endswith(("\n\n", "\n\r\n"))


@pytest.mark.parametrize("name", WITH_QUOTES)
def test_formats_of_answers_have_each_quote(name: str) -> None:
    text = EXPORTS[name].answers(ANSWER)
    assert all(citation.quote in text for citation in ANSWER.citations)


@pytest.mark.parametrize("name", ["bib", "ris", "csl"])
def test_references_are_of_the_papers_that_are_cited_or_listed(name: str) -> None:
    text = EXPORTS[name].answers(ANSWER)
    assert all(citation.paper.title in text for citation in ANSWER.citations)
    assert FOXES.title not in text
    listing = Answer("all", wish="list", listed=(Listed(1, FOXES),))
    assert EXPORTS[name].answers(listing) == PAPER_EXPORTS[name]([FOXES])


@pytest.mark.parametrize("name", PAPER_EXPORTS)
def test_papers_are_written_without_an_answer(name: str) -> None:
    text = PAPER_EXPORTS[name]([OWLS, FOXES])
    assert OWLS.title in text
    assert FOXES.title in text
