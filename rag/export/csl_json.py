"""Papers as CSL-JSON, the items of the Citation Style Language, which Pandoc and Zotero read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rag.export import escape
from rag.export.names import parts
from rag.export.references import identifier, keyed, own_abstract
from rag.paper import Paper
from rag.text import one_line


def csl_json(papers: Sequence[Paper]) -> str:
    """A JSON array with an item for each of `papers`, in order. An item has the abstract if it is the authors' own."""
    items = [_item(key, paper) for key, paper in keyed(papers).items()]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(key: str, paper: Paper) -> dict[str, Any]:
    arxiv, doi = identifier(paper, "arxiv"), identifier(paper, "doi")
    known: dict[str, Any] = {
        "id": key,
        # CSL 1.0.2 has "article" for preprints, and "document" for what may be anything.
        "type": "article" if arxiv and not doi else "document",
        "title": one_line(paper.title),
        "author": [_author(one_line(name)) for name in paper.authors],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "DOI": one_line(doi),
        "PMID": one_line(identifier(paper, "pmid")),
        "URL": escape.http_url(paper.url),
        "note": one_line(f"arXiv:{arxiv}") if arxiv else "",
        "abstract": one_line(own_abstract(paper)),
    }
    return {name: value for name, value in known.items() if value}


def _author(written: str) -> dict[str, str]:
    name = parts(written)
    if not name.given:
        return {"literal": written}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})
