"""EndNote XML, which other reference managers export too: text in runs, a <style> for each font."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.paper import Paper
from rag.sources import identifiers, names
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.sources.xml_records.scan import root
from rag.sources.xml_records.stream import papers

_RECORD = re.compile(r"<record[\s>]")
_FIELD = re.compile(r"<(?:ref-type|contributors|titles|rec-number)[\s/>]")
_LIST = re.compile(r"[;\r\n]")


def matches(head: str) -> bool:
    """Whether `head` is the beginning of a library in EndNote XML."""
    return root(head) in ("xml", "records") and bool(_RECORD.search(head) and _FIELD.search(head))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each record that has a title and an abstract, and a `Skipped` for each other."""
    yield from papers(file, ("record",), "title", _record)


def _record(record: Element) -> Record:
    addresses = [_text(url) for url in record.iterfind("urls//url")]
    return Record(
        title=_text(record.find("titles/title")) or _text(record.find("titles/translated-title")),
        abstract=_text(record.find("abstract")),
        authors=names.people(_authors(record)),
        year=year_in(_text(record.find("dates/year"))) or year_in(_text(record.find("dates/pub-dates/date"))),
        ids=[*_ids(record), *(found for address in addresses for found in identifiers.of_address(address))],
        url=next((address for address in addresses if address.startswith(("http://", "https://"))), ""),
        key=f"record {_text(record.find('rec-number'))}",
    )


def _text(element: Element | None) -> str:
    return "" if element is None else plain("".join(element.itertext())).strip()


def _authors(record: Element) -> Iterator[str]:
    """The names of the authors, of whom some exporters put several into one element."""
    for author in record.iterfind("contributors/authors/author"):
        yield from _LIST.split(_text(author))


def _ids(record: Element) -> Iterator[str]:
    yield from identifiers.of_doi(_text(record.find("electronic-resource-num")))
    database = _text(record.find("remote-database-name")) + _text(record.find("remote-database-provider"))
    if re.search("pubmed|medline|nlm", database, re.IGNORECASE):
        yield identifiers.pmid(_text(record.find("accession-num")))
    yield identifiers.pmc(_text(record.find("custom2")))
