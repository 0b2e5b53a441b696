"""A table of numbers as templates/measurements.html shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.types import Measurement, Statement
from rag.export.measurements import MEASURED_COLUMNS, columns_of, shown_value
from rag.paper import Paper
from rag.text import count
from rag.web import statement_view, templates
from rag.web.statement_view import MarkerView, StatementList


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column: the `key` of its cells, and its `heading`."""

    key: str
    heading: str


@dataclass(frozen=True, slots=True)
class MeasurementView:
    """A row: a number of `paper` as `value` shows it.

    It is sorted by its `number` among those of the same `kind`: amounts in one unit, or differences in one.
    """

    paper: Paper
    marker: MarkerView
    quantity: str
    value: str
    number: float
    kind: str
    dataset: str
    condition: str


@dataclass(frozen=True, slots=True)
class MeasurementsView:
    """The `rows` of a table, the columns that any of them fills, and the sentences behind them."""

    columns: tuple[ColumnView, ...]
    rows: tuple[MeasurementView, ...]
    sentences: StatementList
    summary: str

    def has(self, key: str) -> bool:
        """Whether the table has the column with this `key`."""
        return any(column.key == key for column in self.columns)


def measurements(rows: Sequence[Measurement], statements: Sequence[Statement]) -> MeasurementsView | None:
    """The table of `rows`, whose sentences are `statements`; None without any."""
    if not rows:
        return None
    columns = tuple(ColumnView(key, MEASURED_COLUMNS[key]) for key in columns_of(rows))
    summary = (
        "The sentence that states these numbers"
        if len(statements) == 1
        else f"The {count(len(statements), 'sentence')} that state these numbers"
    )
    return MeasurementsView(columns, tuple(map(_row, rows)), statement_view.statement_list(statements), summary)


def measurements_html(rows: Sequence[Measurement], statements: Sequence[Statement]) -> str:
    """The element of the table of `rows`."""
    return templates.fragment("measurements.html", "numbers", measurements(rows, statements))


def _row(row: Measurement) -> MeasurementView:
    citation = row.citation
    (marker,) = statement_view.sentence(Statement(citation.quote, (citation,), "quote")).markers
    return MeasurementView(
        *(citation.paper, marker, row.quantity, shown_value(row)),
        *(row.number, f"{'change in ' if row.change else ''}{row.unit}", row.dataset, row.condition),
    )
