"""Finds the named entities of a question."""

from __future__ import annotations

import re

from rag.language.tokens import content_terms

# A word with a capital or digit inside it, or one with a capital at its start that does not open a sentence.
_NAME = re.compile(r"\b\w[\w-]*[A-Z0-9][\w-]*|(?<=[^\s.?!:])\s+[A-Z][\w-]+")


def entities(question: str) -> frozenset[str]:
    """The content terms of `question` that are names, recognized by their capitals: "LoRA", "SDXL", "Paris".

    None if most words are capitalized, as in a title.
    """
    found = frozenset(word for word in content_terms(" ".join(_NAME.findall(question))) if not word.isdigit())
    return found if 2 * len(found) <= len(content_terms(question)) + 1 else frozenset()
