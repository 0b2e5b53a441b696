"""How far the work on a question is, in words."""

from __future__ import annotations

from rag.answer.types import Answer, Found
from rag.export.phrases import NOT_VERIFIED, match_count
from rag.query.intent import LISTS
from rag.text import count
from rag.web.sentences import distinct, prose, shown
from rag.web.turns import Turn

OPENING_PAPERS = "opening the papers…"
WITHOUT_PAPERS = "waiting for papers: add some or build the index"


def status(turn: Turn) -> str:
    """The status line of `turn`. It says "so far" while sentences arrive, which the page does not announce.

    What a model does at each moment is not in it: that changes too often to be announced.
    """
    sentences = len(shown(turn.statements, turn.written))
    if turn.state == "failed":
        return "failed; you can ask it again"
    if turn.state == "stopped":
        return f"stopped after {count(sentences, 'sentence')}"
    if turn.answer:
        return _outcome(turn.answer)
    if turn.ahead is not None:
        return _waiting(turn.ahead)
    if turn.found is None and turn.without_papers:
        return WITHOUT_PAPERS
    if turn.found is None:
        return f"searching {count(turn.papers, 'paper')}…" if turn.papers else OPENING_PAPERS
    return f"{_so_far(turn)} so far…" if sentences else f"{_found(turn.found)}; answering…"


def _so_far(turn: Turn) -> str:
    parts = {"quote": distinct(turn.statements), "sentence": prose(turn.written, turn.statements)}
    return " and ".join(count(len(part), name) for name, part in parts.items() if part)


def _waiting(ahead: int) -> str:
    return f"waiting: {count(ahead, 'question')} ahead of yours" if ahead else "waiting: yours is next"


def _found(found: Found) -> str:
    if found.intent in LISTS and found.papers:
        return match_count(len(found.papers), found.searched)
    return f"found {count(len(found.papers), 'paper')}"


def _outcome(answer: Answer) -> str:
    if answer.wish:
        return "done"
    if answer.refused:
        return "done: no answer in these abstracts"
    sentences = shown(answer.statements, answer.written)
    unverified = sum(statement.verdict == "unverified" for statement in sentences)
    if unverified:
        return f"done: {count(len(sentences), 'sentence')}, each cited, {unverified:,} {NOT_VERIFIED}"
    return f"done: checked {len(sentences):,} of {count(len(sentences), 'sentence')}, each cited"
