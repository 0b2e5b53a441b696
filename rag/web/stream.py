"""What a page is sent while a question is answered: everything at first, then only what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.web import cards, pages, turn_view
from rag.web.cards import Entry
from rag.web.conversations import ListedConversation
from rag.web.status import status
from rag.web.turns import Turn


class Updates:
    """The updates of one stream of the conversation `name`. Each builds on those before it.

    An update has "n" and "turn", the element of the last turn; "status" and "running"; "order", the ids of all sources,
    and "cards", the elements of those that are new or changed. The first has "name" and all "turns" instead of the last
    one, and "list", the conversations; a later one has the list only if that has changed.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._sources: dict[str, Entry] = {}
        self._listed: Sequence[ListedConversation] | None = None

    def next(self, turns: Sequence[Turn], listed: Sequence[ListedConversation] | None = None) -> dict[str, Any]:
        """The update that shows `turns`, and the conversations `listed`, unless None. The first needs them."""
        first, n = self._listed is None, len(turns) - 1
        update = {"running": turns[n].running, "status": status(turns[n])} | self._changed_cards(turns)
        if first:
            update |= {"name": self._name, "turns": turn_view.dialogue_html(turns, self._name)}
        else:
            update |= {"n": n, "turn": turn_view.turn_html(turns, n, self._name)}
        if listed is not None and listed != self._listed:
            update["list"] = pages.conversations(listed, self._name)
            self._listed = listed
        return update

    def _changed_cards(self, turns: Sequence[Turn]) -> dict[str, Any]:
        before, self._sources = self._sources, {entry.id: entry for entry in cards.sources(turns)}
        changed = [entry for id_, entry in self._sources.items() if before.get(id_) != entry]
        return {"order": list(self._sources), "cards": {entry.id: cards.entry_html(entry) for entry in changed}}
