"""How a Markdown list of papers is laid out: which headings are titles, and which text is the abstract."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import chain
from typing import Literal, NamedTuple

from rag.sources.errors import UnreadableError
from rag.sources.text import wording
from rag.sources.text.inline import plain_text
from rag.sources.text.labelled_record import unquoted
from rag.sources.text.markdown_records import ids_in, is_about_paper, title_in
from rag.sources.text.outline import sections
from rag.sources.text.paperlike import Candidate, are_papers
from rag.sources.text.parts import is_part
from rag.sources.text.section import ROOT, Section
from rag.text import normalize, one_line

TITLE_NUMBER = re.compile(r"^\d{1,4}\s")
_TEMPLATE = "{{"


class Layout(NamedTuple):
    """What the abstracts of a file are, and the levels of the headings that are titles."""

    abstracts: Literal["marked", "quotes", "paragraphs"]
    levels: frozenset[int]
    numbered: bool = False  # "1 Moss at the Door"


def layout_of(head: str) -> Layout | None:
    """The layout of a file that begins with `head`; None if it is no list of papers."""
    found: list[Section] = []
    with suppress(UnreadableError):  # for the head may end within a code block
        for section in sections(enumerate(head.split("\n"), 1)):
            found.append(section)  # noqa: PERF402 - what precedes the error is kept
    if any(section.repeated for section in found):  # labels set off these papers, not headings
        return None
    titled = [section for section in found if section.level > ROOT or section.fields.get("title")]
    papers = [section for section in titled if not is_part(title_in(section))]
    parts = [title_in(section) for section in titled if is_part(title_in(section))]
    others = len({normalize(name) for name in chain(parts, *(section.parts for section in papers))})
    return _marked(papers) or _unmarked("quotes", papers, others) or _unmarked("paragraphs", papers, others)


def _marked(titled: list[Section]) -> Layout | None:
    papers = [section for section in titled if is_marked(section)]
    levels = frozenset(section.level for section in papers)
    others = [section for section in titled if section.level in levels and not is_marked(section)]
    linked = sum(bool(ids_in(section.heading)) for section in others)
    titles = [title_in(paper) for paper in papers]
    numbered = len(titles) > 1 and all(map(TITLE_NUMBER.match, titles))
    likely = sum(map(_is_likely, titles, papers))
    few_others = len(others) - linked <= 2 * len(papers)
    return Layout("marked", levels, numbered) if papers and few_others and 2 * likely > len(papers) else None


def _is_likely(title: str, paper: Section) -> bool:
    """Whether `paper` is not a template or code, in which "abstract:" may mean anything."""
    words = " ".join([*paper.folded, *paper.fields.get("abstract", ())]).split()
    is_code = _TEMPLATE in title or wording.is_assignment(title)
    return not (wording.is_long(title) or is_code) and len(words) >= wording.SENTENCE_WORDS


def _unmarked(abstracts: Literal["quotes", "paragraphs"], titled: list[Section], parts: int) -> Layout | None:
    """The layout if the quotations or paragraphs beneath titles are abstracts, and little else is in the file."""
    for level in sorted({section.level for section in titled} - {ROOT}):
        layout = Layout(abstracts, frozenset([level]))
        papers, strays = _candidates(titled, layout)
        if are_papers(papers, strays + parts):
            return layout
    return None


def _candidates(titled: list[Section], layout: Layout) -> tuple[list[Candidate], int]:
    """The titles with texts that may be abstracts, and how many other texts there are.

    Beside groups of papers, headings of groups may have text; beside one paper, nothing but names and links may stand.
    """
    papers: list[Candidate] = []
    strays = 0
    for section in titled:
        texts = abstracts_in(section, layout) if section.level in layout.levels else []
        if texts:
            papers.append(Candidate(title_in(section), texts[0], len(texts)))
        strays += section.others if texts else not section.has_sections
    if len(papers) == 1:
        strays += sum(len(section.paragraphs) for section in titled if section.has_sections)
        strays += sum(not is_about_paper(line) for section in titled for line in section.lines)
    return papers, strays


def is_marked(section: Section) -> bool:
    """Whether there is an abstract in `section` that is marked as one."""
    return any(map(str.strip, section.folded)) or any(section.fields.get("abstract", ()))


def abstracts_in(section: Section, layout: Layout) -> list[str]:
    """What may be the abstract of `section`, as plain text."""
    if any(map(str.strip, section.folded)):
        return [_plain(" ".join(section.folded))]
    if any(section.fields.get("abstract", ())):
        return [_plain(unquoted(" ".join(section.fields["abstract"])))]
    if section.quotes and layout.abstracts != "paragraphs":
        return list(map(_plain, section.quotes))
    if layout.abstracts == "paragraphs":
        return list(map(_plain, section.quotes + section.paragraphs))
    return []


def _plain(text: str) -> str:
    return one_line(plain_text(text))
