"""Answers as Markdown: each sentence with its citations, each quote once, and a list of references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.answer.table import NOT_STATED
from rag.answer.types import Answer
from rag.export import escape
from rag.export.measurements import markdown_table
from rag.export.outline import DIGESTS_NOTE, Comparison, Outline, PaperQuotes, Sentence, document
from rag.export.phrases import (
    EVIDENCE_HEADING,
    FILTERS_LABEL,
    NEAREST_HEADING,
    NOT_VERIFIED,
    REFERENCES_HEADING,
    RELATED_HEADING,
    display_title,
)
from rag.export.references import reference
from rag.paper import Paper


def markdown(*answers: Answer) -> str:
    """`answers` in order, with the question as heading, and the papers that they cite at the end."""
    made = document(*answers)
    blocks = [block for outline in made.answers for block in _blocks(outline)]
    if made.references:
        blocks.append(f"{'#' if len(made.answers) > 1 else '##'} {REFERENCES_HEADING}")
        blocks += [f"[{n}] {linked_reference(paper)}" for n, paper in made.references]
    if made.has_digests:
        blocks.append(escape.markdown(DIGESTS_NOTE))
    return "\n\n".join(blocks) + "\n"


def _blocks(outline: Outline) -> Iterator[str]:
    """The parts of an answer, to be separated by blank lines."""
    yield f"# {escape.markdown(outline.question)}"
    if outline.filters:
        yield f"{FILTERS_LABEL} {', '.join(map(escape.markdown, outline.filters))}"
    if outline.opening:
        yield escape.markdown(outline.opening)
    if outline.nearest:
        yield NEAREST_HEADING
        yield "\n".join(f"- {_name(paper)}" for paper in outline.nearest)
    yield from _written(outline)
    if outline.counted:
        yield outline.counted
    if outline.listed:
        yield from _listed(outline)
    if outline.measurements:
        yield markdown_table(outline.measurements)
    yield from _quotes(outline.quotes)
    if outline.comparison:
        yield _table(outline.comparison)
    if outline.may_match:
        yield f"## {RELATED_HEADING.rstrip(':')}"
        yield from _quotes(outline.may_match)
    if outline.notice:
        yield escape.markdown(outline.notice)


def _written(outline: Outline) -> Iterator[str]:
    """What a model wrote, as running text under its themes, and what it did."""
    for paragraph in outline.written:
        if paragraph.heading:
            yield f"## {escape.markdown(paragraph.heading)}"
        yield " ".join(map(_sentence, paragraph.sentences))
    yield from map(escape.markdown, outline.making)
    if outline.written and (outline.quotes or outline.comparison):
        yield f"## {EVIDENCE_HEADING}"


def _listed(outline: Outline) -> Iterator[str]:
    """The papers that an answer lists, in its form."""
    if outline.bibtex:
        yield f"```bibtex\n{outline.bibtex}```"
        return
    for entry in outline.listed:
        yield f"[{entry.n}] {linked_reference(entry.paper)} {entry.note}".rstrip()
        if entry.abstract:
            yield f"> {escape.markdown(entry.abstract)}"


def _quotes(groups: Iterable[PaperQuotes]) -> Iterator[str]:
    """The sentences under their papers."""
    for group in groups:
        if group.paper:
            yield f"**{_name(group.paper)}**"
        yield "\n".join(f"- {_sentence(sentence)}" for sentence in group.sentences)


def _table(comparison: Comparison) -> str:
    head = ["", *(f"{_name(paper)} [{n}]" for n, paper in comparison.papers)]
    rows = [
        [aspect, *("<br>".join(map(_sentence, cell)) or NOT_STATED for cell in cells)]
        for aspect, cells in comparison.rows
    ]
    lines: Sequence[list[str]] = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(escape.markdown_cell, line))} |" for line in lines)


def _sentence(sentence: Sentence) -> str:
    """The sentence with its citations, in quotation marks if it is verbatim."""
    text = escape.markdown(sentence.text)
    marked = f"“{text}”" if sentence.quoted else text
    cited = "".join(f" [{n}]" for n in sentence.numbers)
    return f"{marked}{cited}{'' if sentence.verified else f' ({NOT_VERIFIED})'}"


def linked_reference(paper: Paper) -> str:
    """Authors, year and title of `paper`, the title a link where its address is known."""
    made = reference(paper)
    title = escape.markdown(made.title)
    named = f"[{title}](<{made.link}>)" if made.link else title
    return f"{escape.markdown(made.before)} {named}{made.after}".lstrip()


def _name(paper: Paper) -> str:
    return escape.markdown(display_title(paper))
