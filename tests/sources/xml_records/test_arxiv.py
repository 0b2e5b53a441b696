"""Atom feeds of arXiv: ids without version, the year of the first version, text that is TeX and not HTML, errors."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.xml_records.arxiv import error_of, matches, record_of

ENTRY = """<entry>
<id>http://arxiv.org/abs/2301.99901v2</id><updated>2025-02-03T00:00:00Z</updated>
<published>2023-01-02T00:00:00Z</published>
<title>Herons &lt;i&gt; at
  $x &lt; 5$ &amp; more</title>
<summary>  Herons stand
in water.  </summary>
<author><name>Ada Heron</name><arxiv:affiliation>Lake State</arxiv:affiliation></author>
<author><name>Gull, Bo</name></author>
<link title="doi" href="https://dx.doi.org/10.5555/HERON.1" rel="related"/>
</entry>"""
ERROR = """<entry><id>http://arxiv.org/api/errors#incorrect_id</id><title>Error</title>
<summary>incorrect id format for heron</summary><author><name>arXiv api core</name></author></entry>"""
NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'


def feed(*entries: str) -> str:
    declaration = "<?xml version='1.0' encoding='UTF-8'?>"
    return f"{declaration}\n<feed {NAMESPACES}>\n<title>arXiv Query</title>{''.join(entries)}</feed>"


def results(tmp_path: Path, content: str) -> list[Paper | str]:
    path = tmp_path / "herons.atom"
    path.write_text(content, encoding="utf-8")
    return [record if isinstance(record, Paper) else str(record) for record in read(path)]


def test_an_entry_becomes_a_paper(tmp_path):
    assert results(tmp_path, feed(ENTRY)) == [
        Paper(
            title="Herons <i> at $x < 5$ & more",
            abstract="Herons stand in water.",
            authors=("Ada Heron", "Bo Gull"),
            year=2023,
            ids=("arxiv:2301.99901", "doi:10.5555/heron.1"),
            url="https://arxiv.org/abs/2301.99901",
            source="herons.atom",
        )
    ]


def test_an_announcement_becomes_a_paper(tmp_path):
    entry = """<entry><id>oai:arXiv.org:2301.99902v1</id><title>Gulls</title>
    <summary>arXiv:2301.99902v1 Announce Type: replace-cross
    Abstract: Gulls eat bread.</summary><published>2023-01-18T00:00:00-04:00</published>
    <creator xmlns="http://purl.org/dc/elements/1.1/">Ada Heron, Bo Gull</creator></entry>"""
    assert results(tmp_path, feed(entry)) == [
        Paper(
            title="Gulls",
            abstract="Gulls eat bread.",
            authors=("Ada Heron", "Bo Gull"),
            year=2023,
            ids=("arxiv:2301.99902",),
            url="https://arxiv.org/abs/2301.99902",
            source="herons.atom",
        )
    ]


@pytest.mark.parametrize("number", ["astro-ph/0699991v1", "math.GT/0699991v12"])
def test_old_numbers_are_read(tmp_path, number):
    (paper,) = results(tmp_path, feed(ENTRY.replace("2301.99901v2", number)))
    assert isinstance(paper, Paper)
    assert paper.ids[0] == f"arxiv:{number.split('/')[0].split('.')[0]}/0699991"


def test_accents_in_tex_become_letters(tmp_path):
    tex = {"Herons &lt;i&gt; at": "Schr\\\"odinger's herons at", "in water.": "in 5\\% water.", "Ada": "\\'Ada"}
    entry = ENTRY
    for before, after in tex.items():
        entry = entry.replace(before, after)
    (paper,) = results(tmp_path, feed(entry))
    assert isinstance(paper, Paper)
    assert paper.title == "Schrödinger's herons at $x < 5$ & more"
    assert (paper.abstract, paper.authors[0]) == ("Herons stand in 5% water.", "Áda Heron")


def test_an_error_is_quoted_and_is_no_paper(tmp_path):
    assert results(tmp_path, feed(ERROR)) == ["herons.atom:3: arXiv: incorrect id format for heron"]


def test_a_paper_may_be_called_error(tmp_path):
    (paper,) = results(tmp_path, feed(ENTRY.replace("Herons &lt;i&gt; at\n  $x &lt; 5$ &amp; more", "Error")))
    assert isinstance(paper, Paper)


def test_a_feed_without_papers_says_so(tmp_path):
    assert results(tmp_path, feed()) == ["herons.atom: no records in it: there is no element <entry>"]


def test_a_tree_with_namespaces_gives_the_same_record():
    tree = ElementTree.fromstring(feed(ENTRY, ERROR))
    entry, error = tree.findall("{http://www.w3.org/2005/Atom}entry")
    record = record_of(entry)
    assert (record.title, list(record.authors)) == ("Herons <i> at $x < 5$ & more", ["Ada Heron", "Bo Gull"])
    assert (error_of(entry), error_of(error)) == ("", "incorrect id format for heron")


def test_feeds_of_others_are_not_matched():
    assert matches(feed(ENTRY))
    assert not matches(feed(ENTRY).replace("arxiv.org", "example.org"))
    assert not matches("A letter about arxiv.org/abs/2301.99901 and <feed>.")
