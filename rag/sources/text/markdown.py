"""Markdown lists of papers: titles are headings, or list items and lines in bold or linked.

The abstract is what is marked as one: by <details>, by a label or heading that says "Abstract", by a callout. A title
without such a mark may have it in a quotation. Only where no abstract in the file is marked, it is the quotation or
the one paragraph beneath each title, if these are papers by what they look like. All other text is the reader's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.paper import Paper
from rag.sources.skipped import Skipped
from rag.sources.text.markdown_layout import TITLE_NUMBER, Layout, abstracts_in, is_marked, layout_of
from rag.sources.text.markdown_records import ids_in, paper_in, title_in
from rag.sources.text.outline import sections
from rag.sources.text.parts import is_part
from rag.sources.text.section import ROOT, Section
from rag.sources.text_file import TextFile

_SIGN = re.compile(
    r"^\s{0,9}(?:#{1,6}\s|(?:[-*+]|\d{1,5}[.)])\s+(?:\*\*|\[)|\*\*\S|\[[^\]\n]|={3,}\s*$|<details|---\s*$)",
    re.MULTILINE,
)


def matches(head: str) -> bool:
    """Whether `head` is Markdown in which most headings of some level are titles of papers with abstracts."""
    return _SIGN.search(head) is not None and layout_of(head) is not None


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for each other title and each other abstract."""
    layout = layout_of(file.head) or Layout("marked", frozenset())
    for section in sections(file.lines()):
        if _is_record(section, layout):
            yield _finished(section, layout, file)
        elif layout.abstracts != "marked" and _is_left_out(section):
            yield Skipped(file.path, section.line, f"not at the level of the other titles: {title_in(section)[:80]}")


def _finished(section: Section, layout: Layout, file: TextFile) -> Paper | Skipped:
    record = paper_in(section)
    if layout.numbered:
        record.title = TITLE_NUMBER.sub("", record.title, count=1)
    texts = abstracts_in(section, layout)
    if len(texts) > 1:
        reason = f"{len(texts)} texts, and none is marked as the abstract"
        return Skipped(file.path, section.line, f"{reason}: {record.title[:80]}")
    record.abstract = "".join(texts)
    record.key = record.abstract
    return record.finished(file)


def _is_record(section: Section, layout: Layout) -> bool:
    """Whether `section` is a paper, or should be one: all at the levels of titles, and what links to a paper."""
    if is_marked(section):
        return True
    title = title_in(section)
    is_title = section.level > ROOT and bool(title) and not is_part(title)
    return is_title and (section.level in layout.levels or bool(ids_in(section.heading)))


def _is_left_out(section: Section) -> bool:
    """Whether there is text in `section`, which is no paper, but neither a group of papers nor a part of one."""
    has_text = bool(section.paragraphs or section.quotes)
    return has_text and section.level > ROOT and not section.has_sections and not is_part(title_in(section))
