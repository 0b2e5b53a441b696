"""The sections of a Markdown text, one at a time: a heading and what is beneath it, told apart by what it may be.

Headings are those of Markdown, lines and list items that begin with a title in bold or with a link, and summaries of
``<details>`` in bold. A section is complete when a heading of its level or above follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from rag.sources.errors import UnreadableError
from rag.sources.text import wording
from rag.sources.text.folding import Comments, Details
from rag.sources.text.front_matter import front_matter
from rag.sources.text.headings import is_abstract_heading, is_heading, is_links, lead, title_of
from rag.sources.text.inline import plain_text
from rag.sources.text.labels import heads_part, is_unknown, label_of, unquoted
from rag.sources.text.section import BOLD, ITEM, MAX_CHARACTERS, MAX_NESTING, ROOT, SUMMARY, Section
from rag.text import normalize

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(.*)|)", re.DOTALL)
_UNDERLINE = re.compile(r" {0,3}(={2,300}|-{2,300})\s*")
_RULE = re.compile(r" {0,3}([-*_])(?:\s?\1){2,300}\s*")
_ITEM = re.compile(r"(\s{0,40})(?:[-*+]|\d{1,5}[.)])\s+(?:\[[ xX]\]\s+)?(.*)", re.DOTALL)
_CODE = ("    ", "\t")
_BREAKS = ("  ", "\\")  # at the end of a line that is one in print as well
_FENCE = re.compile(r"\s{0,20}(`{3,}|~{3,})")
_TAG = re.compile(r"(</?(?:details|summary)\b[^<>]{0,300}>)", re.IGNORECASE)
_CALLOUT = re.compile(r"\[!(\w{1,30})\][+-]?")
_IGNORED = re.compile(
    r"\s{0,20}(?:\{[:%].*\}|\[[^\[\]]{1,200}\]:\s.*|!\[.*\)|\|.*|</?[a-z][^<>]{0,300}>)\s*", re.IGNORECASE
)
_IN_BOLD = re.compile(r"<(?:b|strong|h[1-6])\b|\*\*|\]\(", re.IGNORECASE)


def sections(lines: Iterable[tuple[int, str]]) -> Iterator[Section]:
    """The sections of numbered `lines`, those within another before it, and last the text outside all of them.

    Raises UnreadableError at the end, where the last lines belong to a code block or comment that does not end.
    """
    fields, rest = front_matter(lines)
    outline = _Outline(fields)
    previous = ""
    for number, line in rest:
        if not (line or previous):  # there may be millions of blank lines
            continue
        previous = line
        outline.feed(number, line[:MAX_CHARACTERS])
        yield from outline.taken()
    outline.end()
    yield from outline.taken()
    if outline.unclosed:
        raise UnreadableError("a code block or a comment begins here and never ends", outline.unclosed)


class _Outline:
    """Sorts lines into the open sections, of which the last is that of the latest heading."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._open = [Section(1, ROOT, fields=fields)]
        self._done: list[Section] = []
        self._paragraph: list[str] = []
        self._quote: list[str] = []
        self._fence = ""
        self._details = Details()
        self._comments = Comments()
        self._summary: list[str] | None = None
        self._field = ""  # that lines belong to until the next blank one
        self._heads_abstract = False  # further paragraphs belong to the abstract as well
        self._room = MAX_CHARACTERS  # in the paragraph
        self._is_ignored = False
        self._code_begins = 0

    @property
    def unclosed(self) -> int:
        """The line where a code block or a comment begins that has not ended; 0 if there is none."""
        return self._code_begins if self._fence else self._comments.line if self._comments.is_open else 0

    def taken(self) -> list[Section]:
        done, self._done = self._done, []
        return done

    def end(self) -> None:
        self._end_paragraph()
        self._done += reversed(self._open)
        self._open = []

    def feed(self, number: int, line: str) -> None:
        if self._fence:
            self._code(line)
        elif (fence := _FENCE.match(line)) and not self._comments.is_open:
            self._end_paragraph()
            self._fence, self._code_begins = fence[1], number
            self._top.others += not self._is_in_abstract
        else:
            self._markup(number, self._comments.removed(number, line))

    @property
    def _top(self) -> Section:
        return self._open[-1]

    @property
    def _is_in_abstract(self) -> bool:
        return self._details.kind == "abstract"

    def _add(self, texts: list[str], line: str) -> None:
        """Adds `line` to the paragraph that `texts` are, unless that is longer than any field may be."""
        self._room -= len(line) + 1
        if self._room > 0:
            texts.append(line)

    def _code(self, line: str) -> None:
        if line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
            self._fence = ""
        elif self._is_in_abstract:
            self._top.add(self._top.folded, line)

    def _markup(self, number: int, line: str) -> None:
        """Sorts `line` after it is split at the tags of <details>, which may all be on one line."""
        parts = _TAG.split(line) if "<" in line else [line]
        for part in parts:
            if _TAG.fullmatch(part):
                self._tag(number, part.lower())
            elif self._summary is not None:
                self._add(self._summary, part)
            elif part.strip() or len(parts) == 1:
                self._line(number, part)

    def _tag(self, number: int, tag: str) -> None:
        if tag.startswith("<summary"):
            self._summary = []
        elif tag.startswith("</summary"):
            self._end_summary(number, " ".join(self._summary or []))
        elif tag.startswith("<details"):
            self._end_paragraph()
            self._field, self._heads_abstract = "", False
            self._end_abstract()
            self._details.begin(len(self._open))
        elif self._details:
            self._end_paragraph()
            self._field = ""
            outside = self._details.end()
            while len(self._open) > outside:
                self._done.append(self._open.pop())

    def _end_abstract(self) -> None:
        """Ends the <details> of an abstract, though they are not closed: another title or <details> begins."""
        while self._is_in_abstract:
            self._details.end()

    def _end_summary(self, number: int, summary: str) -> None:
        self._summary = None
        if not self._details:
            return
        if "abstract" in plain_text(summary).lower().split():
            self._details.hold("abstract")
        elif _IN_BOLD.search(summary) and not wording.is_part(title_of(summary)):
            self._details.hold("title")
            self._begin(number, SUMMARY + len(self._details), summary)
        else:
            self._details.hold("other")

    def _line(self, number: int, line: str) -> None:
        if self._is_in_abstract and (_HEADING.fullmatch(line) or ((item := _ITEM.fullmatch(line)) and lead(item[2]))):
            self._end_abstract()
        if self._is_in_abstract:
            if not _IGNORED.fullmatch(line):
                self._top.add(self._top.folded, line)
        elif not line.strip():
            self._end_paragraph()
            self._field = ""
        elif heading := _HEADING.fullmatch(line):
            self._end_paragraph()
            self._heading(number, len(heading[1]), (heading[2] or "").rstrip("# \t"))
        elif self._is_underlined(line):
            above = " ".join(self._paragraph)
            self._paragraph = []
            self._heading(number - 1, 1 if "=" in line else 2, above)
        elif _RULE.fullmatch(line):
            self._end_paragraph()
            self._field, self._heads_abstract = "", False
        elif not self._labelled(line):
            self._text(number, line)

    def _is_underlined(self, line: str) -> bool:
        if not 0 < len(self._paragraph) < 3 or not _UNDERLINE.fullmatch(line):
            return False
        return not wording.is_prose(" ".join(self._paragraph))

    def _heading(self, number: int, level: int, text: str) -> None:
        """Begins a section, unless the heading is that of the abstract or of a part of the section that is open."""
        label = label_of(text)
        if is_abstract_heading(text):
            self._close(level if any(ROOT < section.level < level for section in self._open) else level + 1)
            self._label("abstract", "")
        elif label and label.field == "title" and label.value:
            self._begin(number, level, label.value)
        elif wording.is_names(plain_text(text)):
            self._top.add(self._top.lines, text)
        elif wording.is_part(title_of(text)) and level > self._top.level:
            self._is_ignored, self._field, self._heads_abstract = True, "", False
            self._top.add(self._top.parts, title_of(text))
        else:
            self._begin(number, level, text)

    def _begin(self, number: int, level: int, heading: str) -> None:
        self._end_paragraph()
        self._close(level)
        section = Section(number, level, heading)
        front, title = self._open[ROOT].fields, self._open[ROOT].fields.get("title")
        if title and normalize(unquoted(title[0])) == normalize(title_of(heading)):
            section.fields, self._open[ROOT].fields = front, {}
        if self._details.kind == "other":
            self._details.hold("title")
        self._top.has_sections = True
        self._open.append(section)
        self._is_ignored, self._field, self._heads_abstract = False, "", False

    def _close(self, level: int) -> None:
        while len(self._open) > 1 and self._top.level >= level:
            self._done.append(self._open.pop())

    def _labelled(self, line: str) -> bool:
        """Takes `line` if it begins with a label, or belongs to the label above it."""
        bare = line.lstrip(" \t>")
        if label := label_of(bare):
            self._end_paragraph()
            self._label(label.field, label.value)
            if line.endswith(_BREAKS) and label.field != "abstract":
                self._field = ""
        elif is_unknown(bare) and (self._field or self._heads_abstract):
            self._end_paragraph()
            self._label("other", bare)
        elif self._goes_on_with_field(line, bare):
            self._top.label(self._field, bare.strip())
        elif heads_part(bare) and self._top.fields.get("abstract"):
            self._label("abstract", bare)
        else:
            return False
        return True

    def _goes_on_with_field(self, line: str, bare: str) -> bool:
        if is_links(line):
            self._field = ""
        if self._field in ("", "title") or _ITEM.fullmatch(line):
            return False
        return self._field == "abstract" or not wording.is_prose(bare)

    def _label(self, name: str, value: str) -> None:
        self._field = name
        self._heads_abstract = name == "abstract" and not value
        self._is_ignored = False
        self._top.label(name, value)

    def _text(self, number: int, line: str) -> None:
        quoted = line.lstrip().startswith(">")
        if self._quote and not quoted and not self._paragraph:
            self._end_paragraph()
        item = _ITEM.fullmatch(line)
        if quoted:
            self._add(self._quote, line.lstrip().removeprefix(">").strip())
        elif item and lead(item[2]):
            self._begin(number, ITEM + min(len(item[1]) // 2, MAX_NESTING), item[2])
        elif item:
            self._end_paragraph()
            self._top.others += not self._is_ignored
        elif not self._paragraph and is_heading(line):
            self._begin(number, BOLD, line.strip())
        elif not _IGNORED.fullmatch(line):
            is_code = line.startswith(_CODE) and not self._paragraph and self._top.level < ITEM
            self._top.others += is_code and not self._is_ignored
            self._add(self._paragraph, line)
        else:
            self._top.others += line.lstrip().startswith("|")

    def _end_paragraph(self) -> None:
        quote, self._quote = self._quote, []
        lines, self._paragraph = self._paragraph, []
        self._room = MAX_CHARACTERS
        if self._is_ignored or self._details.kind == "other":
            return
        if quote:
            self._end_quote(quote)
        apart = list(takewhile(_is_apart, lines))
        for line in apart:
            self._top.add(self._top.lines, line.strip())
        text = " ".join(map(str.strip, lines[len(apart) :]))
        if text and self._heads_abstract and self._goes_on(text):
            self._top.label("abstract", text)
        elif text and wording.is_prose(plain_text(text)):
            self._heads_abstract = False
            self._top.add(self._top.paragraphs, text)
        elif text:
            self._top.add(self._top.lines, text)

    def _end_quote(self, quote: list[str]) -> None:
        callout = _CALLOUT.match(quote[0])
        text = " ".join(quote)
        if callout and callout[1].lower() == "abstract":
            self._top.add(self._top.folded, " ".join(quote[1:]))
        elif self._heads_abstract and not callout:
            self._top.label("abstract", text)
        elif not callout:
            self._top.add(self._top.quotes, text)

    def _goes_on(self, text: str) -> bool:
        """Whether `text`, beneath a heading that says "Abstract", is of the abstract: its first paragraph, or alike."""
        first = not any(self._top.fields.get("abstract", ()))
        return first or (wording.is_abstract(text) and not wording.is_talk(text))


def _is_apart(line: str) -> bool:
    """Whether `line` ends a line in print as well, and is no prose: names, dates, or links."""
    text = plain_text(line.strip())
    emphasised = line.strip()[:1] in "*_" and line.strip()[-1:] in "*_"
    is_line = line.endswith(_BREAKS) or emphasised or not text
    return wording.is_names(text) or (is_line and not wording.is_prose(text))
