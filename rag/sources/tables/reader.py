"""Tables of references (CSV, TSV and their like) from databases, screening tools, reference managers, spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.author_lists import authors_in
from rag.sources.errors import UnreadableError
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.tables.columns import mappings
from rag.sources.tables.headings import Heading, find, numbered, rows_below
from rag.sources.tables.rows import Row, fits
from rag.sources.tagged.links import ids_in
from rag.sources.text_file import TextFile
from rag.text import clean_line

_JUDGED_ROWS = 20
_MIN_UNKNOWN = 3  # columns between commas, if no heading is known: prose has commas too
_NOTHING = ("nan", "null", "none", "na", "n/a")  # what programs write where there is no value
_SENTENCE_END = re.compile(r""".*[.!?…。]["'”’)\]\s]*""", re.DOTALL)
_ADDRESS_END = re.compile(r"[;|]?\s")


def matches(head: str) -> bool:
    """Whether `head` is the beginning of a table with a heading.

    It is if its heading names two fields of a paper and a row has as many cells; or if it names one or none that is
    known, but all rows have as many cells.
    """
    heading = find(head)
    if heading is None:
        return False
    width = len(heading.names)
    first = list(islice(rows_below(heading, numbered(head)), _JUDGED_ROWS))
    whole = [not row.fault and (len(row.cells) > 1 if heading.is_complete else fits(row.cells, width)) for row in first]
    named = bool(heading.columns["title"] or heading.columns["abstract"])
    if named and heading.fields > 1:
        return any(whole) or not first
    return len(first) > (0 if named else 1) and all(whole) and (heading.delimiter != "," or width >= _MIN_UNKNOWN)


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each row that has a title and an abstract, and a `Skipped` for each other that is not blank.

    `file.columns` names columns whose heading is not known. Raises UnreadableError if there is no column for the title
    or the abstract.
    """
    heading = _heading(file)
    trusted = True
    empty = True
    for row in rows_below(heading, file.lines()):
        empty = False
        fault = row.fault or _fault(row, heading, trusted)
        trusted = not fault
        if fault:
            yield Skipped(file.path, row.line, f"{fault}: {_name(row, heading)}")
        else:
            yield _record(row, heading).finished(file)
    if empty:
        raise UnreadableError("no rows below the heading", heading.line)


def _heading(file: TextFile) -> Heading:
    heading = find(file.head, mappings(file.columns))
    if heading is None:
        raise UnreadableError("no heading that names the columns")
    if not heading.is_complete:
        missing = " and ".join(f"the {field}" for field in ("title", "abstract") if not heading.columns[field])
        raise UnreadableError(
            f"no column for {missing} among {heading.listed}: name them with --columns title=…,abstract=…", heading.line
        )
    return heading


def _name(row: Row, heading: Heading) -> str:
    """What a row with a fault is called: its title; its text, if its cells need not be those of their columns."""
    whole = len(row.cells) >= len(heading.names)
    return clean_line(row.cells[heading.columns["title"][0]] if whole else ", ".join(row.cells))[:80]


def _fault(row: Row, heading: Heading, trusted: bool) -> str:
    """Why the cells of `row` may not be those of their columns; "" if they are.

    A row may lack cells at its end, as spreadsheets leave out empty ones; but not if it may be half of one that a line
    end divides: the row before is not whole, or the text in its last cell is not.
    """
    missing = len(heading.names) - len(row.cells)
    if missing <= 0:
        return "" if fits(row.cells, len(heading.names)) else "more cells than columns"
    needed = [heading.columns["title"][0], heading.columns["abstract"][0]]
    last = len(row.cells) - 1
    if trusted and last >= max(needed) and (last not in needed or _SENTENCE_END.fullmatch(row.cells[last])):
        return ""
    return "fewer cells than columns"


def _record(row: Row, heading: Heading) -> Record:
    def values(field: str) -> Iterator[str]:
        """What there is in the columns for `field`."""
        for at in heading.columns[field]:
            text = row.cells[at].strip() if at < len(row.cells) else ""
            if text and text.lower() not in _NOTHING:
                yield text

    ids = [found for text in values("doi") for found in identifiers.of_doi(text)]
    ids += [identifiers.pmid(text.removesuffix(".0")) for text in values("pmid")]
    ids += [identifiers.pmc(text) for text in values("pmc")]
    ids += [identifiers.arxiv(text) for text in values("arxiv")]
    addresses = [_ADDRESS_END.split(text, maxsplit=1)[0] for text in values("url")]
    ids += [found for text in addresses for found in (*identifiers.of_address(text), identifiers.openalex(text))]
    ids += ids_in(values("extra"))
    return Record(
        line=row.line,
        title=plain(next(values("title"), "")),
        abstract=plain(next(values("abstract"), "")),
        authors=authors_in(next(values("authors"), "")),
        year=next((year for text in values("year") if (year := year_in(text))), None),
        ids=ids,
        url=next((text for text in addresses if text.lower().startswith("http")), ""),
        key=next(filter(None, ids), ""),
    )
