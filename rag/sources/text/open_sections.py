"""The sections of a Markdown text that are open, and the <details> that are."""

from __future__ import annotations

from typing import Literal

from rag.sources.text.headings import title_of
from rag.sources.text.labelled_record import unquoted
from rag.sources.text.section import ROOT, Section
from rag.text import normalize

_MAX_DETAILS = 5  # within each other

Kind = Literal["", "abstract", "title", "other"]


class OpenSections:
    """Sections within each other, of which the last is that of the latest heading.

    The first is the text outside all others. It has the `fields` of the front matter, until these turn out to be those
    of the section that has the same title.
    """

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._open = [Section(1, ROOT, fields=fields)]
        self._closed: list[Section] = []
        self._details: list[tuple[Kind, int]] = []  # each with the number of sections around it

    @property
    def last(self) -> Section:
        return self._open[-1]

    @property
    def depth(self) -> int:
        """How many <details> are open."""
        return len(self._details)

    @property
    def kind(self) -> Kind:
        """What the innermost <details> hold: an abstract, a title and what belongs to it, other text, or not known."""
        return self._details[-1][0] if self._details else ""

    def begin(self, number: int, level: int, heading: str) -> None:
        """Begins a section, after those that are not around it are closed."""
        self.close(level)
        section, root = Section(number, level, heading), self._open[ROOT]
        title = root.fields.get("title")
        if title and normalize(unquoted(title[0])) == normalize(title_of(heading)):
            section.fields, root.fields = root.fields, {}
        if self.kind == "other":
            self.hold("title")
        self.last.has_sections = True
        self._open.append(section)

    def close(self, level: int) -> None:
        """Closes all of `level` and below, but not the first."""
        while len(self._open) > 1 and self.last.level >= level:
            self._closed.append(self._open.pop())

    def begin_details(self) -> None:
        """Opens others, after those of an abstract are ended, though they were not closed."""
        self.end_abstract()
        self._details.append(("", len(self._open)))
        del self._details[:-_MAX_DETAILS]

    def hold(self, kind: Kind) -> None:
        """Says what the innermost <details> hold."""
        self._details[-1] = (kind, self._details[-1][1])

    def end_abstract(self) -> None:
        while self.kind == "abstract":
            self._details.pop()

    def end_details(self) -> None:
        """Closes the innermost <details>, and the sections in them."""
        _, outside = self._details.pop()
        while len(self._open) > outside:
            self._closed.append(self._open.pop())

    def has_above(self, level: int) -> bool:
        return any(ROOT < section.level < level for section in self._open)

    def closed(self) -> list[Section]:
        """The sections that were closed since the last call."""
        closed, self._closed = self._closed, []
        return closed

    def rest(self) -> list[Section]:
        """Those that are open at the end of the text, each before the one that it is in."""
        return self._open[::-1]
