"""The papers of the collection, a page at a time."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from rag.errors import QuestionError
from rag.export.json import paper_json
from rag.index import catalogue
from rag.language.tokens import content_terms
from rag.query.filters import parse_filters
from rag.text import in_quotes
from rag.web.papers_routes import MAX_POSITION

if TYPE_CHECKING:
    from rag.index.catalogue import Place
    from rag.index.store import Store
    from rag.web.v1.requests import PapersQuery


def page_json(asked: PapersQuery, store: Store) -> dict[str, Any]:
    """{"total", "papers": [as `paper_json`], "next": the cursor of the next page or null, "filters": as written}.

    Papers without a year come last, the others newest first, then by title. Raises QuestionError for words that are no
    filters, and for a cursor that was not given out.
    """
    subject, filters = parse_filters(asked.filters)
    if content_terms(subject):
        raise QuestionError(
            f"{in_quotes(subject[:80])} is no filter. Use “since 2023”, “author:NAME” or “source:FILE”; to "
            "search for words, use /api/v1/search"
        )
    numbers = store.matching(filters)
    found = catalogue.after(store, _place(asked.cursor), asked.limit + 1, numbers)
    shown = list(found.items())[: asked.limit]
    last_number, last = shown[-1] if shown else (0, None)
    return {
        "total": store.paper_count if numbers is None else len(numbers),
        "papers": [paper_json(paper) for _, paper in shown],
        "next": _cursor((last.year, last.title, last_number)) if last and len(found) > len(shown) else None,
        "filters": [each.written for each in filters],
    }


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode().rstrip("=")


def _place(cursor: str) -> Place | None:
    """The place that `cursor` names, None for "". Raises QuestionError if it was not given out."""
    if not cursor:
        return None
    try:
        year, title, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError) as fault:
        raise QuestionError(_UNKNOWN) from fault
    if not (_is_number(number) and isinstance(title, str) and (year is None or _is_number(year))):
        raise QuestionError(_UNKNOWN)
    return year, title.encode("utf-8", "replace").decode(), number


_UNKNOWN = "“cursor” must be the “next” of the page before. Leave it out for the first page."


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_POSITION
