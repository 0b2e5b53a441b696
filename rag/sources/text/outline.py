"""The sections of a Markdown text, one at a time: a heading and what is beneath it, told apart by what it may be.

Headings are those of Markdown, lines and list items that begin with a title in bold or with a link, and summaries of
``<details>`` in bold. A section is complete when a heading of its level or above follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.sources.errors import UnreadableError
from rag.sources.text import wording
from rag.sources.text.body import Body
from rag.sources.text.front_matter import front_matter
from rag.sources.text.headings import LIST_ITEM, is_abstract_heading, is_heading, lead, title_of
from rag.sources.text.inline import plain_text
from rag.sources.text.labels import label_of
from rag.sources.text.open_sections import OpenSections
from rag.sources.text.parts import is_part
from rag.sources.text.section import BOLD, ITEM, MAX_NESTING, SUMMARY, Section
from rag.sources.text.tokens import Token, Tokens

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(.*)|)", re.DOTALL)
_UNDERLINE = re.compile(r" {0,3}(={2,300}|-{2,300})\s*")
_RULE = re.compile(r" {0,3}([-*_])(?:\s?\1){2,300}\s*")
_IN_BOLD = re.compile(r"<(?:b|strong|h[1-6])\b|\*\*|\]\(", re.IGNORECASE)


def sections(lines: Iterable[tuple[int, str]]) -> Iterator[Section]:
    """The sections of numbered `lines`, those within another before it, and last the text outside all of them.

    Raises UnreadableError at the end, where the last lines belong to a code block or comment that does not end.
    """
    fields, rest = front_matter(lines)
    tokens, opened = Tokens(rest), OpenSections(fields)
    outline = _Outline(opened)
    for token in tokens:
        outline.add(token)
        yield from opened.closed()
    outline.end()
    yield from opened.rest()
    if tokens.unclosed:
        raise UnreadableError("a code block or a comment begins here and never ends", tokens.unclosed)


class _Outline:
    """Finds the headings and <details>, and with them begins and closes sections; all other lines are of their body."""

    def __init__(self, sections: OpenSections) -> None:
        self._sections = sections
        self._body = Body(sections)

    def add(self, token: Token) -> None:
        sections, is_in_abstract = self._sections, self._sections.kind == "abstract"
        if token.kind == "line":
            self._line(token.line, token.text)
        elif token.kind == "code":
            if is_in_abstract:
                sections.last.add(sections.last.folded, token.text)
        elif token.kind == "fence":
            self._body.end_paragraph()
            sections.last.others += not is_in_abstract
        elif token.kind == "details":
            self._body.end()
            sections.begin_details()
        elif sections.depth and token.kind == "summary":
            self._summary(token.line, token.text)
        elif sections.depth:  # which end here
            self._body.end_field()
            sections.end_details()

    def end(self) -> None:
        self._body.end_paragraph()

    def _summary(self, number: int, summary: str) -> None:
        if "abstract" in plain_text(summary).lower().split():
            self._sections.hold("abstract")
        elif _IN_BOLD.search(summary) and not is_part(title_of(summary)):
            self._sections.hold("title")
            self._begin(number, SUMMARY + self._sections.depth, summary)
        else:
            self._sections.hold("other")

    def _line(self, number: int, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        if self._sections.kind == "abstract" and (heading or _titled_item(line)):
            self._sections.end_abstract()
        if self._sections.kind == "abstract":
            self._body.add_folded(line)
        elif not line.strip():
            self._body.end_field()
        elif heading:
            self._body.end_paragraph()
            self._heading(number, len(heading[1]), (heading[2] or "").rstrip("# \t"))
        elif _UNDERLINE.fullmatch(line) and (above := self._body.take_heading()):
            self._heading(number - 1, 1 if "=" in line else 2, above)
        elif _RULE.fullmatch(line):
            self._body.end()
        elif not self._body.takes(line):
            self._unlabelled(number, line)

    def _heading(self, number: int, level: int, text: str) -> None:
        """Begins a section, unless the heading is that of the abstract or of a part of the section that is open."""
        label = label_of(text)
        if is_abstract_heading(text):
            self._sections.close(level if self._sections.has_above(level) else level + 1)
            self._body.add_label("abstract", "")
        elif label and label.field == "title" and label.value:
            self._begin(number, level, label.value)
        elif wording.is_names(plain_text(text)):
            self._sections.last.add(self._sections.last.lines, text)
        elif is_part(title_of(text)) and level > self._sections.last.level:
            self._body.is_ignored = True
            self._body.end()
            self._sections.last.add(self._sections.last.parts, title_of(text))
        else:
            self._begin(number, level, text)

    def _unlabelled(self, number: int, line: str) -> None:
        if item := _titled_item(line):
            self._begin(number, ITEM + min(len(item[1]) // 2, MAX_NESTING), item[2])
        elif LIST_ITEM.fullmatch(line):
            self._body.add_item()
        elif not self._body.is_in_paragraph and is_heading(line):
            self._begin(number, BOLD, line.strip())
        else:
            self._body.add(line)

    def _begin(self, number: int, level: int, heading: str) -> None:
        self._body.end()
        self._body.is_ignored = False
        self._sections.begin(number, level, heading)


def _titled_item(line: str) -> re.Match[str] | None:
    """The list item that `line` is, if it begins with a title."""
    item = LIST_ITEM.fullmatch(line)
    return item if item and lead(item[2]) else None
