"""Objects with the fields of a `Paper`, under their own names or the common ones, as most people write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rag.sources import identifiers
from rag.sources.json_records import values
from rag.sources.json_records.values import Fields
from rag.sources.record import Record

# Keys as `values.folded` has them.
_TITLE = ("title", "papertitle", "articletitle", "dctitle", "titledisplay")
_ABSTRACT = ("abstract", "abstracttext", "paperabstract", "abstractnote", "abstractinvertedindex", "dcdescription")
_AUTHORS = ("authors", "author", "creators", "creator", "authornames", "authorlist", "authorstring", "dccreator")
_YEAR = tuple(
    """year pubyear publicationyear yearpublished published publicationdate publisheddate publishedat date pubdate
    issued coverdate prismcoverdate""".split()
)
_DOI = ("doi", "prismdoi", "doiurl")
_PMID, _PMC = ("pmid", "pubmedid", "pubmed"), ("pmcid", "pmc")
_ARXIV = ("arxiv", "arxivid", "eprint", "entryid")
_IDS = ("ids", "identifiers", "identifier", "externalids")
_URL = ("url", "link", "urlabs", "paperurl", "landingpageurl", "entryid", "id")
# A summary is an abstract in what also says who wrote it; in other JSON it is anything.
_SUMMARY, _WRITTEN = "summary", frozenset((*_AUTHORS, *_DOI, *_ARXIV))


def grade(keys: Collection[str]) -> int:
    """How many of title and abstract an object with these keys has, from 0 to 2."""
    if "title" in keys and "abstract" in keys:
        return 2
    names = {values.folded(key) for key in keys}
    has_abstract = not names.isdisjoint(_ABSTRACT) or (_SUMMARY in names and not names.isdisjoint(_WRITTEN))
    return (not names.isdisjoint(_TITLE)) + has_abstract


def record_of(fields: Fields, line: int = 0) -> Record:
    """The record of an object, whose `ids` are kept as they are if they are of no known kind."""
    named = values.by_folded(fields)
    abstract = _value(named, _ABSTRACT)
    if not abstract and not _WRITTEN.isdisjoint(named):
        abstract = named.get(_SUMMARY)
    return Record(
        line,
        title=values.prose(_value(named, _TITLE)),
        abstract=values.prose(abstract),
        authors=values.people(_value(named, _AUTHORS)),
        year=next((year for key in _YEAR if key in named and (year := values.year(named[key]))), None),
        ids=_ids(named),
        url=next((url for url in _texts(named, _URL) if url.lower().startswith("http")), ""),
        key=values.first(named, "id", "key", "citationkey", *_DOI),
        source=values.string(named.get("source")),
        digest=values.is_true(named.get("digest")),
    )


def _value(named: Fields, keys: tuple[str, ...]) -> Any:
    return next((named[key] for key in keys if values.is_given(named.get(key))), None)


def _texts(named: Fields, keys: tuple[str, ...]) -> Iterator[str]:
    return (values.string(named[key]).strip() for key in keys if key in named)


def _ids(named: Fields) -> Iterator[str]:
    for key in _IDS:
        if key in named:
            yield from _listed_ids(named[key])
    for text in _texts(named, _DOI):
        yield from identifiers.of_doi(text)
    for text in _texts(named, (*_ARXIV, "id")):
        yield identifiers.arxiv(text)
    for text in _texts(named, _PMID):
        yield identifiers.pmid(text)
    for text in _texts(named, _PMC):
        yield identifiers.pmc(text)
    for text in _texts(named, _URL):
        yield from identifiers.of_address(text)


def _listed_ids(ids: Any) -> Iterator[str]:
    """Each of a list of ids, or of ``{"doi": "10.1000/182"}``."""
    if isinstance(ids, Mapping):
        ids = [f"{kind.lower()}:{text}" for kind, value in ids.items() if (text := values.string(value))]
    for one in ids if isinstance(ids, list) else [ids]:
        yield from _normalised(values.string(one).strip())


def _normalised(name: str) -> Iterator[str]:
    """An id in the one spelling of its kind, or as it is if it is of no known kind."""
    kind = name.partition(":")[0].lower()
    if kind == "doi" or name.startswith("10."):
        known = [*identifiers.of_doi(name)]
    elif kind in ("http", "https"):
        known = [*identifiers.of_address(name)]
    else:
        known = [identifiers.arxiv(name) if kind == "arxiv" else identifiers.pmid(name) if kind == "pmid" else ""]
    yield from known if any(known) else [name]
