"""A section of a Markdown text: a heading and what is beneath it, told apart by what it may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.sources.text.bounds import MAX_CHARACTERS

MAX_NESTING = 5
ROOT, BOLD, SUMMARY, ITEM = 0, 7, 8, 14  # levels beside those of headings, 1 to 6; the last two add their depth


@dataclass(slots=True)
class Section:
    """A `heading` in Markdown, at `line`, and what is beneath it up to the next heading, in Markdown as well.

    `folded` is text that is marked as the abstract by what holds it; `fields` are labelled texts; `lines` are names,
    links and the like; `parts` are headings such as "Notes", whose text is left out; `others` counts code, tables and
    lists; `repeated` is whether there are several labelled titles.
    """

    line: int
    level: int
    heading: str = ""
    folded: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    quotes: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    others: int = 0
    has_sections: bool = False
    repeated: bool = False
    characters: int = 0

    def add(self, texts: list[str], text: str) -> None:
        if text and self.characters < MAX_CHARACTERS:
            texts.append(text[:MAX_CHARACTERS])
            self.characters += len(text) + 1

    def label(self, name: str, value: str) -> None:
        self.repeated |= name == "title" and "title" in self.fields
        self.add(self.fields.setdefault(name, []), value)
