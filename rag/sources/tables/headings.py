"""Finds the heading of a table, the delimiter, and which column holds which field of a paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice

from rag.sources.errors import UnreadableError
from rag.sources.tables.rows import Row, rows
from rag.sources.text_file import HEAD_CHARS
from rag.text import clean_line, in_quotes, normalize

DELIMITERS = (",", "\t", ";", "|")
_PREAMBLE = 20  # rows in which the heading is: some services put remarks on the search above it
_MAX_HEADING_CHARS = 60  # of a column; what is longer is a sentence
_SEPARATOR = re.compile(r'"?sep=(.)\1*"?', re.IGNORECASE)  # an instruction to Excel, on a line above the heading
# Code, addresses, numbers and sentences.
_NO_HEADING = re.compile(r".*[={}<>\\].*|.*://.*|\d[\d.,/:-]*|(?:\S+ ){3}.*[.!?]", re.DOTALL)
_SHOWN = 30  # columns in a message

# For each field the headings of its column, the best first, in lower case, without accents, spaces and punctuation.
_HEADINGS = {
    "title": """title articletitle documenttitle papertitle itemtitle primarytitle titleprimary titles ti t1 titel titre
        titulo titolo 题名 标题 篇名 题目 论文题名 論文タイトル タイトル название заглавие
        originaltitle translatedtitle""",
    "abstract": """abstract abstracts abstractnote abstracttext abstracten abstractenglish notesabstract ab n2 summary
        summaries zusammenfassung kurzfassung resume resumen resumo riassunto abstrakt 摘要 中文摘要 文摘 抄録 要旨
        аннотация originalabstract""",
    "authors": """authorfullnames af authorsfullnames authors author authorsprimary authornames authorname authorlist
        creators creator contributors au a1 autoren autor verfasser auteurs auteur autores autori autore 作者 著者
        авторы автор firstauthors firstauthor""",
    "year": """year publicationyear publishedyear pubyear yearpublished yearofpublication py jahr erscheinungsjahr
        annee ano anno anodepublicacion 年 年份 出版年 发表年份 год y1 publicationdate publisheddate datepublished
        pubdate coverdate published publishtime date datum 发表时间""",
    "doi": "doi di do doilink doiurl itemdoi articledoi digitalobjectidentifier",
    "pmid": "pmid pubmedid pubmed pm",
    "pmc": "pmcid pmc pubmedcentralid",
    "arxiv": "arxivid arxiv arxivnumber eprint",
    "url": """url urls link links weblink articleurl documenturl ur ul externalurl sourceurl sourceurls plink permalink
        entryid pdflink pdfurl id""",
    "extra": "extra",  # where Zotero keeps what it has no field for: "PMID: 99999999" on a line of its own
}
FIELDS = tuple(_HEADINGS)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: its line, its cells, the delimiter, and for each field its columns, the best first."""

    line: int
    names: list[str]
    delimiter: str
    columns: dict[str, list[int]]

    @property
    def fields(self) -> int:
        """How many fields have a column."""
        return sum(map(bool, self.columns.values()))

    @property
    def is_complete(self) -> bool:
        return bool(self.columns["title"] and self.columns["abstract"])

    @property
    def listed(self) -> str:
        """The columns, for a message."""
        names = [clean_line(name)[:40] for name in self.names if name.strip()]
        return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def find(head: str, chosen: Sequence[Mapping[str, str]] = ()) -> Heading | None:
    """The heading in `head`, the beginning of a table: the row with the most fields; None if no row can be one.

    Each of `chosen` says which columns hold which fields, and wins, the last over the others, if the table has all of
    its columns. Raises UnreadableError if it does not, and the table cannot be read without it.
    """
    wanted = {_key(name) for one in chosen for name in one.values()}
    found = max(_candidates(head, wanted), key=lambda one: _score(one, wanted), default=None)
    return found and _with_chosen(_with_row_names(found, head), chosen)


def has_all(head: str, names: Collection[str]) -> bool:
    """Whether `head` has a heading with all columns of these `names`, of which there is one or more."""
    wanted = {_key(name) for name in names}
    return bool(wanted) and any(wanted.issubset(map(_key, one.names)) for one in _candidates(head, wanted))


def rows_below(heading: Heading, lines: Iterable[tuple[int, str]]) -> Iterator[Row]:
    """The rows of the table in numbered `lines`, without blank ones, rules and repetitions of the heading."""
    width = len(heading.names)
    for row in rows(lines, heading.delimiter, width, heading.line):
        is_text = any(character.isalnum() for cell in row.cells for character in cell)
        if is_text and row.cells[:width] != heading.names:
            yield row


