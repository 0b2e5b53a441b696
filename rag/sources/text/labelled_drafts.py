"""Splits lines of labelled text into records, of which it holds one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from rag.sources import identifiers
from rag.sources.text import wording
from rag.sources.text.bounds import MAX_CHARACTERS
from rag.sources.text.draft import Draft, Layout, Stray
from rag.sources.text.labels import Label, is_unknown, label_of
from rag.sources.text.parts import is_part

_RULE = re.compile(r"\s{0,20}([-=_*~#+·•—–])(?:\s?\1){2,300}\s*|\f.{0,80}")
_ADDRESS = re.compile(r"\s{0,20}https?://\S+\s*")
ARXIV_RULE = "\\\\"  # above and below each abstract in the mails of arXiv
_NUMBER = re.compile(r"^\s{0,20}[\[(]?\d{1,5}[.)\]:]\s{1,4}")
_UNDERLINED = 2  # characters by which a line may be longer or shorter than a title that it underlines
_WRAPPED = 50  # a line of a title that goes on in the next is at least as long


def drafts(lines: Iterable[tuple[int, str]], layout: Layout) -> Iterator[Draft | Stray]:
    """The records of numbered `lines`, complete or not, and the prose between them, in order."""
    return _Reader(layout).items(lines)


class _Reader:
    """Splits lines into records, of which it holds one at a time."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._draft = Draft()
        self._paragraph = Draft()  # lines after a blank one, whose meaning shows at their end
        self._after_blank = self._after_rule = True
        self._previous = ""

    def items(self, lines: Iterable[tuple[int, str]]) -> Iterator[Draft | Stray]:
        for number, whole in chain(lines, [(0, "")]):
            line = whole[:MAX_CHARACTERS]
            if number and not line and not self._previous and self._after_blank:  # there may be millions of them
                continue
            label = self._label(line)
            if label or not line.strip() or _RULE.fullmatch(line) or line.startswith(ARXIV_RULE):
                yield from self._end_of_paragraph()
            if label:
                yield from self._labelled(number, label)
            elif line.startswith(ARXIV_RULE):
                self._arxiv_rule(line)
            elif not line.strip():
                self._after_blank = True
            elif _RULE.fullmatch(line):
                self._rule(line)
            else:
                self._text(number, line)
            self._previous = line
        yield self._draft

    def _label(self, line: str) -> Label | None:
        label = label_of(line)
        if label and (self._layout.lower or label.field != "other" or not label.named[0].islower()):
            return label
        if not label and is_unknown(line) and self._ended():
            return Label("", "other", "")
        return None

    def _ended(self) -> bool:
        """Whether the line before this one ends a sentence or a paragraph, so that this one may begin with a label."""
        return self._after_blank or self._previous.rstrip().endswith((".", "!", "?", ")", '"', "”"))

    def _labelled(self, number: int, label: Label) -> Iterator[Draft]:
        if self._begins_record(label):
            yield from self._begin(number)
        self._draft.line = self._draft.line or number
        self._draft.last = label.field
        self._draft.is_headed = not label.value
        is_further_name = label.field == "authors" and self._draft.has("authors")
        self._draft.add(label.field, f"; {label.value}" if is_further_name else label.value)
        self._after_blank = self._after_rule = False

    def _begins_record(self, label: Label) -> bool:
        draft, is_first = self._draft, label.named.lower() == self._layout.first
        if not draft.has("title", "abstract"):
            return False
        if not self._layout.titled:
            return draft.has("abstract") and (is_first or label.field == "abstract")
        if label.field not in ("title", "abstract"):
            return self._after_rule or is_first
        parted = self._after_rule or (self._layout.blanks and self._after_blank)
        return parted or is_first or draft.has(label.field)

    def _begin(self, number: int) -> Iterator[Draft]:
        yield self._draft
        self._draft = Draft(number)

    def _rule(self, line: str) -> None:
        """A rule parts records, unless it underlines a title or a label."""
        above = self._previous.strip()
        if self._layout.rules and not (above and abs(len(above) - len(line.strip())) <= _UNDERLINED):
            self._after_rule = True
            self._draft.last = ""

    def _arxiv_rule(self, line: str) -> None:
        draft = self._draft
        draft.last = "abstract" if draft.has("title") and not draft.has("abstract") else ""
        for found in identifiers.of_address(line.strip(" \\()").partition(" ")[0]):
            draft.add("arxiv", found)
        self._after_blank = False

    def _text(self, number: int, line: str) -> None:
        draft = self._draft
        if self._after_blank or self._paragraph.line or self._after_rule:
            self._paragraph.line = self._paragraph.line or number
            self._paragraph.add("text", line)
        elif self._ended() and _ADDRESS.fullmatch(line) and any(identifiers.of_address(line.strip())):
            draft.add("url", line.strip())
        elif draft.last != "title" or not draft.has("title") or self._continues_title(line):
            draft.add(draft.last or "other", line.strip() if draft.last != "authors" else line)
        elif wording.is_names(line):
            draft.add("authors", line)

    def _continues_title(self, line: str) -> bool:
        return line[0].isspace() or (len(self._previous) >= _WRAPPED and not wording.is_names(line))

    def _end_of_paragraph(self) -> Iterator[Draft | Stray]:
        lines, number = self._paragraph.fields.get("text", []), self._paragraph.line
        if not number:
            return
        self._paragraph = Draft()
        text = " ".join(map(str.strip, lines))
        draft = self._draft
        if draft.last and not self._after_rule and not draft.has(draft.last):
            draft.add(draft.last, text)
        elif not self._layout.titled and _is_title(title := _NUMBER.sub("", text, count=1)):
            yield from self._untitled(number, title)
        elif draft.last == "abstract" and not self._after_rule and draft.takes(text):
            draft.add("abstract", text)
        elif wording.is_prose(text) and draft.last != "other":
            yield Stray(number, text)
        elif is_part(text):
            draft.last = "other"
        self._after_blank = False

    def _untitled(self, number: int, title: str) -> Iterator[Draft]:
        if self._draft.has("title", "abstract"):
            yield from self._begin(number)
        self._draft.line = self._draft.line or number
        self._draft.add("title", title)
        self._draft.last = "title"
        self._after_rule = False


def _is_title(text: str) -> bool:
    return wording.is_title(text) and not text.endswith(".")
