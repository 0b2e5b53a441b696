"""The identifiers and the address in the fields of a BibTeX entry, which stand in many places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.sources.identifiers import SICI_PLACE, arxiv, arxiv_in, of_address, of_doi, pmc, pmid
from rag.sources.latex import address
from rag.sources.markup import entities

_ADDRESSES = ("url", "howpublished", "link", "ee", "bdsk-url-1", "note")
_URL = re.compile(rf"https?://(?:[^\s<>\"]|{SICI_PLACE}){{1,2000}}", re.IGNORECASE)
_PMID_NOTE = re.compile(r"\s{0,9}pmid:?\s{0,9}(\d{1,8})\b", re.IGNORECASE)


def ids(fields: Mapping[str, str]) -> Iterator[str]:
    """Each identifier in `fields`: DOI, arXiv, PubMed. The first of a kind is the best."""
    yield from of_doi(_plain(fields.get("doi", "")))
    yield from _eprint(fields)
    yield arxiv(_plain(fields.get("arxivid", "") or fields.get("arxiv", "")))
    yield pmid(_plain(fields.get("pmid", "")))
    yield pmc(_plain(fields.get("pmcid", "") or fields.get("pmc", "")))
    yield from of_address(url(fields))
    yield from _mentioned(fields)


def url(fields: Mapping[str, str]) -> str:
    r"""The first address of the paper in `fields`, in a note only if it is marked as ``\url``; or ""."""
    for name in _ADDRESSES:
        value = fields.get(name, "")
        found = _URL.search(_plain(value)) if name != "note" or r"\url" in value else None
        if found:
            return found[0].rstrip(".,;")
    return ""


def _eprint(fields: Mapping[str, str]) -> Iterator[str]:
    archive = (fields.get("eprinttype") or fields.get("archiveprefix") or "").strip(" {}").lower()
    number = _plain(fields.get("eprint", "")).partition("[")[0]  # a class in square brackets may follow
    if not archive or archive.startswith("arxiv"):
        yield arxiv(number)
    elif archive in ("pubmed", "pmid", "medline"):
        yield pmid(number)
    elif archive in ("pmc", "pmcid"):
        yield pmc(number)


def _mentioned(fields: Mapping[str, str]) -> Iterator[str]:
    """Ids elsewhere: "arXiv preprint arXiv:…" as a journal, "abs/…" as a volume of CoRR, "arXiv:…" in a note."""
    journal = _plain(fields.get("journal", "") or fields.get("journaltitle", ""))
    yield arxiv_in(journal)
    if journal.lower() in ("corr", "arxiv", "arxiv e-prints", "arxiv preprint"):
        yield arxiv(_plain(fields.get("volume", "")))
    for name in ("number", "note", "eid", "pages", "howpublished"):
        value = _plain(fields.get(name, ""))
        if value.lower().startswith("arxiv"):
            yield arxiv_in(value)
    if noted := _PMID_NOTE.match(fields.get("note", "")):
        yield pmid(noted[1])


def _plain(value: str) -> str:
    return entities(address(value))
