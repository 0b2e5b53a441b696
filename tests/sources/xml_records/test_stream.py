"""Records cut out of XML: what is whole is read, what is broken is named, and nothing is fetched or expanded."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped
from rag.sources.xml_records.scan import MAX_ELEMENT_CHARS, root
from rag.sources.xml_records.stream import Broken, Found, elements, text_of

ABSTRACT = "Newts swim at night. Lamps keep them awake."


def entry(title: str, abstract: str = ABSTRACT) -> str:
    return f"<entry>\n<title>{title}</title><summary>{abstract}</summary>\n</entry>\n"


def feed(*entries: str, prologue: str = '<?xml version="1.0"?>\n') -> str:
    return f"{prologue}<feed>\n<id>http://arxiv.org/api/newts</id>\n{''.join(entries)}</feed>\n"


def results(tmp_path: Path, content: str | bytes, name: str = "newts.xml") -> list[str]:
    """The titles of the papers in a file with this content, and what is said about the rest."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [record.title if isinstance(record, Paper) else str(record) for record in read(path)]


def test_a_broken_record_is_named_with_its_line_and_costs_no_other(tmp_path):
    content = feed(entry("Newts in Ponds"), entry("Newts <b>in Lakes"), entry("Newts in Wells"))
    assert results(tmp_path, content) == [
        "Newts in Ponds",
        "newts.xml:7: not well-formed XML, mismatched tag: Newts",
        "Newts in Wells",
    ]


def test_a_record_without_its_end_tag_is_named_and_the_next_is_read(tmp_path):
    content = feed(entry("Newts in Ponds").replace("</entry>", ""), entry("Newts in Lakes"))
    assert results(tmp_path, content) == ["newts.xml:4: no end tag: Newts in Ponds", "Newts in Lakes"]


def test_the_record_that_a_file_ends_in_is_named(tmp_path):
    content = feed(entry("Newts in Ponds"), entry("Newts in Lakes")).partition("awake.</summary>\n</entry>\n<entry>")
    cut = "".join(content[:2]) + "\n<title>Newts in Lakes</title><summary>Newts sw"
    assert results(tmp_path, cut) == [
        "Newts in Ponds",
        "newts.xml:7: the file ends in the middle of a record: Newts in Lakes",
    ]


def test_records_before_the_place_where_a_packed_file_is_cut_off_are_read(tmp_path):
    many = feed(*(entry(f"Newts in Pond {number}", f"{number**9} newts swim.") for number in range(2000)))
    packed = gzip.compress(many.encode())
    found = results(tmp_path, packed[: len(packed) // 2], "newts.xml.gz")
    assert len(found) > 500
    assert found[:-1] == [f"Newts in Pond {number}" for number in range(len(found) - 1)]
    assert found[-1].endswith("the file is cut off: download it again")


def test_documents_that_were_joined_are_all_read(tmp_path):
    content = feed(entry("Newts in Ponds")) + feed(entry("Newts in Lakes"))
    assert results(tmp_path, content) == ["Newts in Ponds", "Newts in Lakes"]


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "haha"><!ENTITY newt "&a;&a;&a;&a;">',
        '<!ENTITY newt SYSTEM "secret.txt">',
        '<!ENTITY newt SYSTEM "http://127.0.0.1:9/newt">',
    ],
    ids=["internal", "file", "address"],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path, subset):
    (tmp_path / "secret.txt").write_text("haha", encoding="utf-8")
    content = feed(entry("The &newt; Speaks"), prologue=f'<?xml version="1.0"?><!DOCTYPE feed [{subset}]>')
    assert results(tmp_path, content) == ["The &newt; Speaks"]


def test_a_doctype_with_an_address_is_tolerated(tmp_path):
    doctype = '<!DOCTYPE feed PUBLIC "-//NEWT//DTD Newt//EN" "https://dtd.example.org/newt.dtd">'
    assert results(tmp_path, feed(entry("Newts in Ponds"), prologue=doctype)) == ["Newts in Ponds"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Newts&nbsp;&amp; &alpha;-Toads", "Newts & α-Toads"),
        ("Newts & Toads", "Newts & Toads"),
        ("Newts < Toads", "Newts < Toads"),
        ("Newts \x0b and\x1f Toads", "Newts and Toads"),
        ("Newts&#x1; &#8211; Toads", "Newts – Toads"),
        ("Newts ]]> Toads & Frogs", "Newts ]]> Toads & Frogs"),
        ("<![CDATA[Newts & Toads &amp; R < S]]> & Frogs", "Newts & Toads &amp; R < S & Frogs"),
    ],
)
def test_single_characters_that_make_xml_ill_formed_are_repaired(tmp_path, written, meant):
    assert results(tmp_path, feed(entry(written))) == [meant]


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("UTF-8", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("UTF-16", "utf-8"),
        ("UTF-16", "cp1252"),
        ("ISO-8859-1", "utf-8"),
        ("ISO-8859-1", "utf-16"),
        ("hex", "cp1252"),
        ("no-such-encoding", "utf-8-sig"),
        ("windows-1251", "windows-1251"),
    ],
)
def test_a_wrong_declaration_of_the_encoding_does_no_harm(tmp_path, declared, actual):
    title = "Тритоны" if actual == "windows-1251" else "Türen – für Molche"
    content = feed(entry(title), prologue=f'<?xml version="1.0" encoding="{declared}"?>').encode(actual)
    assert results(tmp_path, content) == [title]


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1"])
def test_a_byte_that_is_not_utf_8_does_not_change_the_encoding_of_the_others(tmp_path, declared):
    content = feed(entry("Molche für Türen in Köln: ÄÖÜäöüß?"), prologue=f'<?xml version="1.0" encoding="{declared}"?>')
    assert results(tmp_path, content.encode().replace(b"?</title>", b"\xe9</title>")) == [
        "Molche für Türen in Köln: ÄÖÜäöüßé"
    ]


