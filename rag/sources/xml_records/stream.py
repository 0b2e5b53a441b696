"""The records of an XML file, one at a time: cut out of the text by their tags, then parsed each by itself.

Because the text is cut first, memory stays flat, a fault costs no more than the record that it is in, and documents
that were joined into one file are read to the end. Because a DOCTYPE is never parsed, no entity is ever fetched or
expanded. Because the text is decoded already, a wrong encoding in the XML declaration does not matter.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat
from xml.sax.saxutils import escape

from rag.paper import Paper
from rag.sources.errors import UnreadableError
from rag.sources.markup import plain
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.sources.unpacking import CutOffError
from rag.sources.xml_records.scan import PREFIX, Scanner, Span
from rag.text import clean_line

MAX_ELEMENT_DEPTH = 100  # of elements within a record; those of PubMed have about 10, with formulas 25
_MAX_MARKS = 500_000  # of a record that is repaired, which takes about 100 bytes for each
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], " ")  # which XML forbids
_FAULT = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|\]\]>|<(?![a-z_/!?])|&(?:(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{0,31});)?",
    re.IGNORECASE | re.DOTALL,
)
_KEPT = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")


class Found(NamedTuple):
    """A record as a tree, whose tags have no namespace and no prefix, and the line where it begins."""

    line: int
    element: Element


class Broken(NamedTuple):
    """A record that cannot be parsed, the line where it begins, and why."""

    line: int
    reason: str


def papers(
    file: TextFile, names: Collection[str], title: str, record_of: Callable[[Element], Record | str]
) -> Iterator[Paper | Skipped]:
    """What `record_of` makes of each element of `file` that has one of `names`: a record, or why it is none.

    `title` is the name of the element that a broken record is named by. Raises UnreadableError where a packed file is
    cut off, and for a file without any such element.
    """
    none = True
    for found in elements(_chunks(file), names, title):
        none = False
        record = found.reason if isinstance(found, Broken) else record_of(found.element)
        if isinstance(record, Record):
            record.line = found.line
            yield record.finished(file)
        else:
            yield Skipped(file.path, found.line, record)
    if none:
        raise UnreadableError(f"no records in it: there is no element <{'> or <'.join(names)}>")


def elements(chunks: Iterable[str], names: Collection[str], title: str) -> Iterator[Found | Broken]:
    """Each element with one of `names` in the text that `chunks` are the parts of; elements within it are its own.

    An element that is not well-formed is repaired, if it is only a matter of single characters; otherwise it is Broken,
    and is named by the element `title` within it.
    """
    scanner = Scanner(names)
    for chunk in chunks:
        yield from map(_parsed(title), scanner.feed(chunk))
    yield from map(_parsed(title), scanner.feed("", last=True))


def text_of(parent: Element, path: str = ".") -> str:
    """The plain text of the first element at `path` below `parent`, with its formulas and without markup; or ""."""
    element = parent.find(path)
    if element is None:
        return ""
    inner = [element.text or "", *(tostring(child, encoding="unicode") for child in element)]
    return clean_line(plain("".join(inner)))


def _chunks(file: TextFile) -> Iterator[str]:
    """The text of `file` in pieces. Raises UnreadableError, with its line, where a packed file is cut off."""
    lines = 0
    with closing(file.chunks()) as chunks:
        try:
            for chunk in chunks:
                lines += chunk.count("\n")
                yield chunk
        except CutOffError as fault:
            raise UnreadableError(str(fault), lines + 1) from fault


def _parsed(title: str) -> Callable[[Span], Found | Broken]:
    """A function that parses a record, and names it by its element `title` if that fails."""
    heading = re.compile(
        rf"<{PREFIX}{title}(?:\s[^<>]{{0,500}})?>(?:\s{{0,100}}<[^<>]{{0,500}}>){{0,5}}([^<]{{1,500}})"
    )

    def parse(span: Span) -> Found | Broken:
        fault = span.fault
        for attempt in () if fault else (str, _repaired):
            try:
                return Found(span.line, _tree(attempt(span.text)))
            except expat.ExpatError as error:
                fault = f"not well-formed XML, {expat.ErrorString(error.code)}"
            except _TooDeepError:
                fault = f"elements nested more than {MAX_ELEMENT_DEPTH} deep"
        found = heading.search(span.text)
        return Broken(span.line, f"{fault}: {clean_line(plain(found[1]))[:80]}" if found else fault)

    return parse


class _TooDeepError(Exception):
    """Elements are nested deeper than in any real record."""


def _tree(text: str) -> Element:
    """The element that `text` is. Raises ExpatError and _TooDeepError."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_ELEMENT_DEPTH:
            raise _TooDeepError
        builder.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition(":")[2])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.Parse(text, True)
    return builder.close()


def _repaired(text: str) -> str:
    """`text` with what makes it ill-formed escaped: lone ampersands and less-than signs, entities of HTML, controls."""
    if text.count("&") + text.count("<") > _MAX_MARKS:
        return text
    return _FAULT.sub(_escaped, text).translate(_CONTROL)


def _escaped(fault: re.Match[str]) -> str:
    text = fault[0]
    if text.startswith("<![CDATA[") or text in _KEPT:
        return text
    return escape(html.unescape(text) if text.endswith(";") else text)
