"""The services, by the names that they have on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.fetch.service import Service

SERVICES = ("arxiv", "openalex", "semanticscholar", "crossref", "pubmed", "zotero")


def service_named(name: str, library: str = "") -> Service:
    """The service with this `name`; of Zotero the `library`. Raises FetchError if that cannot be one."""
    from rag.fetch import arxiv, crossref, openalex, pubmed, semantic_scholar, zotero

    if name == "zotero":
        return zotero.zotero(library)
    known = (arxiv.ARXIV, openalex.OPENALEX, semantic_scholar.SEMANTIC_SCHOLAR, crossref.CROSSREF, pubmed.PUBMED)
    return next(each for each in known if each.name == name)
