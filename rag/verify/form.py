"""May a sentence stand in an answer, whatever it claims?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.cues import is_first_person
from rag.language.tokens import content_stems, stem_set

MAX_SENTENCE_CHARS = 600  # a longer reply is not one sentence
# After a title, and perhaps its acronym in parentheses: something with a subject of its own, or without a verb.
_HEADED = re.compile(r"(?=\W)\s*(?:\([^)]*\)\s*)?(?:[,:;–—-]|(?:an?|the|this|it)\b|[A-Z]|[a-z]+[A-Z])")
_QUESTION = re.compile(
    r"\?|^(?:how|what|why|when|where|which|who)\s+(?:is|are|was|were|do|does|did|can|could)\b", re.IGNORECASE
)
_TASK_WORDS = tuple("sentence evidence question answer prompt citation rewrite".split())


def form_fault(written: str, titles: Sequence[str], quotes: Sequence[str]) -> str:
    """Why `written`, which cites `quotes` of the papers `titles`, may not stand in an answer; "" if it may."""
    if not written:
        return "it is empty"
    if not quotes:
        return "it cites nothing"
    if len(written) > MAX_SENTENCE_CHARS:
        return "it is too long"
    if is_first_person(written):
        return "it speaks as if it were the authors"
    without_title = [written.removeprefix(title) for title in titles]
    if any(rest != written and _HEADED.match(rest) for rest in without_title):
        return "it puts the title in front of a sentence"
    if any(map(_QUESTION.search, without_title)):
        return "it is a question"
    if (content_stems(written) & stem_set(_TASK_WORDS)) - content_stems(" ".join([*titles, *quotes])):
        return "it talks about the task instead of the evidence"
    return ""