def test_commented_out_records_are_none_and_an_endless_comment_hides_nothing(tmp_path):
    hidden = f"<!-- {entry('Newts in Wells')} -->"
    assert results(tmp_path, feed(hidden, entry("Newts in Ponds"))) == ["Newts in Ponds"]
    endless = feed(entry("Newts in Ponds"), "<!-- ", entry("Newts in Lakes"))
    assert results(tmp_path, endless) == ["Newts in Ponds", "Newts in Lakes"]
    closed_late = feed("<!-- ", entry("Newts in Ponds"), " " * 150_000, "<!-- -->", entry("Newts in Lakes"))
    assert results(tmp_path, closed_late) == ["Newts in Ponds", "Newts in Lakes"]


def test_tags_within_a_cdata_section_do_not_end_the_record(tmp_path):
    assert results(tmp_path, feed(entry("Newts <![CDATA[of </entry> <entry>]]>"))) == ["Newts of </entry> <entry>"]


def test_depth_is_bounded(tmp_path):
    content = feed(entry("Newts" + "<i>" * 5000 + "</i>" * 5000), entry("Newts in Lakes"))
    assert results(tmp_path, content) == [
        "newts.xml:4: elements nested more than 100 deep: Newts",
        "Newts in Lakes",
    ]


def test_a_record_without_bounds_is_named_and_the_next_is_read(tmp_path):
    content = feed(entry("Newts in Ponds", "newt " * (MAX_ELEMENT_CHARS // 5 + 50_000)), entry("Newts in Lakes"))
    assert results(tmp_path, content) == [
        "newts.xml:4: a record of more than 4,000,000 characters: Newts in Ponds",
        "Newts in Lakes",
    ]


def test_a_file_without_records_says_so(tmp_path):
    assert results(tmp_path, feed()) == ["newts.xml: no records in it: there is no element <entry>"]


def test_records_are_found_however_the_text_is_cut_into_pieces():
    text = '<x:feed><!-- <entry> --><x:entry a="1">Newts <![CDATA[</entry>]]></x:entry><entry/>\n<entry >Toads</entry>'
    for size in (1, 2, 7, 100):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        found = list(elements(pieces, ["entry"], "title"))
        assert [(one.line, text_of(one.element)) for one in found if isinstance(one, Found)] == [
            (1, "Newts </entry>"),
            (1, ""),
            (2, "Toads"),
        ]


def test_prefixes_that_nobody_declared_are_dropped():
    (found,) = elements(["<a:entry><b:title>Newts</b:title></a:entry>"], ["entry"], "title")
    assert isinstance(found, Found)
    assert text_of(found.element, "title") == "Newts"


def test_a_broken_record_that_has_no_name_yet_gives_the_reason_alone():
    assert list(elements(["\n<entry><title>"], ["entry"], "title")) == [
        Broken(2, "the file ends in the middle of a record")
    ]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<?xml version="1.0"?>\n<!-- <a> -->\n<!DOCTYPE b [<!ENTITY c "d">]><x:feed xmlns="e">', "feed"),
        ("\n <records>", "records"),
        ("Newts <b>swim</b>", ""),
        ("<3 newts", ""),
    ],
)
def test_the_outermost_element_decides_the_format(head, name):
    assert root(head) == name


def test_other_xml_is_not_taken_for_papers(tmp_path):
    found = results(tmp_path, "<records><record><leader>Newts</leader></record></records>")
    assert [one for one in found if not one.startswith("newts.xml")] == []


def test_skips_carry_the_path(tmp_path):
    path = tmp_path / "newts.xml"
    path.write_text(feed(entry("Newts in Ponds", "")), encoding="utf-8")
    assert list(read(path)) == [Skipped(path, 4, "no abstract: Newts in Ponds")]
