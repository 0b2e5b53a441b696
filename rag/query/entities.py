"""A question's content terms and the entities that it names."""

from __future__ import annotations

import re

from rag.language.tokens import content_terms

# A word with a capital or digit inside it, and one with a capital at its beginning where no sentence begins.
_NAME = re.compile(r"\b\w[\w-]*[A-Z0-9][\w-]*|(?<=[^\s.?!:])\s+[A-Z][\w-]+")


def entities(question: str) -> frozenset[str]:
    """The terms of `question` that name one thing, told by their capitals: "LoRA", "SDXL", "Paris".

    None where most words have capitals, which then tell nothing.
    """
    found = frozenset(word for word in content_terms(" ".join(_NAME.findall(question))) if not word.isdigit())
    return found if 2 * len(found) <= len(content_terms(question)) + 1 else frozenset()
