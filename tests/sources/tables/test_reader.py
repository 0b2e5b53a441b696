"""Tables: quotation marks are survived, and no row is lost or misread."""

from __future__ import annotations

import gzip

import pytest

from tests.sources.tables.reading import paper, results


def test_quoted_cells_may_have_delimiters_marks_and_line_ends(tmp_path):
    content = 'Title,Abstract\r\n"Terns, ""far""","AIMS\n\nThey fly.\r\n\r\n""Far"", too."\r\nGulls,They stay.\r\n'
    assert results(tmp_path, content) == [('Terns, "far"', 'AIMS They fly. "Far", too.'), ("Gulls", "They stay.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, end):
    content = f'Title,Abstract{end}Terns,"They{end}fly."{end}Gulls,They stay.{end}'
    assert results(tmp_path, content) == [("Terns", "They fly."), ("Gulls", "They stay.")]


@pytest.mark.parametrize(
    ("row", "title", "abstract"),
    [
        ('"Far" terns;They fly.;1', '"Far" terns', "They fly."),
        ('Far "terns";5" long.;1', 'Far "terns"', '5" long.'),
        ('"Far terns;They fly.;1', "Far terns", "They fly."),
        ('Far terns;"They said ""far; far".;1', "Far terns", None),
        ('"Far terns";"They \\"fly\\"; far.";1', "Far terns", 'They "fly"; far.'),
        ('"Far terns";"They "fly"; far.";1', "Far terns", None),
        ('"Far terns";"They \\"fly\\";\nfar, far.";1', "Far terns", 'They "fly"; far, far.'),
        ('"Far terns";"They "fly" so\nfar, far.";1', "Far terns", 'They "fly" so far, far.'),
    ],
)
def test_quotation_marks_that_are_not_as_they_should_be(tmp_path, row, title, abstract):
    found = results(tmp_path, f"Title;Abstract;Included\n{row}\nGulls;They stay.;0\n")
    assert found[-1] == ("Gulls", "They stay.")
    assert [one for one in found[:-1] if isinstance(one, tuple)] == ([(title, abstract)] if abstract else [])
    assert abstract or all(title in one for one in found[:1])


def test_a_mark_that_is_never_closed_does_not_swallow_the_rows_that_follow(tmp_path):
    content = 'id,Title,Abstract\n1,Terns,"They fly\n2,Gulls,They stay.\n3,Owls,"They ""hoot""."\n4,Jays,They talk.\n'
    assert results(tmp_path, content)[1:] == [
        ("Gulls", "They stay."),
        ("Owls", 'They "hoot".'),
        ("Jays", "They talk."),
    ]


def test_text_that_is_left_of_a_broken_row_is_no_paper(tmp_path):
    content = 'Title,Abstract\n"Owls","They hoot."\n"Terns","They "fly\nfar, far and wide.\n"Gulls","They stay."\n'
    assert results(tmp_path, content) == [
        ("Owls", "They hoot."),
        "terns.csv:3: the quotation marks do not match: Terns",
        "terns.csv:4: the quotation marks do not match: far",
        ("Gulls", "They stay."),
    ]


def test_the_row_that_a_file_ends_in_is_named(tmp_path):
    content = 'Title,Abstract\n"Terns","They fly."\n"Gulls","They stay and'
    assert results(tmp_path, content) == [
        ("Terns", "They fly."),
        "terns.csv:3: the quotation marks do not match: Gulls",
    ]


def test_rows_before_the_place_where_a_packed_file_is_cut_off_are_read(tmp_path):
    rows = "".join(f'Terns {number},"They fly\n{number**9} miles."\n' for number in range(5000))
    packed = gzip.compress(f"Title,Abstract\n{rows}".encode())
    found = results(tmp_path, packed[: len(packed) // 2], "terns.csv.gz")
    assert len(found) > 1000
    assert str(found[-1]).endswith("the file is cut off: download it again")


def test_cells_of_any_size_are_read(tmp_path):
    content = f'Title,Body,Abstract\nTerns,"{"far, " * 300_000}",They fly.\nGulls,{"far " * 300_000},They stay.\n'
    assert results(tmp_path, content) == [("Terns", "They fly."), ("Gulls", "They stay.")]


def test_a_row_with_more_cells_than_columns_is_named(tmp_path):
    content = "Title,Year,Abstract\nTerns, Gulls,2019,They fly, they stay.\nOwls,2020,They hoot.\n"
    assert results(tmp_path, content) == ["terns.csv:2: more cells than columns: Terns", ("Owls", "They hoot.")]


def test_empty_cells_behind_the_last_column_are_nothing(tmp_path):
    assert results(tmp_path, "Title\tAbstract\t\nTerns\tThey fly.\t\nGulls\tThey stay.\t\t\t\n") == [
        ("Terns", "They fly."),
        ("Gulls", "They stay."),
    ]


def test_empty_cells_at_the_end_of_a_row_may_be_left_out(tmp_path):
    assert results(tmp_path, "Title,Abstract,Year,Included\nTerns,They fly.\nGulls,They stay,2019\n") == [
        ("Terns", "They fly."),
        ("Gulls", "They stay"),
    ]


def test_a_row_that_a_line_end_divides_is_named_and_its_halves_are_no_papers(tmp_path):
    content = "Title,Abstract,Year\nTerns,They fly\nfar and far.,2019\nGulls,They stay.,2020\n"
    assert results(tmp_path, content) == [
        "terns.csv:2: fewer cells than columns: Terns, They fly",
        "terns.csv:3: fewer cells than columns: far and far., 2019",
        ("Gulls", "They stay."),
    ]
    content = "Title,Abstract,Year\nTerns,They fly\nfar, and far.\nGulls,They stay.,2020\n"
    assert results(tmp_path, content)[1:] == [
        "terns.csv:3: fewer cells than columns: far, and far.",
        ("Gulls", "They stay."),
    ]


def test_blank_rows_and_repeated_headings_are_nothing(tmp_path):
    content = "Title,Abstract\n\nTerns,They fly.\n,\n  \nTitle,Abstract\nGulls,They stay.\n"
    assert results(tmp_path, content) == [("Terns", "They fly."), ("Gulls", "They stay.")]


@pytest.mark.parametrize("nothing", ["", "NaN", "null", "None", "N/A", "[No abstract available]"])
def test_what_stands_for_nothing_is_no_abstract(tmp_path, nothing):
    assert results(tmp_path, f"Title,Abstract\nTerns,{nothing}\n") == ["terns.csv:2: no abstract: Terns"]


def test_what_stands_for_nothing_is_no_title_and_no_author(tmp_path):
    assert paper(tmp_path, "Authors", "NaN").authors == ()
    assert results(tmp_path, "Title,Abstract\nnan,They fly.\n") == ["terns.csv:2: no title"]


def test_a_row_without_title_is_named_by_its_id(tmp_path):
    assert results(tmp_path, "Title,Abstract,DOI\n,They fly.,10.5555/tern\n") == [
        "terns.csv:2: no title: doi:10.5555/tern"
    ]


def test_markup_becomes_text(tmp_path):
    formula = "<inline-formula><tex-math>$n^2$</tex-math></inline-formula>"
    assert results(tmp_path, f"Title,Abstract\n<i>Terns</i> &amp; gulls,They fly {formula} miles.\n") == [
        ("Terns & gulls", "They fly $n^2$ miles.")
    ]


@pytest.mark.parametrize(
    ("heading", "cell", "ids"),
    [
        ("DOI", "doi:https://doi.org/10.5555/TERN.1", ["doi:10.5555/tern.1"]),
        ("DI", "10.48550/arXiv.2301.99905", ["arxiv:2301.99905"]),
        ("PubMed ID", "99999971", ["pmid:99999971"]),
        ("pmid", "99999971.0", ["pmid:99999971"]),
        ("PMCID", "PMC99999972", ["pmc:PMC99999972"]),
        ("arXiv ID", "2301.99905v2", ["arxiv:2301.99905"]),
        ("entry_id", "http://arxiv.org/abs/2301.99905v2", ["arxiv:2301.99905"]),
        ("id", "https://openalex.org/W99999999999", ["openalex:W99999999999"]),
        ("Extra", '"Citation Key: tern\nPMID: 99999971\nDOI: 10.5555/TERN.1"', ["pmid:99999971", "doi:10.5555/tern.1"]),
        ("Extra", "arXiv:2301.99905 [cs]", ["arxiv:2301.99905"]),
        ("id", "17", []),
    ],
)
def test_identifiers(tmp_path, heading, cell, ids):
    assert list(paper(tmp_path, heading, cell).ids) == ids


@pytest.mark.parametrize(
    ("heading", "cell", "year"),
    [
        ("Published Year", "2019", 2019),
        ("year", "2019.0", 2019),
        ("publish_time", "2019-05-03", 2019),
        ("Erscheinungsjahr", "2019", 2019),
        ("Publication Date", "20190503", 2019),
        ("Publication Date", "201905", 2019),
        ("Year", "in press", None),
        ("Year,Publication Date", ",May 2019", 2019),
    ],
)
def test_years(tmp_path, heading, cell, year):
    assert paper(tmp_path, heading, cell).year == year


def test_the_first_address_is_the_url(tmp_path):
    assert paper(tmp_path, "URL", "https://example.org/a; https://example.org/b").url == "https://example.org/a"
    assert paper(tmp_path, "id,Link", "17,https://example.org/a").url == "https://example.org/a"


def test_full_names_of_authors_are_preferred(tmp_path):
    found = paper(
        tmp_path, "Authors,Author full names", '"Tern T.; Gull B.","Tern, Tina (57299999901); Gull, Bo (57299999902)"'
    )
    assert found.authors == ("Tina Tern", "Bo Gull")
    assert paper(tmp_path, "Authors,Author full names", '"Tern T.; Gull B.",').authors == ("T. Tern", "B. Gull")
