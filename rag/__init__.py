"""Answers questions from paper abstracts; every sentence cites the sentence that supports it.

`Library` is what other programs begin with; see docs/python.md.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # type checkers take it for true; typing takes longer to import than all else here
if TYPE_CHECKING:
    from rag.answer.types import Answer, Citation, Event, Found, Statement, Working, Written
    from rag.api.conversation import Conversation
    from rag.api.library import Library
    from rag.api.results import Evaluation, Results
    from rag.chat.messages import Message
    from rag.chat.rebuild import BuildReport
    from rag.errors import (
        BusyError,
        DamageError,
        EmbeddingError,
        ModelError,
        NoIndexError,
        QuestionError,
        RagError,
        SettingsError,
        SourceError,
        StoreError,
    )
    from rag.index.summary import Summary
    from rag.paper import Paper
    from rag.retrieval.hits import Hit

__version__ = "0.13.0"
__all__ = [
    "Answer",
    "BuildReport",
    "BusyError",
    "Citation",
    "Conversation",
    "DamageError",
    "EmbeddingError",
    "Evaluation",
    "Event",
    "Found",
    "Hit",
    "Library",
    "Message",
    "ModelError",
    "NoIndexError",
    "Paper",
    "QuestionError",
    "RagError",
    "Results",
    "SettingsError",
    "SourceError",
    "Statement",
    "StoreError",
    "Summary",
    "Working",
    "Written",
    "__version__",
]

# Must be set before numpy is loaded: the products of a search are small, and threads wait longer than they compute.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Where each name is. It is imported on use: commands that need none of them start faster.
_HOMES = {
    "rag.answer.types": ("Answer", "Citation", "Event", "Found", "Statement", "Working", "Written"),
    "rag.api.conversation": ("Conversation",),
    "rag.api.library": ("Library",),
    "rag.api.results": ("Evaluation", "Results"),
    "rag.chat.messages": ("Message",),
    "rag.chat.rebuild": ("BuildReport",),
    "rag.index.summary": ("Summary",),
    "rag.paper": ("Paper",),
    "rag.retrieval.hits": ("Hit",),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute '{name}'")
    from importlib import import_module

    home = next((module for module, names in _HOMES.items() if name in names), "rag.errors")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
