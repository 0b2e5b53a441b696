"""A table of numbers as CSV, as Markdown, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from csv import writer
from io import StringIO

from rag.answer.types import Answer, Measurement
from rag.export import escape
from rag.export.phrases import display_title
from rag.export.references import link

# The columns that a reader sees, by the names of their cells.
MEASURED_COLUMNS: Mapping[str, str] = {
    "paper": "Paper",
    "quantity": "Quantity",
    "value": "Value",
    "dataset": "Data set",
    "condition": "Condition",
}
MEASURED_FIELDS = (
    "question n title authors year url quantity value change number unit dataset condition quote start end".split()
)


def columns_of(rows: Sequence[Measurement]) -> list[str]:
    """The names of the columns that any of `rows` fills."""
    is_filled = {"dataset": any(row.dataset for row in rows), "condition": any(row.condition for row in rows)}
    return [key for key in MEASURED_COLUMNS if is_filled.get(key, True)]


def shown_value(row: Measurement) -> str:
    """The value with the word that makes it a difference: "40% reduction", "improves by 3.2 points"."""
    is_before = row.change.rpartition(" ")[2] in ("by", "from", "to")
    return f"{row.change} {row.value}" if is_before else f"{row.value} {row.change}".strip()


def measurements_csv(*answers: Answer) -> str:
    """A header of MEASURED_FIELDS, then one row for each number of `answers`.

    `value` is as written, `number` the same in `unit`; `start` and `end` are character offsets of the quote in the
    abstract. A cell that a spreadsheet would take for a formula is prefixed with an apostrophe.
    """
    text = StringIO()
    table = writer(text, lineterminator="\n")
    table.writerow(MEASURED_FIELDS)
    for answer in answers:
        for row in answer.measurements:
            cells = _cells(answer.question, row)
            table.writerow([escape.cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue()


def _cells(question: str, row: Measurement) -> list[str | int | float | None]:
    citation, paper = row.citation, row.citation.paper
    return [
        *(question, citation.n, paper.title, "; ".join(paper.authors), paper.year, link(paper)),
        *(row.quantity, row.value, row.change, float(f"{row.number:.12g}"), row.unit, row.dataset, row.condition),
        *(citation.quote, citation.start, citation.end),
    ]


def markdown_table(rows: Sequence[Measurement]) -> str:
    """The table of `rows` in Markdown."""
    keys = columns_of(rows)
    lines = [[MEASURED_COLUMNS[key] for key in keys], ["---:" if key == "value" else "---" for key in keys]]
    lines += [[escape.markdown_cell(escape.markdown(cells[key])) for key in keys] for cells in map(texts, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def texts(row: Measurement) -> Mapping[str, str]:
    """The text of each cell of `row`, by the name of its column."""
    citation = row.citation
    return {
        "paper": f"[{citation.n}] {display_title(citation.paper)}",
        "quantity": row.quantity,
        "value": shown_value(row),
        "dataset": row.dataset,
        "condition": row.condition,
    }
