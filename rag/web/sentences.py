"""Which sentences of an answer are shown: none twice, whatever was quoted, written or may match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer.types import Citation, Statement

Wording = tuple[str, tuple[Citation, ...]]


def wording(statement: Statement) -> Wording:
    """What tells a sentence from others: its words, of a quote all of them, also where it is shown shortened.

    What a model wrote may be said of several sources; these are told apart.
    """
    is_quote = statement.verdict == "quote" and bool(statement.citations)
    text = statement.citations[0].quote if is_quote else statement.text
    return " ".join(text.split()).casefold(), () if is_quote else statement.citations


def distinct(statements: Iterable[Statement]) -> list[Statement]:
    """The first of those that say the same in the same words."""
    found: dict[Wording, Statement] = {}
    for statement in statements:
        found.setdefault(wording(statement), statement)
    return list(found.values())


def prose(written: Sequence[Statement], quotes: Iterable[Statement]) -> list[Statement]:
    """The `written` sentences, less those that gave way to one of the `quotes` below them."""
    shown = {wording(quote) for quote in quotes}
    return distinct(one for one in written if one.verdict != "quote" or wording(one) not in shown)


def shown(quotes: Sequence[Statement], written: Sequence[Statement]) -> list[Statement]:
    """All that a reader sees of an answer."""
    return [*prose(written, quotes), *distinct(quotes)]
