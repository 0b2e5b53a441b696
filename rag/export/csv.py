"""Answers as CSV, a row for each citation and each listed paper, and papers, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from csv import writer
from io import StringIO

from rag.answer.types import Answer, Citation
from rag.export import escape
from rag.export.phrases import judge_name
from rag.export.references import identifier, link, own_abstract
from rag.paper import Paper

COLUMNS = "question n title authors year doi url sentence verdict judge quote start end digest part aspect".split()
PAPER_COLUMNS = "title authors year doi arxiv pmid url abstract source digest".split()


def csv(*answers: Answer) -> str:
    """A header of COLUMNS, then a row for each citation of each sentence, and for each paper that is listed as such.

    `sentence` is empty where the answer is the quote itself. `judge` is the model that judged the sentence, empty if
    none did; `start` and `end` are character offsets of the quote in the abstract. `part` is "written" for a sentence
    of the written answer, "evidence" for a quote below it, "may match" for a quote of a paper that may match besides,
    and "listed" for a paper without a quote; `aspect` is the row of a comparison. A cell that a spreadsheet would take
    for a formula is prefixed with an apostrophe.
    """
    return _table(COLUMNS, (row for answer in answers for row in _rows(answer)))


def papers_csv(papers: Sequence[Paper]) -> str:
    """A header of PAPER_COLUMNS, then one row for each of `papers`, with cells as in `csv`.

    A row has the abstract if it is the authors' own; if not, its `digest` is "true".
    """
    return _table(PAPER_COLUMNS, map(_paper_row, papers))


def _table(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    text = StringIO()
    table = writer(text, lineterminator="\n")
    table.writerow(header)
    for row in rows:
        table.writerow([escape.cell(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def _rows(answer: Answer) -> Iterator[list[str | int | None]]:
    for part, statements in (("written", answer.written), ("evidence", answer.statements)):
        for statement in statements:
            is_quote = statement.verdict == "quote"
            checked = ["" if is_quote else statement.text, statement.verdict, judge_name(statement)]
            for citation in statement.citations:
                yield [
                    *_source(answer, citation.n, citation.paper),
                    *checked,
                    *_quote(citation),
                    part,
                    statement.aspect,
                ]
    for citation in answer.related if answer.lists_papers else ():
        yield [*_source(answer, citation.n, citation.paper), "", "quote", "", *_quote(citation), "may match", ""]
    for listed in answer.listed:
        yield [*_source(answer, listed.n, listed.paper), *[""] * 6, _digest(listed.paper), "listed", ""]


def _source(answer: Answer, n: int, paper: Paper) -> list[str | int | None]:
    return [answer.question, n, paper.title, _authors(paper), paper.year, identifier(paper, "doi"), link(paper)]


def _quote(citation: Citation) -> list[str | int | None]:
    return [citation.quote, citation.start, citation.end, _digest(citation.paper)]


def _paper_row(paper: Paper) -> list[str | int | None]:
    ids = (identifier(paper, namespace) for namespace in ("doi", "arxiv", "pmid"))
    return [
        *(paper.title, _authors(paper), paper.year, *ids, escape.http_url(paper.url)),
        *(own_abstract(paper), paper.source, _digest(paper)),
    ]


def _authors(paper: Paper) -> str:
    return "; ".join(paper.authors)


def _digest(paper: Paper) -> str:
    return str(paper.digest).lower()
