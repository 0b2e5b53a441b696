"""Answers as text without markup, to be pasted anywhere: wrapped, with numbered references at the end."""

from __future__ import annotations

import textwrap
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

TEXT_WIDTH = 78  # characters, as in mail


def plain_text(*answers: Answer, with_may_match: bool = True) -> str:
    """`answers` in order, and the papers that they cite; BibTeX alone where an answer is that and nothing else."""
    made = document(*answers, with_may_match=with_may_match)
    if len(made.answers) == 1 and made.answers[0].bibtex:
        return made.answers[0].bibtex
    blocks = [block for outline in made.answers for block in _blocks(outline)]
    if made.references:
        blocks += [REFERENCES_HEADING, *(_reference(n, paper) for n, paper in made.references)]
    if made.has_digests:
        blocks.append(_filled(DIGESTS_NOTE))
    return "\n\n".join(blocks) + "\n"


def _blocks(outline: Outline) -> Iterator[str]:
    """The parts of an answer, to be separated by blank lines."""
    yield _filled(outline.question)
    if outline.filters:
        yield _filled(f"{FILTERS_LABEL} {', '.join(outline.filters)}")
    if outline.opening:
        yield _filled(outline.opening)
    if outline.nearest:
        yield "\n".join([NEAREST_HEADING, *(_filled(display_title(paper), "- ") for paper in outline.nearest)])
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
        yield _filled(outline.notice)


def _written(outline: Outline) -> Iterator[str]:
    for paragraph in outline.written:
        text = _filled(" ".join(map(_sentence, paragraph.sentences)))
        yield f"{_filled(paragraph.heading)}\n{text}" if paragraph.heading else text
    yield from map(_filled, outline.making)
    if outline.written and (outline.quotes or outline.comparison):
        yield EVIDENCE_HEADING


def _listed(outline: Outline) -> Iterator[str]:
    if outline.bibtex:
        yield outline.bibtex.strip()
        return
    for entry in outline.listed:
        note = [_filled(entry.note, "    ")] if entry.note else []
        abstract = [_filled(entry.abstract, "    ")] if entry.abstract else []
        yield "\n".join([_reference(entry.n, entry.paper), *note, *abstract])


def _number(row: Measurement) -> str:
    """A row of a table of numbers on a line: ``frame rate: 178 fps; NYU Depth v2 [3]``."""
    cells = filter(None, [f"{row.quantity}: {shown_value(row)}", row.dataset, row.condition])
    return _filled(f"{'; '.join(cells)} [{row.citation.n}]", "  ")


def _quotes(groups: Iterable[PaperQuotes]) -> Iterator[str]:
    """The sentences under their papers."""
    for group in groups:
        title = [_filled(display_title(group.paper))] if group.paper else []
        yield "\n".join([*title, *(_filled(_sentence(sentence), "  ") for sentence in group.sentences)])


def _table(comparison: Comparison) -> Iterator[str]:
    """The papers, then under each aspect what each states of it."""
    yield "\n".join(_filled(display_title(paper), f"[{n}] ") for n, paper in comparison.papers)
    for aspect, cells in comparison.rows:
        lines = [aspect]
        for (n, _), cell in zip(comparison.papers, cells, strict=True):
            lines += [_filled(_sentence(sentence), "  ") for sentence in cell] or [f"  {NOT_STATED} [{n}]"]
        yield "\n".join(lines)


def _sentence(sentence: Sentence) -> str:
    """The sentence with its citations, in quotation marks if it is verbatim."""
    text = f"“{sentence.text}”" if sentence.quoted else sentence.text
    cited = "".join(f" [{n}]" for n in sentence.numbers)
    return f"{text}{cited}{'' if sentence.verified else f' ({NOT_VERIFIED})'}"


def _reference(n: int, paper: Paper) -> str:
    """The reference, with its address on a line of its own, where it is not broken."""
    made = reference(paper)
    number = f"[{n}] "
    text = _filled(f"{made.before}{made.title}{made.after}", number)
    return f"{text}\n{' ' * len(number)}{made.link}" if made.link else text


def _filled(text: str, first: str = "") -> str:
    """`text` wrapped, its first line after `first`, and the others as far in."""
    return textwrap.fill(
        readable(text),
        TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
