"""What lines of labelled text are made into: records under construction, and prose that belongs to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from rag.sources.text import wording
from rag.sources.text.bounds import MAX_CHARACTERS, MAX_JOINED_ABSTRACT


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
    """A record under construction, that begins at `line`.

    `last` is the field that further lines belong to; further paragraphs do so too if its label is alone (`is_headed`).
    """

    line: int = 0
    fields: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""
    is_headed: bool = False
    characters: int = 0

    def add(self, name: str, text: str) -> None:
        if text and self.characters < MAX_CHARACTERS:
            self.fields.setdefault(name, []).append(text[:MAX_CHARACTERS])
            self.characters += len(text)

    def has(self, *names: str) -> bool:
        return any(name in self.fields for name in names)

    def takes(self, paragraph: str) -> bool:
        """Whether `paragraph` may be the next of an abstract beneath its heading, and is no note or greeting."""
        length = sum(map(len, self.fields.get("abstract", ()))) + len(paragraph)
        return (
            self.is_headed
            and length < MAX_JOINED_ABSTRACT
            and wording.is_abstract(paragraph)
            and not wording.is_talk(paragraph)
        )


@dataclass(slots=True)
class Stray:
    """Prose that no label precedes."""

    line: int
    text: str
