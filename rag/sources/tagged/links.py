"""Identifiers and addresses in fields of tagged text that may hold anything: only what says what it is counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.sources import identifiers

_DOI = re.compile(r"(?:doi\s?:?\s?)?10\.\d{4,9}/\S+", re.IGNORECASE)
_KIND = re.compile(r"\s?\[(doi|pmid|pmcid)\]", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_BETWEEN_ADDRESSES = re.compile(r"[\s;]{1,5}(?=https?://)")
_MAX_CHARS = 10_000  # of a value; longer ones are notes


def ids_in(values: Iterable[str]) -> Iterator[str]:
    """The identifiers that `values`, or single lines of them, are: DOIs, addresses, ``PMID: 1``, ``PMC1``, ``arXiv:…``.

    What is only mentioned in a sentence does not count, since it may be the identifier of another paper.
    """
    for value in values:
        for part in _parts(value):
            yield from _ids(part)


def addresses_in(values: Iterable[str]) -> Iterator[str]:
    """The web addresses that `values` begin with, or lines of them."""
    for value in values:
        yield from (part.split()[0] for part in _parts(value) if _ADDRESS.match(part))


def _parts(value: str) -> Iterator[str]:
    """The lines of `value`; one that begins with an address may have others after it."""
    for line in map(str.strip, value[:_MAX_CHARS].split("\n")):
        yield from _BETWEEN_ADDRESSES.split(line) if _ADDRESS.match(line) else [line]


def _ids(text: str) -> Iterator[str]:
    kind = _KIND.search(text)
    name = _KIND.sub("", text)
    lower = name.lower()
    if _DOI.fullmatch(name):
        yield from identifiers.of_doi(name)
    elif _ADDRESS.match(name):
        yield from identifiers.of_address(name)
        yield identifiers.pmc(name)
    elif lower.startswith("arxiv"):
        yield identifiers.arxiv_in(name)
    elif lower.startswith("pmid") or (kind and kind[1].lower() == "pmid"):
        yield identifiers.pmid(name)
    else:
        yield identifiers.pmc(name)
