"""The head of every page, and the page of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.query.question import MAX_QUESTION_CHARS
from rag.text import count
from rag.web import templates
from rag.web.cards import sources
from rag.web.conversations import ListedConversation
from rag.web.identity import Visitor
from rag.web.status import OPENING_PAPERS
from rag.web.turn_view import turn_views
from rag.web.turns import Turn

if TYPE_CHECKING:
    from rag.answer.types import Style
    from rag.chat.library import Library, LibraryInfo

STATIC = Path(__file__).parent / "static"
WRITERS: dict[Style, str] = {"quotes": "quotes only", "synthesis": "writes from the evidence"}
LIMITS = (3, 5, 10, 20, 50)  # papers that a user may limit an answer to


@dataclass(frozen=True, slots=True)
class Head:
    """The top of every page: the collection, and what is wrong, if anything.

    `opening` is whether the index, without which there is no collection, or the model is yet to be opened.
    """

    collection: LibraryInfo | None
    fault: str = ""
    opening: bool = False

    @property
    def name(self) -> str:
        return self.collection.name if self.collection else "Papers"

    @property
    def facts(self) -> str:
        """How many papers are searched, and what writes the answers."""
        if self.collection is None:
            return OPENING_PAPERS if self.opening else ""
        papers, writer = count(self.collection.papers, "paper"), self.collection.writer
        model = "no model" if self.collection.model == "none" else self.collection.model
        return f"{papers} · {model}, {WRITERS[writer]}" if writer else f"{papers} · opening {model}…"


def head(library: Library) -> Head:
    """The head for `library`, or for what is wrong with it. It does not wait until the library is open."""
    if not library.is_open:
        return Head(None, opening=True)
    try:
        info = library.info()
    except RagError as fault:
        return Head(None, str(fault))
    return Head(info, opening=info.writer is None)


def chat(
    head: Head,
    listed: Sequence[ListedConversation],
    name: str,
    turns: Sequence[Turn],
    examples: Sequence[str],
    visitor: Visitor,
) -> str:
    """The chat: the user's conversations, the one called `name` with its `turns` ("" and none if new), its sources."""
    return templates.page(
        "chat.html",
        head=head,
        visitor=visitor,
        page="chat",
        title=turns[0].question if turns else "Ask the papers",
        listed=listed,
        name=name,
        turns=turn_views(turns, name),
        sources=sources(turns),
        examples=examples,
        max_question=MAX_QUESTION_CHARS,
        limits=LIMITS,
    )


def opened(head: Head, examples: Sequence[str]) -> dict[str, str]:
    """What changes on a page once the index or the model is open, as static/opening.js shows it."""
    welcome = templates.fragment("welcome.html", "welcome", head, examples)
    return {"name": head.name, "facts": head.facts, "welcome": welcome}


def conversations(listed: Sequence[ListedConversation], name: str) -> str:
    """The items of the list of conversations, in which the one called `name` is current."""
    return templates.fragment("conversations.html", "conversations", listed, name)


def fault(message: str) -> str:
    """One line that says what is wrong."""
    return templates.fragment("parts.html", "fault", message)
