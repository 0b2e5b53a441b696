"""Columns that are named for a table leave other tables as they are."""

from __future__ import annotations

import pytest

from rag.errors import SourceError
from rag.sources import check_columns, misnamed, remembered
from tests.sources.tables.reading import results

DUTCH, GERMAN, YEAR = {"title": "Kop", "abstract": "Tekst"}, {"title": "Titel", "abstract": "Inhalt"}, {"year": "Jahr"}


@pytest.mark.parametrize("content", ["Kop,Tekst\nTerns,They fly.\n", "Titel;Inhalt\nTerns;They fly.\n"])
def test_each_table_is_read_by_the_columns_that_were_named_for_it(tmp_path, content):
    columns = remembered(remembered(remembered({}, DUTCH), GERMAN), YEAR)
    assert results(tmp_path, content, **columns) == [("Terns", "They fly.")]
    assert results(tmp_path, "Title,Abstract\nOwls,They hoot.\n", **columns) == [("Owls", "They hoot.")]


def test_what_is_named_last_counts_and_nothing_is_remembered_twice(tmp_path):
    columns = remembered(remembered(remembered({}, {"title": "Name"}), {"title": "Kop"}), {"title": " Kop"})
    assert columns == {"title": "Name\nKop"}
    assert remembered(columns, {"title": "Name"}) == {"title": "Kop\nName"}
    assert results(tmp_path, "Name,Kop,Abstract\nTina,Terns,They fly.\n", **columns) == [("Terns", "They fly.")]


def test_what_names_no_field_is_told_and_never_remembered():
    assert [misnamed({"title": "Kop", wrong: name}) for wrong, name in (("titel", "Kop"), ("year", " "))] == [
        "titel",
        "year",
    ]
    assert misnamed(GERMAN) is None
    assert remembered({"titel": "Title"}, {}) == {}


def test_a_table_must_have_the_columns_that_are_named_for_it(tmp_path):
    owls, terns = tmp_path / "owls.csv", tmp_path / "terns.csv"
    owls.write_text("Title,Abstract\nOwls,They hoot.\n")
    terns.write_text("Titel;Inhalt\nTerns;They fly.\n")
    check_columns([tmp_path], GERMAN)
    check_columns([owls], {})
    with pytest.raises(SourceError, match="has the columns “Titel”, “Inhalt”: those of the first are Title, Abstract"):
        check_columns([owls], GERMAN)
