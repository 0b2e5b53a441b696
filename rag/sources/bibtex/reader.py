"""BibTeX and BibLaTeX: entries of any kind that have a title and an abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.paper import MAX_ABSTRACT, Paper
from rag.sources import latex
from rag.sources.bibtex.fields import MalformedError, kind, parse
from rag.sources.bibtex.ids import ids, url
from rag.sources.bibtex.parents import Parents
from rag.sources.bibtex.people import authors
from rag.sources.bibtex.scanner import Broken, Entry, scan
from rag.sources.bibtex.segments import KINDS, NAME, segments
from rag.sources.markup import plain
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.text import normalize

# Of text, Markdown or HTML; an "@" within a line may be in a table or in JSON that has BibTeX among other things.
_AT_LINE_START = re.compile(r"^[^A-Za-z_\"',{<\n@]{0,20}(?:<[A-Za-z][^<>\n]{0,99}>){0,5}\s{0,20}@", re.MULTILINE)
_FIRST_FIELD = re.compile(r"@[^{(]{1,99}[{(][^={}\"]{0,400}=")
_CERTAIN_FIELD = re.compile(  # of an entry whose kind is not known: there is code that looks like one
    rf"@[^{{(]{{1,99}}[{{(]\s{{0,99}}[^={{}}\"\n]{{0,300}},\s{{0,99}}{NAME}\s{{0,99}}=\s{{0,99}}[{{\"\d]"
)
_ABSTRACT = re.compile(r"\babstract\s{0,9}=\s{0,9}[{\"]", re.IGNORECASE)
_MOST_WITH_ABSTRACTS = 10  # times as much text besides entries as in them
_MAX_CHARS = 5 * MAX_ABSTRACT  # of a value in LaTeX; what is longer is too long in any case
_MAX_DATE = 500  # characters of a date in LaTeX
_YEARS = ("year", "date", "issue_date", "early-access-year", "early-access-date")  # the best first


def matches(head: str) -> bool:
    """Whether a text that begins with `head` is BibTeX, by the share of entries; less will do with abstracts."""
    if not _AT_LINE_START.search(head):
        return False
    lines = head.split("\n")
    found = list(segments(enumerate(lines, 1)))
    entries = [segment.text for segment in found if _is_entry(segment.text)]
    inside = sum(map(_end, entries))
    before = lines[: found[0].line - 1] if found else []
    outside = sum(len(line.strip()) for line in before if not line.lstrip().startswith("%"))
    outside += sum(len(text.strip()) for text in entries) - inside
    return bool(entries) and outside <= inside * (_MOST_WITH_ABSTRACTS if any(map(_ABSTRACT.search, entries)) else 1)


def _is_entry(text: str) -> bool:
    pattern = _FIRST_FIELD if kind(text) in KINDS else _CERTAIN_FIELD
    return pattern.match(text) is not None


def _end(text: str) -> int:
    try:
        return parse(text, {}).end
    except MalformedError:
        return len(text)


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each entry with a title and an abstract, a `Skipped` for each other and each that is malformed."""
    parents = Parents(file)
    has_entries = False
    for entry in scan(file.lines()):
        has_entries = True
        if isinstance(entry, Broken):
            yield Skipped(file.path, entry.line, f"an entry cannot be read, because {entry.reason}: {entry.name}")
        elif entry.kind != "xdata":  # which is no paper but what papers have in common
            yield _record(entry, parents.completed(entry)).finished(file)
    if not has_entries:
        yield Skipped(file.path, 0, "no entries but macros and comments")


def _record(entry: Entry, fields: Mapping[str, str]) -> Record:
    return Record(
        line=entry.line,
        key=entry.key,
        title=_title(fields),
        abstract=_text(fields.get("abstract") or fields.get("abstractnote", "")),
        authors=authors(fields.get("author") or fields.get("authors", "")),
        year=_year(fields),
        ids=filter(None, ids(fields)),
        url=url(fields),
    )


def _title(fields: Mapping[str, str]) -> str:
    title, subtitle = _text(fields.get("title", "")).strip(), _text(fields.get("subtitle", "")).strip()
    if not subtitle or normalize(subtitle) in normalize(title):
        return title
    return f"{title} {subtitle}" if title.endswith((":", "?", "!", ".")) else f"{title}: {subtitle}"


def _text(value: str) -> str:
    return plain(latex.plain(value)) if len(value) <= _MAX_CHARS else value


def _year(fields: Mapping[str, str]) -> int | None:
    found = (year_in(latex.plain(fields.get(name, "")[:_MAX_DATE])) for name in _YEARS)
    return next(filter(None, found), None)
