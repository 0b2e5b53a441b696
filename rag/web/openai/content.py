"""The text of an answer in Markdown as it grows, and its annotations: where it cites which sentence of which paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.answer.types import Citation
from rag.export import escape
from rag.export.outline import Sentence
from rag.export.phrases import NOT_VERIFIED
from rag.export.references import link
from rag.paper import Paper


class Content:
    """Text, and `annotations` for its citation markers.

    Papers are numbered from 1 as they appear: clients number the sources that they show by the annotations alike.
    """

    def __init__(self) -> None:
        self.annotations: list[dict[str, Any]] = []
        self._numbers: dict[Paper, int] = {}
        self._added: list[str] = []
        self._length = 0

    def number(self, paper: Paper) -> int:
        """The number of `paper`."""
        return self._numbers.setdefault(paper, len(self._numbers) + 1)

    def taken(self) -> str:
        """What was added since the last call."""
        text = "".join(self._added)
        self._added.clear()
        return text

    def add(self, markdown: str) -> None:
        """Adds text that is Markdown already."""
        self._added.append(markdown)
        self._length += len(markdown)

    def add_block(self, markdown: str = "") -> None:
        """Begins a paragraph, a list or the like, with text that is Markdown already."""
        self.add("\n\n" * bool(self._length) + markdown)

    def add_marker(self, paper: Paper, citations: Sequence[Citation] = ()) -> None:
        """Adds the marker of `paper`, ``[1]``, with an annotation for each of `citations`; one without a quote else."""
        number, start = self.number(paper), self._length
        self.add(f"[{number}]")
        place = {"start_index": start, "end_index": self._length}
        source = {"title": paper.title, "url": link(paper), "n": number, "digest": paper.digest}
        for quote in [{"quote": citation.quote} for citation in citations] or [{}]:
            self.annotations.append({"type": "url_citation", "url_citation": place | source | quote})

    def add_sentence(self, sentence: Sentence, *, in_table: bool = False) -> None:
        """Adds a sentence with its markers, in quotation marks if it is verbatim."""
        text = cell(sentence.text) if in_table else escape.markdown(sentence.text)
        self.add(f"“{text}”" if sentence.quoted else text)
        for paper in dict.fromkeys(citation.paper for citation in sentence.citations):
            self.add(" ")
            self.add_marker(paper, [citation for citation in sentence.citations if citation.paper == paper])
        self.add("" if sentence.verified else f" ({NOT_VERIFIED})")


def cell(text: str) -> str:
    """`text` as a cell of a table in Markdown."""
    return escape.markdown_cell(escape.markdown(text))
