"""Writes an answer for a client as its events come: what is sent once is never taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.answer.table import NOT_STATED
from rag.answer.types import Answer, Effort, Event, Statement, Working, Written
from rag.export import escape
from rag.export.markdown import linked_reference
from rag.export.measurements import MEASURED_COLUMNS, columns_of, texts
from rag.export.outline import DIGESTS_NOTE, Comparison, Outline, PaperQuotes, Sentence, document
from rag.export.phrases import (
    EVIDENCE_HEADING,
    FILTERS_LABEL,
    NEAREST_HEADING,
    REFERENCES_HEADING,
    display_title,
    theme_name,
)
from rag.paper import Paper
from rag.web.openai.content import Content, cell

_HEADING = "### "


class AnswerWriter:
    """Makes the `content` of an answer from its events; `effort` is what a model did for it, None without one.

    Quotes are withdrawn where a model judges papers otherwise, so they wait for the whole answer. So do sentences that
    a model wrote before it judged: those that cite what it then leaves out are not kept.
    """

    def __init__(self) -> None:
        self.content = Content()
        self.effort: Effort | None = None
        self._is_judged = False
        self._theme = ""
        self._written: set[Statement] = set()

    def take(self, event: Event) -> str:
        """The text that `event` adds, "" for none."""
        if isinstance(event, Working):
            self._is_judged |= event.step == "judging"
        elif isinstance(event, Written) and self._is_judged:
            self._write(event.statement)
        elif isinstance(event, Answer):
            self._end(event)
        return self.content.taken()

    def _write(self, statement: Statement) -> None:
        """Adds a sentence that a model wrote, under its theme."""
        if statement in self._written:
            return
        theme, is_first = theme_name(statement), not self._written
        if theme != self._theme and theme:
            self.content.add_block(f"{_HEADING}{escape.markdown(theme)}")
        if theme != self._theme or is_first:
            self.content.add_block()
        else:
            self.content.add(" ")
        self._theme = theme
        self._written.add(statement)
        self.content.add_sentence(_sentence(statement))

    def _end(self, answer: Answer) -> None:
        """Adds all that is not there of the whole `answer`."""
        for statement in answer.written:
            self._write(statement)
        self.effort = answer.effort
        made = document(answer, with_may_match=False)
        outline = made.answers[0]
        for line in outline.making:
            self.content.add_block(escape.markdown(line))
        if self._written and (outline.quotes or outline.comparison):
            self.content.add_block(f"{_HEADING}{EVIDENCE_HEADING}")
        self._found(outline)
        self._evidence(answer, outline)
        if outline.notice:
            self.content.add_block(escape.markdown(outline.notice))
        self._references([paper for _, paper in made.references])
        if made.has_digests:
            self.content.add_block(escape.markdown(DIGESTS_NOTE))

    def _found(self, outline: Outline) -> None:
        """Adds what was found, and among which papers; or why nothing was."""
        if outline.filters:
            self.content.add_block(f"{FILTERS_LABEL} {', '.join(map(escape.markdown, outline.filters))}")
        for line in filter(None, (outline.opening, outline.counted)):
            self.content.add_block(escape.markdown(line))
        if outline.nearest:
            self.content.add_block(NEAREST_HEADING)
            self.content.add_block("\n".join(f"- {linked_reference(paper)}" for paper in outline.nearest))

    def _evidence(self, answer: Answer, outline: Outline) -> None:
        """Adds the papers that are listed, the tables and the quotes."""
        if outline.bibtex:
            self.content.add_block(f"```bibtex\n{outline.bibtex}```")
        else:
            self._listed(outline)
        if outline.measurements:
            self._measured(answer)
        self._quotes(outline.quotes)
        if outline.comparison:
            self._compared(outline.comparison)

    def _listed(self, outline: Outline) -> None:
        for entry in outline.listed:
            self.content.add_block()
            self.content.add_marker(entry.paper)
            self.content.add(f" {linked_reference(entry.paper)} {entry.note}".rstrip())
            if entry.abstract:
                self.content.add_block(f"> {escape.markdown(entry.abstract)}")

    def _measured(self, answer: Answer) -> None:
        keys = columns_of(answer.measurements)
        self._head([MEASURED_COLUMNS[key] for key in keys])
        for row in answer.measurements:
            cells = texts(row)
            self.content.add("\n| ")
            self.content.add_marker(row.citation.paper, [row.citation])
            self.content.add(f" {cell(display_title(row.citation.paper))} |")
            self.content.add("".join(f" {cell(cells[key])} |" for key in keys if key != "paper"))

    def _head(self, columns: Sequence[str]) -> None:
        self.content.add_block(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")

    def _quotes(self, groups: Iterable[PaperQuotes]) -> None:
        """Adds the sentences under their papers."""
        for group in groups:
            if group.paper:
                self.content.add_block(f"**{escape.markdown(display_title(group.paper))}**")
            self.content.add_block()
            for sentence in _listing(group.sentences, self.content, "\n"):
                self.content.add("- ")
                self.content.add_sentence(sentence)

    def _compared(self, comparison: Comparison) -> None:
        """Adds a table with a column for each paper."""
        self.content.add_block("| |")
        for _, paper in comparison.papers:
            self.content.add(f" {cell(display_title(paper))} ")
            self.content.add_marker(paper)
            self.content.add(" |")
        self.content.add(f"\n|{' --- |' * (len(comparison.papers) + 1)}")
        for aspect, cells in comparison.rows:
            self.content.add(f"\n| {aspect} |")
            for sentences in cells:
                self.content.add(" " if sentences else f" {NOT_STATED}")
                for sentence in _listing(sentences, self.content, "<br>"):
                    self.content.add_sentence(sentence, in_table=True)
                self.content.add(" |")

    def _references(self, cited: Iterable[Paper]) -> None:
        """Adds the papers that are cited, by number."""
        numbered = sorted((self.content.number(paper), linked_reference(paper)) for paper in cited)
        if numbered:
            self.content.add_block(f"{_HEADING}{REFERENCES_HEADING}")
        for number, reference in numbered:
            self.content.add_block(f"[{number}] {reference}")


def _listing(sentences: Iterable[Sentence], content: Content, between: str) -> Iterator[Sentence]:
    """`sentences`, with `between` added to `content` after each but the last."""
    for n, sentence in enumerate(sentences):
        content.add(between * bool(n))
        yield sentence


def _sentence(statement: Statement) -> Sentence:
    numbers = tuple(dict.fromkeys(citation.n for citation in statement.citations))
    return Sentence(
        statement.text, numbers, statement.verdict == "quote", statement.verdict != "unverified", statement.citations
    )
