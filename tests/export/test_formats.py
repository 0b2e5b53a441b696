"""The formats that the command line and the chat offer."""

from __future__ import annotations

import pytest

from rag.export.formats import FORMATS
from tests.export.samples import ANSWER


def test_markdown_bibtex_and_csv_are_offered() -> None:
    assert [(name, entry.label, entry.media_type) for name, entry in FORMATS.items()] == [
        ("md", "Markdown", "text/markdown"),
        ("bib", "BibTeX", "application/x-bibtex"),
        ("csv", "CSV", "text/csv"),
    ]


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_has_each_quote_and_ends_with_one_newline(extension: str) -> None:
    text = FORMATS[extension].render(ANSWER)
    assert all(citation.quote in text for citation in ANSWER.citations)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
