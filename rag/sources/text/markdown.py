"""Markdown lists of papers: titles are headings, or list items and lines in bold or linked.

The abstract is what is marked as one: by <details>, by a label or heading that says "Abstract", by a callout. A title
without such a mark may have it in a quotation. Only where no abstract in the file is marked, it is the quotation or
the one paragraph beneath each title, if these are papers by what they look like. All other text is the reader's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Literal, NamedTuple

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.author_lists import authors_in
from rag.sources.errors import UnreadableError
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.text import wording
from rag.sources.text.headings import lead, title_of, year_of
from rag.sources.text.inline import addresses, plain_text
from rag.sources.text.labels import record_of, unquoted, without_markdown
from rag.sources.text.outline import sections
from rag.sources.text.paperlike import Candidate, are_papers
from rag.sources.text.section import ROOT, Section
from rag.sources.text_file import TextFile
from rag.text import normalize, one_line

_SIGN = re.compile(
    r"^\s{0,9}(?:#{1,6}\s|(?:[-*+]|\d{1,5}[.)])\s+(?:\*\*|\[)|\*\*\S|\[[^\]\n]|={3,}\s*$|<details|---\s*$)",
    re.MULTILINE,
)
_TEMPLATE = "{{"
_NUMBER = re.compile(r"^\d{1,4}\s")
_BEHIND_NAMES = re.compile(r"\s[·|•—–(-]|[*_]\s|\s\d{4}")
_DATE = re.compile(r"\b((?:19|20)\d\d)-\d\d-\d\d\b|\(((?:19|20)\d\d)\)")


class Layout(NamedTuple):
    """What the abstracts of a file are, and the levels of the headings that are titles."""

    abstracts: Literal["marked", "quotes", "paragraphs"]
    levels: frozenset[int]
    numbered: bool = False  # "1 Moss at the Door"


def matches(head: str) -> bool:
    """Whether `head` is Markdown in which most headings of some level are titles of papers with abstracts."""
    return _SIGN.search(head) is not None and _layout(head) is not None


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for each other title and each other abstract."""
    layout = _layout(file.head) or Layout("marked", frozenset())
    for section in sections(file.lines()):
        if _is_record(section, layout):
            yield _finished(section, layout, file)
        elif layout.abstracts != "marked" and _is_left_out(section):
            yield Skipped(file.path, section.line, f"not at the level of the other titles: {_title(section)[:80]}")


def _finished(section: Section, layout: Layout, file: TextFile) -> Paper | Skipped:
    record = _record(section)
    if layout.numbered:
        record.title = _NUMBER.sub("", record.title, count=1)
    texts = _abstracts(section, layout)
    if len(texts) > 1:
        reason = f"{len(texts)} texts, and none is marked as the abstract"
        return Skipped(file.path, section.line, f"{reason}: {record.title[:80]}")
    record.abstract = "".join(texts)
    record.key = record.abstract
    return record.finished(file)


def _layout(head: str) -> Layout | None:
    """The layout of a file that begins with `head`; None if it is no list of papers."""
    found: list[Section] = []
    with suppress(UnreadableError):  # for the head may end within a code block
        for section in sections(enumerate(head.split("\n"), 1)):
            found.append(section)  # noqa: PERF402 - what precedes the error is kept
    if any(section.repeated for section in found):  # labels set off these papers, not headings
        return None
    titled = [section for section in found if section.level > ROOT or section.fields.get("title")]
    papers = [section for section in titled if not wording.is_part(_title(section))]
    parts = [_title(section) for section in titled if wording.is_part(_title(section))]
    others = len({normalize(name) for name in chain(parts, *(section.parts for section in papers))})
    return _marked(papers) or _unmarked("quotes", papers, others) or _unmarked("paragraphs", papers, others)


def _marked(titled: list[Section]) -> Layout | None:
    papers = [section for section in titled if _is_marked(section)]
    levels = frozenset(section.level for section in papers)
    others = [section for section in titled if section.level in levels and not _is_marked(section)]
    linked = sum(bool(_ids_of(section.heading)) for section in others)
    titles = [_title(paper) for paper in papers]
    numbered = len(titles) > 1 and all(map(_NUMBER.match, titles))
    likely = sum(not wording.is_long(title) and _TEMPLATE not in title for title in titles)
    few_others = len(others) - linked <= 2 * len(papers)
    return Layout("marked", levels, numbered) if papers and few_others and 2 * likely > len(papers) else None


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
        texts = _abstracts(section, layout) if section.level in layout.levels else []
        if texts:
            papers.append(Candidate(_title(section), texts[0], len(texts)))
        strays += section.others if texts else not section.has_sections
    if len(papers) == 1:
        strays += sum(len(section.paragraphs) for section in titled if section.has_sections)
        strays += sum(not _is_about_paper(line) for section in titled for line in section.lines)
    return papers, strays


def _is_about_paper(line: str) -> bool:
    return bool(_authors([line]) or addresses(line) or _year([line]) or _ids_of(line))


def _is_record(section: Section, layout: Layout) -> bool:
    """Whether `section` is a paper, or should be one: all at the levels of titles, and what links to a paper."""
    if _is_marked(section):
        return True
    title = _title(section)
    is_title = section.level > ROOT and bool(title) and not wording.is_part(title)
    return is_title and (section.level in layout.levels or bool(_ids_of(section.heading)))


def _is_left_out(section: Section) -> bool:
    """Whether there is text in `section`, which is no paper, but neither a group of papers nor a part of one."""
    has_text = bool(section.paragraphs or section.quotes)
    return has_text and section.level > ROOT and not section.has_sections and not wording.is_part(_title(section))


def _is_marked(section: Section) -> bool:
    return any(map(str.strip, section.folded)) or any(section.fields.get("abstract", ()))


def _abstracts(section: Section, layout: Layout) -> list[str]:
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


def _title(section: Section) -> str:
    labelled = section.fields.get("title")
    title = unquoted(plain_text(labelled[0])) if labelled and labelled[0] else title_of(section.heading)
    return one_line(title)


def _record(section: Section) -> Record:
    """The paper of `section` without its abstract."""
    fields = {name: values for name, values in section.fields.items() if name != "abstract"}
    record = record_of(section.line, without_markdown(fields))
    title = _title(section)
    record.title = "" if wording.is_part(title) else title
    behind = found.rest if (found := lead(section.heading)) else ""
    record.authors = list(record.authors) or _authors([behind.lstrip(" -–—:,("), *section.lines])
    record.year = record.year or year_in(year_of(section.heading)) or _year(section.lines)
    of_lines = (found for line in section.lines for found in _ids_of(line))
    ids = [*record.ids, *_ids_of(section.heading)] or [found for found in [next(of_lines, "")] if found]
    record.ids = dict.fromkeys(ids)
    record.url = record.url or next((url for url in addresses(section.heading) if url.startswith("http")), "")
    return record


def _ids_of(line: str) -> list[str]:
    found = [identifier for address in addresses(line) for identifier in identifiers.of_address(address)]
    return found or [identifier for identifier in [identifiers.arxiv_in(line)] if identifier]


def _authors(lines: list[str]) -> list[str]:
    """The names in the first of `lines` that begins with names, up to what stands behind them."""
    for line in lines:
        names = plain_text(_BEHIND_NAMES.split(line, maxsplit=1)[0]).strip("*_ ,;")
        if wording.is_names(names):
            return authors_in(names)
    return []


def _year(lines: list[str]) -> int | None:
    found = next(filter(None, map(_DATE.search, lines)), None)
    return year_in(found[0]) if found else None


def _plain(text: str) -> str:
    return one_line(plain_text(text))
