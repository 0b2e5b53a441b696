"""The text beneath a heading in Markdown, sorted by what it may be: labelled, quoted, prose, or names and links."""

from __future__ import annotations

import re
from itertools import takewhile

from rag.sources.text import wording
from rag.sources.text.bounds import MAX_CHARACTERS
from rag.sources.text.headings import LIST_ITEM, is_links
from rag.sources.text.inline import plain_text
from rag.sources.text.labels import heads_part, is_unknown, label_of
from rag.sources.text.open_sections import OpenSections
from rag.sources.text.section import ITEM, Section

_CODE = ("    ", "\t")
_BREAKS = ("  ", "\\")  # at the end of a line that is one in print as well
_CALLOUT = re.compile(r"\[!(\w{1,30})\][+-]?")
_DROPPED = re.compile(
    r"\s{0,20}(?:\{[:%].*\}|\[[^\[\]]{1,200}\]:\s.*|!\[.*\)|\|.*|</?[a-z][^<>]{0,300}>)\s*", re.IGNORECASE
)


class Body:
    """Adds lines to the last of the open `sections`: those of a paragraph when it ends, since it may be a heading."""

    def __init__(self, sections: OpenSections) -> None:
        self.is_ignored = False  # as what is beneath "Notes", until a label or a title
        self._sections = sections
        self._paragraph: list[str] = []
        self._quote: list[str] = []
        self._room = MAX_CHARACTERS  # in both
        self._field = ""  # that lines belong to until the next blank one
        self._heads_abstract = False  # further paragraphs belong to the abstract as well

    @property
    def is_in_paragraph(self) -> bool:
        return bool(self._paragraph)

    def add_label(self, name: str, value: str) -> None:
        """Begins the field `name` with `value`; a heading that says "Abstract" begins one without."""
        self._field = name
        self._heads_abstract = name == "abstract" and not value
        self.is_ignored = False
        self._section.label(name, value)

    def add_folded(self, line: str) -> None:
        """Adds `line` to what is marked as the abstract."""
        if not _DROPPED.fullmatch(line):
            self._section.add(self._section.folded, line)

    def takes(self, line: str) -> bool:
        """Adds `line` if it begins with a label, or belongs to the label above it; false if it does not."""
        bare = line.lstrip(" \t>")
        if label := label_of(bare):
            self.end_paragraph()
            self.add_label(label.field, label.value)
            if line.endswith(_BREAKS) and label.field != "abstract":
                self._field = ""
        elif is_unknown(bare) and (self._field or self._heads_abstract):
            self.end_paragraph()
            self.add_label("other", bare)
        elif self._goes_on_with_field(line, bare):
            self._section.label(self._field, bare.strip())
        elif heads_part(bare) and self._section.fields.get("abstract"):
            self.add_label("abstract", bare)
        else:
            return False
        return True

    def add(self, line: str) -> None:
        """Adds `line`, which has no label, to a quotation or a paragraph."""
        if line.lstrip().startswith(">"):
            self._hold(self._quote, line.lstrip().removeprefix(">").strip())
            return
        if self._quote and not self._paragraph:
            self.end_paragraph()
        if _DROPPED.fullmatch(line):
            self._section.others += line.lstrip().startswith("|")
        else:
            is_code = line.startswith(_CODE) and not self._paragraph and self._section.level < ITEM
            self._section.others += is_code and not self.is_ignored
            self._hold(self._paragraph, line)

    def add_item(self) -> None:
        """Counts a list item, whose text is left out."""
        self.end_paragraph()
        self._section.others += not self.is_ignored

    def take_heading(self) -> str:
        """Removes the paragraph, if it may be a heading that is underlined, and returns it; "" if it is none."""
        text = " ".join(self._paragraph)
        if len(self._paragraph) > 2 or wording.is_prose(text):
            return ""
        self._paragraph = []
        return text

    def end(self) -> None:
        """Ends the paragraph, the field, and the abstract that further paragraphs would belong to."""
        self.end_field()
        self._heads_abstract = False

    def end_field(self) -> None:
        """Ends the paragraph and the field, as a blank line does."""
        self.end_paragraph()
        self._field = ""

    def end_paragraph(self) -> None:
        """Adds the paragraph, and the quotation above it, to the section, as what they turn out to be."""
        quote, self._quote = self._quote, []
        lines, self._paragraph = self._paragraph, []
        self._room = MAX_CHARACTERS
        if self.is_ignored or self._sections.kind == "other":
            return
        if quote:
            self._end_quote(quote)
        apart = list(takewhile(_is_apart, lines))
        for line in apart:
            self._section.add(self._section.lines, line.strip())
        text = " ".join(map(str.strip, lines[len(apart) :]))
        if text and self._heads_abstract and self._goes_on_with_abstract(text):
            self._section.label("abstract", text)
        elif text and wording.is_prose(plain_text(text)):
            self._heads_abstract = False
            self._section.add(self._section.paragraphs, text)
        elif text:
            self._section.add(self._section.lines, text)

    @property
    def _section(self) -> Section:
        return self._sections.last

    def _hold(self, texts: list[str], line: str) -> None:
        """Adds `line` to `texts`, unless these are longer than any field may be."""
        self._room -= len(line) + 1
        if self._room > 0:
            texts.append(line)

    def _end_quote(self, quote: list[str]) -> None:
        callout = _CALLOUT.match(quote[0])
        text = " ".join(quote)
        if callout and callout[1].lower() == "abstract":
            self._section.add(self._section.folded, " ".join(quote[1:]))
        elif self._heads_abstract and not callout:
            self._section.label("abstract", text)
        elif not callout:
            self._section.add(self._section.quotes, text)

    def _goes_on_with_field(self, line: str, bare: str) -> bool:
        if is_links(line):
            self._field = ""
        if self._field in ("", "title") or LIST_ITEM.fullmatch(line):
            return False
        return self._field == "abstract" or not wording.is_prose(bare)

    def _goes_on_with_abstract(self, text: str) -> bool:
        """Whether `text`, beneath a heading that says "Abstract", is of the abstract: its first paragraph, or alike."""
        first = not any(self._section.fields.get("abstract", ()))
        return first or (wording.is_abstract(text) and not wording.is_talk(text))


def _is_apart(line: str) -> bool:
    """Whether `line` ends a line in print as well, and is no prose: names, dates, or links."""
    text = plain_text(line.strip())
    emphasised = line.strip()[:1] in "*_" and line.strip()[-1:] in "*_"
    is_line = line.endswith(_BREAKS) or emphasised or not text
    return wording.is_names(text) or (is_line and not wording.is_prose(text))
