"""What any question must be, before anything is made of it."""

from __future__ import annotations

from rag.errors import QuestionError
from rag.text import clean_line

MAX_QUESTION_CHARS = 2_000  # a pasted abstract fits, a pasted paper does not


def check_length(question: str) -> None:
    """Raises QuestionError if `question` is too long, or holds nothing that can be read."""
    if len(question) > MAX_QUESTION_CHARS or not clean_line(question):
        raise QuestionError(
            f"A question must have 1 to {MAX_QUESTION_CHARS:,} characters; this one has {len(question.strip()):,}."
        )
