"""The file formats in which answers and papers are exported: the one list that the command line and the chat offer.

A new format is a module with a function from papers or answers to text, and an entry in EXPORTS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answer.types import Answer
    from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is what the command line and addresses call it, `label` its name in a menu.

    `extension` ends the file's name. `answers` makes the text of any answers; `papers` that of papers, and is None
    where only answers can be written.
    """

    name: str
    label: str
    extension: str
    media_type: str
    answers: Callable[..., str]
    papers: Callable[[Sequence[Paper]], str] | None = None


# Imported on use: the command line lists the formats in its help.
def _markdown(*answers: Answer) -> str:
    from rag.export.markdown import markdown

    return markdown(*answers)


def _bibtex(*answers: Answer) -> str:
    from rag.export.bibtex import bibtex
    from rag.export.references import papers_of, quotes_of

    return bibtex(papers_of(*answers), quotes_of(*answers))


def _bibtex_of(papers: Sequence[Paper]) -> str:
    from rag.export.bibtex import bibtex

    return bibtex(papers)


def _ris(*answers: Answer) -> str:
    from rag.export.references import papers_of, quotes_of
    from rag.export.ris import ris

    return ris(papers_of(*answers), quotes_of(*answers))


def _ris_of(papers: Sequence[Paper]) -> str:
    from rag.export.ris import ris

    return ris(papers)


def _csl(*answers: Answer) -> str:
    from rag.export.references import papers_of

    return _csl_of(papers_of(*answers))


def _csl_of(papers: Sequence[Paper]) -> str:
    from rag.export.csl_json import csl_json

    return csl_json(papers)


def _csv(*answers: Answer) -> str:
    from rag.export.csv import csv

    return csv(*answers)


def _numbers(*answers: Answer) -> str:
    from rag.export.measurements import measurements_csv

    return measurements_csv(*answers)


def _csv_of(papers: Sequence[Paper]) -> str:
    from rag.export.csv import papers_csv

    return papers_csv(papers)


EXPORTS = {
    entry.name: entry
    for entry in (
        Format("md", "Markdown", "md", "text/markdown", _markdown),
        Format("bib", "BibTeX", "bib", "application/x-bibtex", _bibtex, _bibtex_of),
        Format("ris", "RIS", "ris", "application/x-research-info-systems", _ris, _ris_of),
        Format("csl", "CSL-JSON", "json", "application/vnd.citationstyles.csl+json", _csl, _csl_of),
        Format("csv", "CSV", "csv", "text/csv", _csv, _csv_of),
        Format("numbers.csv", "Table (CSV)", "numbers.csv", "text/csv", _numbers),
    )
}
# What papers are written in, without an answer.
PAPER_EXPORTS = {name: entry.papers for name, entry in EXPORTS.items() if entry.papers}
