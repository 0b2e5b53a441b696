"""Answers as a document of their own: what goes on the clipboard, and a page to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.answer.types import Answer
from rag.export.outline import document
from rag.export.plain_text import plain_text
from rag.export.readable import readable
from rag.text import count
from rag.web import templates
from rag.web.mathml import rich
from rag.web.pages import Head
from rag.web.turn_view import TurnView
from rag.web.turns import Turn


def clipboard(answer: Answer) -> dict[str, str]:
    """What copying `answer` leaves on the clipboard: {"html", "text"}, without the papers that may match besides."""
    made = document(answer, with_may_match=False)
    html = templates.fragment("document.html", "document", made, readable)
    return {"html": html, "text": plain_text(answer, with_may_match=False)}


def print_page(head: Head, turns: Sequence[Turn], address: str, today: date) -> str:
    """The page that prints the answers of `turns`, at least one, of the conversation at `address`."""
    answered = [turn for turn in turns if turn.reply]
    made = document(*(turn.reply for turn in answered if turn.reply))
    papers = [count(head.collection.papers, "paper")] if head.collection else []
    return templates.page(
        "print.html",
        title=answered[0].question,
        head=head,
        facts=" · ".join([*papers, f"{today.day} {today:%B %Y}"]),
        back=address,
        made=made,
        shown=rich,
        limits=[TurnView(turn, 0, "", False).chosen for turn in answered],
    )
