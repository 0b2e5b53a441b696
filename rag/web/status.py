"""How far the work on a question is, in words."""

from __future__ import annotations

from rag.answer.types import Answer, Found
from rag.export.phrases import NOT_VERIFIED, match_count
from rag.query.intent import LISTS
from rag.text import count
from rag.web.turns import Turn

OPENING_PAPERS = "opening the papers…"


def status(turn: Turn) -> str:
    """The status line of `turn`. It says "so far" while sentences arrive, which the page does not announce.

    What a model does at each moment is not in it: that changes too often to be announced.
    """
    sentences = len(turn.statements) + len(turn.written)
    if turn.state == "failed":
        return "failed; the question is kept, so you can ask it again"
    if turn.state == "stopped":
        return f"stopped after {count(sentences, 'sentence')}"
    if turn.answer:
        return _outcome(turn.answer)
    if turn.ahead is not None:
        return _waiting(turn, turn.ahead)
    if turn.found is None:
        return f"searching {count(turn.papers, 'paper')}…" if turn.papers else OPENING_PAPERS
    return f"{_so_far(turn)} so far…" if sentences else f"{_found(turn.found)}; answering…"


def _so_far(turn: Turn) -> str:
    quotes, written = count(len(turn.statements), "quote"), count(len(turn.written), "sentence")
    return " and ".join(([quotes] if turn.statements else []) + ([written] if turn.written else []))


def _waiting(turn: Turn, ahead: int) -> str:
    found = f"{_found(turn.found)}; " if turn.found else ""
    return f"{found}waiting: {count(ahead, 'question')} ahead of yours" if ahead else f"{found}waiting: yours is next"


def _found(found: Found) -> str:
    if found.intent in LISTS and found.papers:
        return match_count(len(found.papers), found.searched)
    return f"found {count(len(found.papers), 'paper')}"


def _outcome(answer: Answer) -> str:
    if answer.wish:
        return "done"
    if answer.refused:
        return "done: no answer in these abstracts"
    sentences = len(answer.statements) + len(answer.written)
    unverified = sum(statement.verdict == "unverified" for statement in (*answer.statements, *answer.written))
    if unverified:
        return f"done: {count(sentences, 'sentence')}, each cited, {unverified:,} {NOT_VERIFIED}"
    return f"done: checked {sentences:,} of {count(sentences, 'sentence')}, each cited"
