"""The head of every page, and the page of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.export.formats import EXPORTS
from rag.query.question import MAX_QUESTION_CHARS
from rag.text import count
from rag.web import templates
from rag.web.cards import sources
from rag.web.conversations import MAX_LISTED, ListedConversation
from rag.web.home import Home
from rag.web.identity import Visitor
from rag.web.mathml import words
from rag.web.selected import SelectedView
from rag.web.status import OPENING_PAPERS
from rag.web.trouble import Trouble, of_index
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

    `opening` is whether the index, without which there is no collection, or the model is yet to be opened. `trouble` is
    what is wrong with either, and `fault` with something else on the page.
    """

    collection: LibraryInfo | None
    fault: RagError | None = None
    opening: bool = False
    trouble: Trouble | None = None

    @property
    def name(self) -> str:
        return self.collection.name if self.collection else "Papers"

    @property
    def quoting(self) -> str:
        """The facts for somebody who chose quotes only."""
        return f"{count(self.collection.papers, 'paper')} · {WRITERS['quotes']}" if self.collection else self.facts

    @property
    def facts(self) -> str:
        """How many papers are searched, and what writes the answers."""
        if self.collection is None:
            return OPENING_PAPERS if self.opening else ""
        papers, writer = count(self.collection.papers, "paper"), self.collection.writer
        model = "no model" if self.collection.model == "none" else self.collection.model
        if self.trouble:
            return f"{papers} · {model} cannot be used, {WRITERS['quotes']}"
        return f"{papers} · {model}, {WRITERS[writer]}" if writer else f"{papers} · opening {model}…"


def head(library: Library) -> Head:
    """The head for `library`, or for what is wrong with it. It does not wait until the library is open."""
    if not library.is_open:
        return Head(None, opening=True)
    try:
        info = library.info()
    except RagError as fault:
        return closed(fault, library)
    return Head(info, opening=info.writer is None)


def closed(fault: RagError, library: Library) -> Head:
    """The head for a `library` that cannot be opened."""
    return Head(None, trouble=of_index(fault, library.settings.index_dir))


def chat(
    head: Head,
    listed: Sequence[ListedConversation],
    name: str,
    turns: Sequence[Turn],
    home: Home | None,
    visitor: Visitor,
    selected: SelectedView | None = None,
) -> str:
    """The chat: the user's conversations, the one called `name` with its `turns` ("" and none if new), its sources.

    A new one begins with `home`, None until that is known. What is asked next goes to the papers that are `selected`,
    None for all.
    """
    return templates.page(
        "chat.html",
        head=replace(head, opening=True) if home and home.examples is None else head,  # the page then waits for them
        visitor=visitor,
        page="chat",
        title=_title(listed, name, turns),
        listed=listed,
        page_size=MAX_LISTED,
        formats=EXPORTS.values(),
        name=name,
        turns=turn_views(turns, name),
        sources=sources(turns),
        home=home,
        selected=selected,
        max_question=MAX_QUESTION_CHARS,
        limits=LIMITS,
    )


def _title(listed: Sequence[ListedConversation], name: str, turns: Sequence[Turn]) -> str:
    """What the conversation called `name` is called where it is open."""
    if not turns:
        return "Ask the papers"
    return words(next((one.title for one in listed if one.id == name), turns[0].question))


def opened(head: Head, home: Home | None, visitor: Visitor) -> dict[str, str]:
    """What changes on a page once the index or the model is open, or cannot be, as static/opening.js shows it."""
    welcome = templates.fragment("welcome.html", "welcome", head, home, visitor) if head.collection else ""
    found = head.trouble and templates.fragment("mending.html", "trouble", head.trouble, visitor.is_curator)
    part = head.trouble.part if head.trouble else ""
    told = {"name": head.name, "facts": head.facts, "quoting": head.quoting}
    return told | {"welcome": welcome, "trouble": found or "", "part": part}


def conversations(listed: Sequence[ListedConversation], name: str) -> str:
    """The items of the list of conversations, in which the one called `name` is current."""
    return templates.fragment("conversations.html", "conversations", listed, name)


def fault(message: str) -> str:
    """One line that says what is wrong."""
    return templates.fragment("parts.html", "fault", message)
