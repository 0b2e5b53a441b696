"""The file formats in which answers are exported: the one list that the command line and the chat offer.

A new format is a module with a function from answers to text, and an entry in FORMATS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answer.types import Answer


@dataclass(frozen=True, slots=True)
class Format:
    """`extension` ends the file's name, `label` is its name in a menu, `render` makes the text of any answers."""

    extension: str
    label: str
    media_type: str
    render: Callable[..., str]


# Imported on use: the command line lists the formats in its help.
def _markdown(*answers: Answer) -> str:
    from rag.export.markdown import markdown

    return markdown(*answers)


def _bibtex(*answers: Answer) -> str:
    from rag.export.bibtex import bibtex

    return bibtex(*answers)


def _csv(*answers: Answer) -> str:
    from rag.export.csv import csv

    return csv(*answers)


FORMATS = {
    entry.extension: entry
    for entry in (
        Format("md", "Markdown", "text/markdown", _markdown),
        Format("bib", "BibTeX", "application/x-bibtex", _bibtex),
        Format("csv", "CSV", "text/csv", _csv),
    )
}
