"""The heading of a table is found, and what its columns hold: by their names, or as the user says."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.sources.tables import matches
from tests.sources.tables.reading import papers, results


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
def test_the_heading_decides_the_delimiter(tmp_path, delimiter):
    instruction = "sep=^\n" if delimiter == "^" else ""
    rows = ["Title", "Abstract", "Year"], ["Terns", "They fly far.", "2019"], ["Gulls", '"Gulls stay."', "2020"]
    content = instruction + "\n".join(delimiter.join(row) for row in rows)
    assert results(tmp_path, content) == [("Terns", "They fly far."), ("Gulls", "Gulls stay.")]


def test_a_delimiter_in_a_cell_without_quotes_of_another_kind_is_text(tmp_path):
    assert results(tmp_path, "Title;Abstract\nTerns, Gulls;They fly, | they\tstay.\n") == [
        ("Terns, Gulls", "They fly, | they stay.")
    ]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;;"])
def test_an_instruction_to_excel_is_no_heading(tmp_path, first):
    assert results(tmp_path, f"{first}\nTitle;Abstract\nTerns;They fly.\n") == [("Terns", "They fly.")]


@pytest.mark.parametrize(
    "heading",
    [
        "title,abstract",
        "TITLE,ABSTRACT",
        '"Document Title","Abstract"',
        "Article_Title,Abstract Note",
        " primary title , notes_abstract ",
        "Title Primary,Abstract",
        "T1,N2",
        "TI,AB",
        "titles,summaries",
        "Titel,Zusammenfassung",
        "Titre,Résumé",
        "Título,Resumen",
        "题名,摘要",
        "Title-题名,Summary-摘要",
        "Название,Аннотация",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_headings_of_many_services_and_languages(tmp_path, heading, encoding):
    assert results(tmp_path, f"{heading}\nTerns,They fly.\n".encode(encoding)) == [("Terns", "They fly.")]


def test_remarks_above_the_heading_are_passed_over(tmp_path):
    remarks = '"About the data: Exported on Jan 01, 2020. Criteria: Terns, Gulls"\n\nSearch,terns\n'
    assert results(tmp_path, f"{remarks}Rank,Title,Abstract\n1,Terns,They fly.\n") == [("Terns", "They fly.")]


def test_a_column_of_another_language_helps_out(tmp_path):
    content = "Title,Original Title,Abstract\n,Seeschwalben,They fly.\nTerns,Seeschwalben,They fly.\n"
    assert results(tmp_path, content) == [("Seeschwalben", "They fly."), ("Terns", "They fly.")]


def test_row_numbers_of_r_have_no_heading(tmp_path):
    content = '"title","abstract"\n"1","Terns","They fly."\n"2","Gulls","They stay."\n'
    assert results(tmp_path, content) == [("Terns", "They fly."), ("Gulls", "They stay.")]


def test_a_table_in_markdown_is_a_table(tmp_path):
    content = "| Title | Abstract |\n|-------|:--------:|\n| Terns | They fly. |\n"
    assert results(tmp_path, content, "terns.md") == [("Terns", "They fly.")]


def test_the_user_names_the_columns(tmp_path):
    content = "Kop;Tekst;Title;Jaar\nSterns;Ze vliegen.;Terns;2019\n"
    found = papers(tmp_path, content, title="Kop", abstract="tekst ", year="JAAR")
    assert found == [Paper("Sterns", "Ze vliegen.", year=2019, source="terns.csv")]


def test_a_file_with_the_columns_that_the_user_names_is_a_table_though_it_does_not_look_like_one(tmp_path):
    assert results(tmp_path, "Kop,Tekst\nSterns,Ze vliegen.\n", title="Kop", abstract="Tekst") == [
        ("Sterns", "Ze vliegen.")
    ]


def test_of_two_columns_of_like_names_the_one_spelt_as_the_user_spells_it_is_read(tmp_path):
    content = "TITLE,Title,Abstract\nSterns,Terns,They fly.\n"
    assert results(tmp_path, content, title="Title") == [("Terns", "They fly.")]
    assert results(tmp_path, content, title="TITLE") == [("Sterns", "They fly.")]


def test_a_column_that_there_is_not_is_an_error_that_names_those_there_are(tmp_path):
    assert results(tmp_path, "Kop;Tekst;Jaar\nSterns;Ze vliegen.;1\n" * 2, title="Koop") == [
        "terns.csv:1: no column “Koop”: the columns are Kop, Tekst, Jaar"
    ]


def test_columns_that_a_table_does_not_have_are_those_of_others(tmp_path):
    assert results(tmp_path, "Title,Abstract,Name\nTerns,They fly.,Tina\n", title="Name", abstract="Tekst") == [
        ("Terns", "They fly.")
    ]


@pytest.mark.parametrize(
    ("heading", "missing", "listed"),
    [
        ("Kop;Tekst", "the title and the abstract", "Kop, Tekst"),
        ("PMID;Title;;Authors", "the abstract", "PMID, Title, Authors"),
        ("Abstract;Year", "the title", "Abstract, Year"),
    ],
)
def test_a_table_without_the_columns_says_how_to_name_them(tmp_path, heading, missing, listed):
    row = ";".join("Sterns." for _ in heading.split(";"))
    assert results(tmp_path, f"{heading}\n{row}\n{row}") == [
        f"terns.csv:1: no column for {missing} among {listed}: name them with --columns title=…,abstract=…"
    ]


def test_a_heading_alone_says_so(tmp_path):
    assert results(tmp_path, "Title,Abstract\n") == ["terns.csv:1: no rows below the heading"]


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\nplease send title, abstract, year\nof your talks, soon, thanks\nTina, Bo, Cy\n",
        "Terns fly far, far away.\nGulls stay, and so do owls.\nOwls hoot, as we know.\n",
        "Terns and Gulls\n\nTerns fly far, and gulls do not, which is strange; we ask why.\n",
        'fields = ["title", "abstract"]\nfor title, abstract in rows:\n    print(title, abstract)\n',
        "def terns(title, abstract):\n    return title, abstract\n",
        "INSERT INTO terns (title, abstract, year) VALUES ('a', 'b', 1);\n",
        "Title: Terns\nAbstract: They fly, far.\n",
    ],
)
def test_prose_and_code_are_no_tables(text):
    assert not matches(text)


def test_a_table_with_unknown_headings_is_a_table():
    assert matches("Kop;Tekst\nSterns;Ze vliegen.\nMeeuwen;Ze blijven.\n")
    assert matches("Kop,Tekst,Jaar\nSterns,Ze vliegen.,1\nMeeuwen,Ze blijven.,2\n")
    assert matches("sep=;\nKop;Tekst\nSterns;Ze vliegen.\nMeeuwen;Ze blijven.\n")
    assert not matches("Kop,Tekst,Jaar\nSterns, die ver vliegen.\nMeeuwen,Ze blijven.,2\n")
