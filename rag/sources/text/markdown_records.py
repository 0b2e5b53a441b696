"""The paper that a section of a Markdown list is: its title, and what its heading, labels and lines say of it."""

from __future__ import annotations

import re

from rag.sources import identifiers
from rag.sources.author_lists import authors_in
from rag.sources.record import Record, year_in
from rag.sources.text import wording
from rag.sources.text.headings import lead, title_of, year_of
from rag.sources.text.inline import addresses, plain_text
from rag.sources.text.labelled_record import record_of, unquoted, without_markdown
from rag.sources.text.parts import is_part
from rag.sources.text.section import Section
from rag.text import one_line

_BEHIND_NAMES = re.compile(r"\s[·|•—–(-]|[*_]\s|\s\d{4}")
_DATE = re.compile(r"\b((?:19|20)\d\d)-\d\d-\d\d\b|\(((?:19|20)\d\d)\)")


def title_in(section: Section) -> str:
    """The labelled title of `section`, or else that in its heading, as plain text."""
    labelled = section.fields.get("title")
    title = unquoted(plain_text(labelled[0])) if labelled and labelled[0] else title_of(section.heading)
    return one_line(title)


def paper_in(section: Section) -> Record:
    """The paper of `section` without its abstract."""
    fields = {name: values for name, values in section.fields.items() if name != "abstract"}
    record = record_of(section.line, without_markdown(fields))
    title = title_in(section)
    record.title = "" if is_part(title) else title
    behind = found.rest if (found := lead(section.heading)) else ""
    record.authors = list(record.authors) or _authors([behind.lstrip(" -–—:,("), *section.lines])
    record.year = record.year or year_in(year_of(section.heading)) or _year(section.lines)
    of_lines = (found for line in section.lines for found in ids_in(line))
    ids = [*record.ids, *ids_in(section.heading)] or [found for found in [next(of_lines, "")] if found]
    record.ids = dict.fromkeys(ids)
    record.url = record.url or next((url for url in addresses(section.heading) if url.startswith("http")), "")
    return record


def ids_in(line: str) -> list[str]:
    """The identifiers of papers that `line` links to or, without such links, shows."""
    found = [identifier for address in addresses(line) for identifier in identifiers.of_address(address)]
    return found or [identifier for identifier in [identifiers.arxiv_in(line)] if identifier]


def is_about_paper(line: str) -> bool:
    """Whether `line`, of a few words, says who wrote a paper, when, or where it is."""
    return bool(_authors([line]) or addresses(line) or _year([line]) or ids_in(line))


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
