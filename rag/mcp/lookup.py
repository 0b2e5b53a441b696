"""Papers by name, and what a collection is about, as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rag.errors import QuestionError
from rag.export.json import paper_json
from rag.index import catalogue
from rag.index.papers_database import IN_JSON
from rag.paper import HASH_DIGITS
from rag.query.titles import titled
from rag.sources.identifiers import arxiv, arxiv_in, doi, openalex, pmc, pmid
from rag.text import in_quotes

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.paper import Paper

_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}")
MAX_SOURCES_LISTED = 50  # files, those with the most papers


def paper(name: str, store: Store) -> dict[str, Any]:
    """The paper called `name`, as `rag.export.json.paper_json` has it.

    That is its ID (see `Paper.identity_hash`), its title, which may be misspelt, or an identifier. Raises QuestionError
    if no paper is called so, or several are.
    """
    return paper_json(_found(name, store))


def topics(store: Store) -> dict[str, Any]:
    """{"papers": how many, "topics": [{"name", "papers"}], "years": [oldest, newest] or null, "sources": as topics}."""
    years = catalogue.years(store)
    return {
        "papers": store.paper_count,
        "topics": [{"name": name, "papers": papers} for name, papers in store.projection.sizes],
        "years": list(years) if years else None,
        "sources": [
            {"name": name, "papers": papers} for name, papers in catalogue.by_source(store)[:MAX_SOURCES_LISTED] if name
        ],
    }


def _found(name: str, store: Store) -> Paper:
    numbers = _numbers(name, store)
    if len(numbers) == 1:
        return store.paper(numbers[0])
    if numbers:
        ids = " or ".join(found.identity_hash for found in store.papers(numbers[:10]))
        raise QuestionError(f"{len(numbers)} papers are called {in_quotes(name)}. Name one by its ID: {ids}.")
    if found := titled(name, store):
        return found
    raise QuestionError(f"No paper has the title or identifier {in_quotes(name)}. Find it by the tool search.")


def _numbers(name: str, store: Store) -> list[int]:
    if _HASH.fullmatch(name) and (numbers := store.identities.find([name])):
        return list(numbers.values())
    if rows := store.rows("SELECT id FROM papers WHERE title = ?", name):  # which reads an SQL index alone
        return [row["id"] for row in rows]
    ids = {name.strip(), *(read(name) for read in (doi, arxiv, arxiv_in, pmid, pmc, openalex))} - {""}
    sql = f"SELECT id FROM papers WHERE EXISTS (SELECT 1 FROM json_each(papers.ids) WHERE value {IN_JSON})"
    return [row["id"] for row in store.rows(sql, json.dumps(sorted(ids)))]
