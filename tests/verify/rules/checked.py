"""What is wrong with a written sentence, for the tests of the rules."""

from __future__ import annotations

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.fault import Fault
from rag.verify.rules.following import faults
from rag.verify.rules.text import read_text


def all_faults(written: str, *quotes: str, title: str = "Listening at Night", context: str = "") -> list[Fault]:
    """The faults of `written`, which cites `quotes`."""
    return list(faults(written, quotes, title, context))


def kinds(written: str, *quotes: str, title: str = "Listening at Night", context: str = "") -> set[str]:
    """The kinds of these faults; empty if `written` can be followed."""
    return {fault.kind for fault in all_faults(written, *quotes, title=title, context=context)}


def alignment(written: str, *quotes: str) -> Alignment:
    """`written` laid over `quotes`."""
    return Alignment(read_text([written]), read_text(quotes), "", frozenset())
