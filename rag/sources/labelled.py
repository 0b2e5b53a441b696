"""Plain text in which labels such as "Title:" and "Abstract:" say what follows them, in any order and case.

A label may also stand alone above its text, and a title may have none above a labelled abstract. Records are separated by
blank lines, by rules, or only by the repetition of their first label; which of these is found out from the head of
the file. The mails of arXiv, whose abstracts stand between lines of two backslashes, are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from rag.paper import Paper
from rag.sources import identifiers, wording
from rag.sources.labels import Label, is_unknown, label_of, record_of, without_markdown
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile

_RULE = re.compile(r"\s{0,20}([-=_*~#+·•—–])(?:\s?\1){2,}\s*|\f.{0,80}")
_ARXIV_RULE = "\\\\"  # above and below each abstract in the mails of arXiv
_BOLD = re.compile(r"\W{0,12}(?:\*\*|__)\w")
_NUMBER = re.compile(r"^\s{0,20}[\[(]?\d{1,5}[.)\]:]\s{1,4}")
_UNDERLINED = 2  # characters by which a line may be longer or shorter than a title that it underlines
_WRAPPED = 50  # a line of a title that goes on in the next is at least as long
_JOINED_CHARACTERS = 1920  # arXiv's limit for an abstract: longer paragraphs together do not belong to one paper
_MAX_CHARACTERS = 1_000_000  # of a field; what is longer is cut there, and is too long for any
_MIN_LABELLED = 0.5  # of the text of a file belongs to labels


class Layout(NamedTuple):
    """What sets off records: blank lines, rules, the name of their first label; and how labels are written.

    `titled` is whether there are labels for titles, `markdown` whether labels are in bold.
    """

    blanks: bool
    rules: bool
    first: str
    lower: bool
    titled: bool
    markdown: bool


@dataclass(slots=True)
class Draft:
    """A record under construction, that begins at `line`; `last` is the field that further lines belong to."""

    line: int = 0
    fields: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""
    characters: int = 0

    def add(self, name: str, text: str) -> None:
        if text and self.characters < _MAX_CHARACTERS:
            self.fields.setdefault(name, []).append(text[:_MAX_CHARACTERS])
            self.characters += len(text)

    def has(self, *names: str) -> bool:
        return any(name in self.fields for name in names)


@dataclass(slots=True)
class Stray:
    """Prose that no label precedes."""

    line: int
    text: str


def matches(head: str) -> bool:
    """Whether there are records with a labelled abstract in `head`, and most of the text belongs to labels."""
    if "bstract" not in head and "BSTRACT" not in head and _ARXIV_RULE not in head:
        return False
    lines = _numbered(head)
    items = list(_items(lines, _layout(lines)))
    drafts = [item for item in items if isinstance(item, Draft)]
    complete = list(filter(_is_complete, drafts))
    labelled = sum(draft.characters for draft in drafts)
    titles = [record_of(draft.line, draft.fields).title for draft in complete]
    likely = sum(title[-1:] not in (",", "{", "") and title.isprintable() for title in titles)
    return bool(complete) and 2 * likely > len(complete) and labelled >= _MIN_LABELLED * len("".join(head.split()))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for either alone, and for prose without a label."""
    layout = _layout(_numbered(file.head))
    for item in _items(file.lines(), layout):
        if isinstance(item, Stray):
            yield Skipped(file.path, item.line, f"text without a label: {item.text[:80]}")
        elif item.has("title", "abstract"):
            fields = without_markdown(item.fields) if layout.markdown else item.fields
            yield record_of(item.line, fields).finished(file)


def _numbered(head: str) -> list[tuple[int, str]]:
    return list(enumerate(head.split("\n"), 1))


def _layout(lines: list[tuple[int, str]]) -> Layout:
    """The layout that sets off records most strictly, of those in which about as many as in any are complete.

    That a looser one has a few more may mean that it takes the abstract of the next record for one that has none.
    """
    labels = [label for _, line in lines if (label := label_of(line))]
    first = next((label.named.lower() for label in labels), "")
    lower = next((label.named.islower() for label in labels if label.field in ("title", "abstract")), False)
    titled = any(label.field == "title" for label in labels)
    markdown = any(_BOLD.match(line) and label_of(line) for _, line in lines)
    layouts = [Layout(*breaks, first, lower, titled, markdown) for breaks in ((True, True), (False, True), (False, False))]
    complete = [sum(map(_is_complete, _items(lines, layout))) for layout in layouts]
    return next(layout for layout, number in zip(layouts, complete, strict=True) if 2 * number >= max(complete))


def _is_complete(item: Draft | Stray) -> bool:
    if isinstance(item, Stray):
        return False
    words = " ".join(item.fields.get("abstract", ())).split()
    return item.has("title") and len(words) >= wording.SENTENCE_WORDS


def _items(lines: Iterable[tuple[int, str]], layout: Layout) -> Iterator[Draft | Stray]:
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
        for number, line in chain(lines, [(0, "")]):
            if number and not line and not self._previous and self._after_blank:  # there may be millions of them
                continue
            label = self._label(line)
            if label or not line.strip() or _RULE.fullmatch(line) or line.startswith(_ARXIV_RULE):
                yield from self._end_of_paragraph()
            if label:
                yield from self._labelled(number, label)
            elif line.startswith(_ARXIV_RULE):
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
        self._draft.add(label.field, label.value)
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
        elif not self._layout.titled and wording.is_title(title := _NUMBER.sub("", text, count=1)):
            yield from self._untitled(number, title)
        elif draft.last == "abstract" and self._goes_on(text):
            draft.add("abstract", text)
        elif wording.is_prose(text) and draft.last != "other":
            yield Stray(number, text)
        elif wording.is_part(text):
            draft.last = "other"
        self._after_blank = False

    def _untitled(self, number: int, title: str) -> Iterator[Draft]:
        if self._draft.has("title", "abstract"):
            yield from self._begin(number)
        self._draft.line = self._draft.line or number
        self._draft.add("title", title)
        self._draft.last = "title"
        self._after_rule = False

    def _goes_on(self, text: str) -> bool:
        """Whether `text` may be the next paragraph of the abstract, and is no note or greeting."""
        length = sum(map(len, self._draft.fields["abstract"])) + len(text)
        return (
            not self._after_rule
            and wording.is_abstract(text)
            and not wording.is_talk(text)
            and length < _JOINED_CHARACTERS
        )