def numbered(head: str) -> Iterator[tuple[int, str]]:
    """The lines of `head`, the beginning of a file, with their numbers; without one that is cut off."""
    lines = head.split("\n")
    return enumerate(lines[:-1] if len(head) >= HEAD_CHARS and len(lines) > 1 else lines, 1)


def _candidates(head: str, wanted: Set[str]) -> Iterator[Heading]:
    """Each row that may be the heading, for each delimiter that it may have."""
    instruction = _SEPARATOR.fullmatch(head.partition("\n")[0].strip(" "))
    above = 1 if instruction else 0
    for delimiter in dict.fromkeys((*(instruction[1] if instruction else ""), *DELIMITERS)):
        table = rows(numbered(head), delimiter, heading=above)
        for at, row in enumerate(islice(table, _PREAMBLE)):
            found = _heading(row, delimiter)
            if found and (at == 0 or (delimiter != "|" and _is_sure(found, wanted))):
                yield found


def _heading(row: Row, delimiter: str) -> Heading | None:
    """The heading that `row` can be, without empty cells at its end."""
    names = [name.strip() for name in row.cells]
    while names and not names[-1]:
        del names[-1]
    known = [name for name in names if name]
    if len(known) < 2 or len(set(known)) < 0.8 * len(known) or not all(map(_can_be_name, known)):
        return None
    return Heading(row.line, names, delimiter, _columns(names))


def _is_sure(heading: Heading, wanted: Set[str]) -> bool:
    """Whether a row below others is the heading: it has a column that is asked for, or a title and more."""
    return bool(heading.columns["title"] and heading.fields > 1) or not wanted.isdisjoint(map(_key, heading.names))


def _can_be_name(text: str) -> bool:
    whole = len(text) <= _MAX_HEADING_CHARS and text.count("(") == text.count(")")
    return whole and not _NO_HEADING.fullmatch(text)


def _score(heading: Heading, wanted: Set[str]) -> tuple[int, bool, int, int, int]:
    found = len(wanted & set(map(_key, heading.names)))
    return found, heading.is_complete, heading.fields, -heading.line, len(heading.names)


def _columns(names: list[str]) -> dict[str, list[int]]:
    """For each field the columns that may hold it, the best first."""
    keys = [_key(name) for name in names]
    order = _order()
    return {
        field: sorted((at for at, key in enumerate(keys) if key in order[field]), key=lambda at: order[field][keys[at]])
        for field in FIELDS
    }


@cache
def _order() -> dict[str, dict[str, int]]:
    return {field: {key: at for at, key in enumerate(keys.split())} for field, keys in _HEADINGS.items()}


def _key(name: str) -> str:
    """`name` as in _HEADINGS; of a name in two scripts, such as "Title-题名", the one beyond ASCII."""
    words = normalize(name).split()
    return words[-1] if words and len(words) == 2 and words[0].isascii() and not words[1].isascii() else "".join(words)


def _with_row_names(heading: Heading, head: str) -> Heading:
    """`heading` with a column before it if the first row says so, which R numbers without a heading for the numbers."""
    first = next(rows_below(heading, numbered(head)), None)
    if first is None or len(first.cells) != len(heading.names) + 1 or first.cells[0].strip() != "1":
        return heading
    names = ["", *heading.names]
    return replace(heading, names=names, columns=_columns(names))


def _with_chosen(heading: Heading, chosen: Sequence[Mapping[str, str]]) -> Heading:
    columns = dict(heading.columns)
    missing = ""
    for one in chosen:
        places = {field: _place(heading, name) for field, name in one.items()}
        missing = missing or next((name for field, name in one.items() if places[field] is None), "")
        if None not in places.values():
            columns |= {field: [at] for field, at in places.items() if at is not None}
    found = replace(heading, columns=columns)
    if missing and not found.is_complete:
        raise UnreadableError(f"no column {in_quotes(missing)}: the columns are {heading.listed}", heading.line)
    return found


def _place(heading: Heading, name: str) -> int | None:
    """Where the column `name` is, the one that is spelt so before one that is spelt like it; None if nowhere."""
    same = (at for at, other in enumerate(heading.names) if other == name.strip())
    like = (at for at, other in enumerate(heading.names) if _key(other) == _key(name))
    return next(chain(same, like), None)
