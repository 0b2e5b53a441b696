"""Is it a sentence that may stand in an answer, whatever it says?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.cues import is_first_person
from rag.language.tokens import content_stems, stem

MAX_SENTENCE = 600  # characters of a written sentence; what is longer is no sentence
# Behind a title, and an acronym of it in parentheses: what has a subject of its own, or no verb.
_HEADED = re.compile(r"(?=\W)\s*(?:\([^)]*\)\s*)?(?:[,:;–—-]|(?:an?|the|this|it)\b|[A-Z]|[a-z]+[A-Z])")
_ASKS = re.compile(
    r"\?|^(?:how|what|why|when|where|which|who)\s+(?:is|are|was|were|do|does|did|can|could)\b", re.IGNORECASE
)
_TASK = frozenset(map(stem, "sentence evidence question answer prompt citation rewrite".split()))


def form_fault(written: str, titles: Sequence[str], quotes: Sequence[str]) -> str:
    """What keeps `written` from standing in an answer that cites `quotes` of the papers `titles`; "" where nothing."""
    if not written:
        return "it is empty"
    if not quotes:
        return "it cites nothing"
    if len(written) > MAX_SENTENCE:
        return "it is too long"
    if is_first_person(written):
        return "it speaks as the authors"
    rests = [written.removeprefix(title) for title in titles]
    if any(rest != written and _HEADED.match(rest) for rest in rests):
        return "it puts the title before a sentence"
    if any(map(_ASKS.search, rests)):
        return "it asks"
    if (content_stems(written) & _TASK) - content_stems(" ".join([*titles, *quotes])):
        return "it speaks of what was asked of you"
    return ""
