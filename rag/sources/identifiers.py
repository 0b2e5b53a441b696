"""Identifiers of papers in one spelling each, with a namespace: ``doi:10.1000/182``, ``arxiv:2409.09144``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from rag.sources.markup import entities

# The place of an article within an issue, in DOIs of the 1990s: 10.1002/(SICI)…49:8<693::AID-ASI4>3.0.CO;2-O.
SICI_PLACE = r"<[^\s\"<>/]{0,30}:[^\s\"<>/]{1,30}>(?=\d\.\d)"
_DOI = re.compile(rf"10\.\d{{4,9}}/(?:[^\s\"<>\x00-\x20]|{SICI_PLACE}){{1,200}}")
_ESCAPED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_MATH = re.compile(r"\$([<>])\$")  # as some BibTeX writes these signs
_DOI_END = ".,;:'}"  # which a DOI never ends with, but the text around it does
_ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z][a-z-]{1,15}(?:\.[A-Za-z]{2})?/\d{7})(?:v\d{1,3})?"
_ARXIV = re.compile(rf"(?:arxiv(?:\.org)?[:/ ]\s*)?(?:abs/|pdf/|html/)?{_ARXIV_ID}(?:\.pdf)?", re.IGNORECASE)
_ARXIV_LINK = re.compile(rf"arxiv(?:\.org/(?:abs|pdf|html)/|:\s?){_ARXIV_ID}", re.IGNORECASE)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ARXIV_ID}", re.IGNORECASE)
_SCHEME = re.compile(r"\Ahttps?://(?:www\.|export\.)?", re.IGNORECASE)


def doi(text: str) -> str:
    """The DOI in `text`, which may be an address or have prefixes, as ``doi:…`` in lower case; "" if there is none.

    DOIs are case-insensitive (DOI Handbook, 2.4).
    """
    found = _DOI.search(_MATH.sub(r"\1", entities(unquote(text) if _ESCAPED.search(text) else text)))
    if not found:
        return ""
    name = found[0].rstrip(_DOI_END)
    if name.endswith(")") and name.count(")") > name.count("("):
        name = name[:-1]
    return f"doi:{name.lower()}"


def arxiv(text: str) -> str:
    """The arXiv id that `text` is, bare or with ``arXiv:`` or as an address, as ``arxiv:…`` without version; or ""."""
    found = _ARXIV.fullmatch(_SCHEME.sub("", text.strip()))
    return _arxiv(found) if found else ""


def arxiv_in(text: str) -> str:
    """The first arXiv id in `text` that says it is one: ``arXiv:…``, an address, or arXiv's own DOI; or ""."""
    found = _ARXIV_LINK.search(text) or _ARXIV_DOI.search(text)
    return _arxiv(found) if found else ""


def pmid(text: str) -> str:
    """The PubMed id that `text` is, a number of up to 8 digits or an address, as ``pmid:…``; or ""."""
    found = re.fullmatch(
        r"(?:pmid:?\s*|(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?(\d{1,8})/?",
        text.strip(),
        re.IGNORECASE,
    )
    return f"pmid:{found[1]}" if found else ""


def pmc(text: str) -> str:
    """The number in PubMed Central that `text` is, ``PMC`` and digits or an address, as ``pmc:PMC…``; or ""."""
    found = re.fullmatch(
        r"(?:https?://\S{1,60}/)?(?:PMCID:?\s*)?(PMC\d{1,9})(?:\.\d{1,2})?[/;]?", text.strip(), re.IGNORECASE
    )
    return f"pmc:{found[1].upper()}" if found else ""


def openalex(text: str) -> str:
    """The OpenAlex id of a work that `text` is, bare or an address, as ``openalex:W…``; or ""."""
    found = re.fullmatch(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{2,12})", text.strip(), re.IGNORECASE)
    return f"openalex:{found[1].upper()}" if found else ""


def of_doi(text: str) -> Iterator[str]:
    """The ids that a DOI gives: itself, or the arXiv id of a DOI that arXiv has registered."""
    if found := doi(text):
        yield arxiv_in(found) or found


def of_address(url: str) -> Iterator[str]:
    """The ids that the address of a paper contains."""
    if "arxiv" in url.lower() and (found := arxiv_in(url)):
        yield found
    elif "doi.org/" in url.lower():
        yield from of_doi(url)
    elif "pubmed" in url.lower() and (found := pmid(url)):
        yield found


def _arxiv(found: re.Match[str]) -> str:
    """The id without version, and the old ones without subject class: ``math.GT/0309136`` is ``math/0309136``."""
    archive, slash, number = found[1].partition("/")
    return f"arxiv:{archive.partition('.')[0].lower()}/{number}" if slash else f"arxiv:{found[1]}"
