"""Answers as text without markup, to be pasted anywhere: a line for each paragraph, numbered references at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rag.answer.table import NOT_STATED
from rag.answer.types import Answer, Measurement
from rag.export.measurements import shown_value
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
from rag.export.readable import readable
from rag.export.references import reference
from rag.paper import Paper


def plain_text(*answers: Answer, with_may_match: bool = True) -> str:
    """`answers` in order, and the papers that they cite; BibTeX alone where an answer is that and nothing else."""
    made = document(*answers, with_may_match=with_may_match)
    if len(made.answers) == 1 and made.answers[0].bibtex:
        return made.answers[0].bibtex
    blocks = [block for outline in made.answers for block in _blocks(outline)]
    if made.references:
        blocks += [REFERENCES_HEADING, *(_reference(n, paper) for n, paper in made.references)]
    if made.has_digests:
        blocks.append(_line(DIGESTS_NOTE))
    return "\n\n".join(blocks) + "\n"


def _blocks(outline: Outline) -> Iterator[str]:
    """The parts of an answer, to be separated by blank lines."""
    yield _line(outline.question)
    if outline.filters:
        yield _line(f"{FILTERS_LABEL} {', '.join(outline.filters)}")
    if outline.opening:
        yield _line(outline.opening)
    if outline.nearest:
        yield "\n".join([NEAREST_HEADING, *(_line(display_title(paper), "- ") for paper in outline.nearest)])
    yield from _written(outline)
    if outline.counted:
        yield outline.counted
    yield from _listed(outline)
    if outline.measurements:
        yield "\n".join(map(_number, outline.measurements))
    yield from _quotes(outline.quotes)
    if outline.comparison:
        yield from _table(outline.comparison)
    if outline.may_match:
        yield RELATED_HEADING
        yield from _quotes(outline.may_match)
    if outline.notice:
        yield _line(outline.notice)


def _written(outline: Outline) -> Iterator[str]:
    for paragraph in outline.written:
        text = _line(" ".join(map(_sentence, paragraph.sentences)))
        yield f"{_line(paragraph.heading)}\n{text}" if paragraph.heading else text
    yield from map(_line, outline.making)
    if outline.written and (outline.quotes or outline.comparison):
        yield EVIDENCE_HEADING


def _listed(outline: Outline) -> Iterator[str]:
    if outline.bibtex:
        yield outline.bibtex.strip()
        return
    for entry in outline.listed:
        note = [_line(entry.note, "    ")] if entry.note else []
        abstract = [_line(entry.abstract, "    ")] if entry.abstract else []
        yield "\n".join([_reference(entry.n, entry.paper), *note, *abstract])


def _number(row: Measurement) -> str:
    """A row of a table of numbers on a line: ``frame rate: 178 fps; NYU Depth v2 [3]``."""
    cells = filter(None, [f"{row.quantity}: {shown_value(row)}", row.dataset, row.condition])
    return _line(f"{'; '.join(cells)} [{row.citation.n}]", "  ")


def _quotes(groups: Iterable[PaperQuotes]) -> Iterator[str]:
    """The sentences under their papers."""
    for group in groups:
        title = [_line(display_title(group.paper))] if group.paper else []
        yield "\n".join([*title, *(_line(_sentence(sentence), "  ") for sentence in group.sentences)])


def _table(comparison: Comparison) -> Iterator[str]:
    """The papers, then under each aspect what each states of it."""
    yield "\n".join(_line(display_title(paper), f"[{n}] ") for n, paper in comparison.papers)
    for aspect, cells in comparison.rows:
        lines = [aspect]
        for (n, _), cell in zip(comparison.papers, cells, strict=True):
            lines += [_line(_sentence(sentence), "  ") for sentence in cell] or [f"  {NOT_STATED} [{n}]"]
        yield "\n".join(lines)


def _sentence(sentence: Sentence) -> str:
    """The sentence with its citations, in quotation marks if it is verbatim."""
    text = f"“{sentence.text}”" if sentence.quoted else sentence.text
    cited = "".join(f" [{n}]" for n in sentence.numbers)
    return f"{text}{cited}{'' if sentence.verified else f' ({NOT_VERIFIED})'}"


def _reference(n: int, paper: Paper) -> str:
    """The reference, with its address on a line of its own."""
    made = reference(paper)
    number = f"[{n}] "
    text = _line(f"{made.before}{made.title}{made.after}", number)
    return f"{text}\n{' ' * len(number)}{made.link}" if made.link else text


def _line(text: str, first: str = "") -> str:
    """`text` on one line after `first`, "" for none: a break would stay wherever it is pasted."""
    shown = readable(text)
    return f"{first}{shown}" if shown else ""
