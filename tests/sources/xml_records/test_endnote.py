"""EndNote XML: text in runs, authors only, and the identifiers where EndNote puts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.xml_records.endnote import matches

ABSTRACT = "<abstract><style>Otters dive. &#xD;They </style><style face='italic'>eat</style><style>.</style></abstract>"


def results(tmp_path: Path, *records: str) -> list[Paper | str]:
    path = tmp_path / "otters.xml"
    inner = "".join(f"<record><rec-number>7</rec-number>{record}</record>" for record in records)
    path.write_text(f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{inner}</records></xml>', encoding="utf-8")
    return [record if isinstance(record, Paper) else str(record) for record in read(path)]


def paper(tmp_path: Path, fields: str) -> Paper:
    (record,) = results(tmp_path, f"<titles><title>Otters</title></titles>{ABSTRACT}{fields}")
    assert isinstance(record, Paper)
    return record


def test_runs_of_fonts_are_one_text(tmp_path):
    title = (
        "<titles><title><style>Otters </style><style>in vivo</style><style>: H</style><style>2</style><style>O</style>"
    )
    (record,) = results(tmp_path, f"{title}</title><secondary-title>J Otters</secondary-title></titles>{ABSTRACT}")
    assert record == Paper("Otters in vivo: H2O", "Otters dive. They eat.", source="otters.xml")


def test_authors_are_not_editors_and_several_may_share_an_element(tmp_path):
    authors = """<contributors><authors><author><style>Lutra, Ada</style></author><author>Otter Group,</author>
        <author>Brook, B.; Creek, C.</author></authors>
        <secondary-authors><author>Editor, Ed</author></secondary-authors></contributors>"""
    assert paper(tmp_path, authors).authors == ("Ada Lutra", "Otter Group", "B. Brook", "C. Creek")


def test_markup_that_was_imported_as_text_is_removed(tmp_path):
    (record,) = results(
        tmp_path, "<titles><title>Otters</title></titles><abstract>&lt;p&gt;Otters &amp;lt; seals.&lt;/p&gt;</abstract>"
    )
    assert isinstance(record, Paper)
    assert record.abstract == "Otters < seals."


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        (
            "<electronic-resource-num>https://doi.org/10.5555/O.1&#xD;10.5555/o.1</electronic-resource-num>",
            ["doi:10.5555/o.1"],
        ),
        (
            "<urls><related-urls><url>https://arxiv.org/abs/2301.99902v2</url></related-urls></urls>",
            ["arxiv:2301.99902"],
        ),
        (
            "<accession-num>99999951</accession-num><remote-database-provider>NLM</remote-database-provider>",
            ["pmid:99999951"],
        ),
        ("<accession-num>99999951</accession-num>", []),
        ("<custom2>PMC99999951</custom2>", ["pmc:PMC99999951"]),
    ],
)
def test_identifiers(tmp_path, fields, ids):
    assert list(paper(tmp_path, fields).ids) == ids


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("<dates><year><style>2019</style></year></dates>", 2019),
        ("<dates><year>In press</year><pub-dates><date>May 2020</date></pub-dates></dates>", 2020),
        ("<dates><year>In press</year></dates>", None),
    ],
)
def test_years(tmp_path, fields, year):
    assert paper(tmp_path, fields).year == year


def test_the_first_address_on_the_web_is_the_url(tmp_path):
    urls = "<urls><pdf-urls><url>internal-pdf://1/o.pdf</url></pdf-urls><web-urls><url>https://example.org/o</url></web-urls></urls>"
    assert paper(tmp_path, urls).url == "https://example.org/o"


def test_records_without_title_or_abstract_are_named(tmp_path):
    assert results(tmp_path, "<titles><title>Otters</title></titles>", ABSTRACT) == [
        "otters.xml:1: no abstract: Otters",
        "otters.xml:1: no title: record 7",
    ]


def test_other_xml_with_records_is_not_matched():
    assert not matches("<collection><record><leader/></record></collection>")
    assert not matches("<records><record><leader/></record></records>")
    assert not matches("<xml>a letter</xml>")
