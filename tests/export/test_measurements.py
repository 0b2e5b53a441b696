"""A table of numbers as CSV and Markdown."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest

from rag.answer.types import Measurement
from rag.export.json import answer_json
from rag.export.markdown import markdown
from rag.export.measurements import MEASURED_FIELDS, columns_of, markdown_table, measurements_csv, shown_value

from .samples import ANSWER, FASTER, OWLS

ROW = Measurement(FASTER, "faster", "3 times", 3.0, "×", "", "VoleSet", "at night | dusk")
DROP = Measurement(FASTER, "memory", "40%", 40.0, "%", "reduces by")
TABLED = replace(ANSWER, measurements=(ROW, DROP))


def test_a_row_for_each_number_with_its_sentence() -> None:
    header, first, second = csv.reader(StringIO(measurements_csv(TABLED)))
    assert header == MEASURED_FIELDS
    row = dict(zip(header, first, strict=True))
    assert (row["n"], row["title"], row["value"], row["number"], row["unit"]) == (
        "1",
        OWLS.title,
        "3 times",
        "3.0",
        "×",
    )
    assert (row["dataset"], row["quote"]) == ("VoleSet", FASTER.quote)
    assert OWLS.abstract[int(row["start"]) : int(row["end"])] == row["quote"]
    assert dict(zip(header, second, strict=True))["change"] == "reduces by"


def test_a_cell_that_a_spreadsheet_would_evaluate_is_text() -> None:
    assert "'=1+1" in measurements_csv(replace(ANSWER, measurements=(replace(ROW, dataset="=1+1"),)))


def test_an_answer_without_numbers_has_a_header_alone() -> None:
    assert measurements_csv(ANSWER).splitlines() == [",".join(MEASURED_FIELDS)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [("", "3 times"), ("reduction", "3 times reduction"), ("improves by", "improves by 3 times")],
)
def test_a_difference_says_so(change: str, expected: str) -> None:
    assert shown_value(replace(ROW, change=change)) == expected


def test_columns_that_no_row_fills_are_left_out() -> None:
    assert columns_of([DROP]) == ["paper", "quantity", "value"]
    assert columns_of([ROW, DROP]) == ["paper", "quantity", "value", "dataset", "condition"]


def test_markdown_has_the_table_above_its_sentences() -> None:
    text = markdown(TABLED)
    assert markdown_table(TABLED.measurements) in text
    assert text.index("VoleSet") < text.index("finds voles 3 times faster")
    assert "dusk" in text
    assert "| dusk" not in text  # a bar would end the cell


def test_json_has_the_rows_only_if_there_are_any() -> None:
    assert "measurements" not in answer_json(ANSWER)
    first, _ = answer_json(TABLED)["measurements"]
    assert (first["n"], first["quantity"], first["number"], first["dataset"]) == (1, "faster", 3.0, "VoleSet")
