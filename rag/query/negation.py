"""What a question for papers excludes: "transformers but not attention". A search finds only what papers say."""

from __future__ import annotations

import re

from rag.index.phrases import papers_with
from rag.index.store import Store
from rag.query.routing import topic
from rag.text import in_quotes

_EXCLUDED = re.compile(
    r"(?:\bnot|n['’]t|\bwithout|\bexcept|\bexcluding)\s+(?!only\b|just\b|necessarily\b)(?P<words>[^?.!,;:]+)",
    re.IGNORECASE,
)


def excluded(question: str, store: Store) -> str:
    """Says that papers with what `question` excludes may be found all the same; "" if it excludes nothing they have.

    What papers themselves say in so many words, such as "without labels", can be searched for.
    """
    match = _EXCLUDED.search(question)
    words = topic(match["words"]) if match else ""
    if not (match and words) or papers_with(match[0], store) or not papers_with(words, store):
        return ""
    mention = f"papers that mention {in_quotes(words)} may be among these"
    return f"What a paper does not do cannot be searched for: {mention}."
