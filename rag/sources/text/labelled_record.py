"""Records from the texts that labels precede, in plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rag.sources import identifiers
from rag.sources.author_lists import authors_in
from rag.sources.record import Record, year_in
from rag.sources.text.inline import addresses, plain_text

_FOLDED = re.compile(r"\s?[△▽]\s?(?:Less|More)$")  # a button there, at the end of each abstract
_NOTE_MARKS = re.compile(r"(?<=[^\W\d_])[\d*†‡§¶⋆∗^]{1,20}(?:,\d{1,3}){0,9}")
_QUOTED = re.compile(r"""(["'“])(.*)(["'”])""", re.DOTALL)
_BLOCK_SCALAR = re.compile(r"[>|][+-]?")  # how YAML begins text of several lines
_YAML_ITEM = re.compile(r"\A\s*-\s+")


def record_of(line: int, fields: Mapping[str, Sequence[str]]) -> Record:
    """A record that begins at `line`, from the texts that followed the labels of each field."""
    text = {field: " ".join(values).strip() for field, values in fields.items()}
    abstract = _FOLDED.sub("", unquoted(text.get("abstract", "")))
    return Record(
        line,
        title=unquoted(text.get("title", "")),
        abstract=abstract,
        authors=_authors(fields.get("authors", ())),
        year=year_in(text.get("year", "")),
        ids=dict.fromkeys(_ids(text)),
        url=_first_address(text.get("url", "")) or _first_address(text.get("arxiv", "")),
        key=abstract[:80],
    )


def without_markdown(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """`fields` of a text in Markdown as plain text; as addresses, where links are what counts."""
    shown = {name: [plain_text(value) for value in values] for name, values in fields.items()}
    for name in ("doi", "arxiv", "pmid", "url"):
        if name in fields:
            shown[name] = [" ".join(addresses(value)) or plain_text(value) for value in fields[name]]
    if linked := [address for value in fields.get("title", ()) for address in addresses(value)]:
        shown.setdefault("url", linked[:1])
    return shown


def unquoted(text: str) -> str:
    """`text` without the quotation marks around all of it, and the sign by which YAML begins text of several lines."""
    text = text.strip()
    first, _, rest = text.partition(" ")
    if _BLOCK_SCALAR.fullmatch(first):
        text = rest.strip()
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted and quoted[1] not in quoted[2] and quoted[3] not in quoted[2] else text


def _authors(values: Sequence[str]) -> list[str]:
    items = [_YAML_ITEM.sub("", value) if _YAML_ITEM.match(value) else value for value in values if value]
    several = len(items) > 1 and items != list(values)
    return authors_in(_NOTE_MARKS.sub("", "; ".join(items) if several else " ".join(items)))


def _ids(text: Mapping[str, str]) -> Iterator[str]:
    yield from identifiers.of_doi(text.get("doi", ""))
    arxiv = text.get("arxiv", "")
    yield from filter(None, [identifiers.arxiv(arxiv.partition(" ")[0]) or identifiers.arxiv_in(arxiv)])
    yield from filter(None, [identifiers.pmid(text.get("pmid", ""))])
    for address in text.get("url", "").split():
        yield from identifiers.of_address(address.strip("<>()[],;"))


def _first_address(text: str) -> str:
    found = re.search(r"https?://[^\s<>()\]]+", text)
    return found[0] if found else ""
