"""The page of the saved questions as templates/saved.html shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from rag.chat.saved_store import SavedQuestion
from rag.export.saved_news import NewsGroup, answer_now, groups, state
from rag.text import in_quotes
from rag.web import templates
from rag.web.identity import Visitor
from rag.web.pages import Head
from rag.web.saved_checks import SavedState


@dataclass(frozen=True, slots=True)
class SavedView:
    """A question of the page, and whether it is being asked again."""

    saved: SavedQuestion
    is_due: bool = False

    @property
    def state(self) -> str:
        return state(self.saved)

    @property
    def answer(self) -> str:
        return answer_now(self.saved)

    @property
    def groups(self) -> list[NewsGroup]:
        """What is new, by what has happened."""
        return groups(self.saved.news) if self.saved.news else []

    @property
    def until(self) -> str:
        """When it was asked, which tells the news from later ones; "" without news."""
        return self.saved.news.until.isoformat() if self.saved.news else ""

    @property
    def earlier(self) -> str:
        """The news that was seen last, in a line; "" for none."""
        return f"Seen before: {self.saved.earlier}" if self.saved.earlier else ""

    @property
    def earlier_groups(self) -> list[NewsGroup]:
        return groups(self.saved.earlier) if self.saved.earlier else []

    @property
    def without(self) -> str:
        """The filters that are not applied, as JSON."""
        return json.dumps(self.saved.without)

    @property
    def notes(self) -> list[str]:
        """In what the question differs from the one that was asked in the chat."""
        typed = f"Asked as {in_quotes(self.saved.typed)}, after another question." if self.saved.origin else ""
        without = " and ".join(map(in_quotes, self.saved.without))
        return list(filter(None, [typed, f"Without the filter {without}." if without else ""]))


def page(head: Head, shown: SavedState, visitor: Visitor) -> str:
    """The whole page: the questions in the order in which they were saved, as `rag saved` numbers them."""
    return templates.page(
        "saved.html",
        head=head,
        visitor=visitor,
        page="saved",
        title="Saved questions",
        views=_views(shown),
        shown=shown,
    )


def updates(shown: SavedState, visitor: Visitor) -> dict[str, object]:
    """What has changed on the page, as static/saved.js shows it: {"questions": {id: HTML}, "status", "checking"}."""
    questions = {
        f"saved-{one.saved.id}": templates.fragment("saved_question.html", "question", one) for one in _views(shown)
    }
    return {
        "questions": questions,
        "status": templates.fragment("saved_question.html", "status", shown, visitor),
        "checking": bool(shown.due),
    }


def _views(shown: SavedState) -> list[SavedView]:
    return [SavedView(one, one.id in shown.due) for one in shown.questions]
