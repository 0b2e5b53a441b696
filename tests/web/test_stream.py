"""A stream sends everything at first, then only what has changed."""

from __future__ import annotations

import json
from typing import Any

from rag.answer.types import Answer, Found
from rag.paper import Paper
from rag.web.cards import entry_html, sources
from rag.web.conversations import ListedConversation
from rag.web.stream import Updates
from rag.web.turn_view import dialogue_html
from rag.web.turns import Turn

from .samples import cite, done, state

NAME = "abcdefghijklmnop"
LISTED = [ListedConversation(NAME, "which?")]
PAPERS = [Paper(f"Paper {n}", f"Sentence {n} is here. More of {n}. " + "It goes on. " * 100) for n in range(40)]


class Page:
    """What a page shows after the updates that it `take`s, as static/chat.js applies them."""

    def __init__(self) -> None:
        self.turns: list[str] = []
        self.cards: dict[str, str] = {}
        self.list = ""

    def take(self, update: dict[str, Any]) -> None:
        if "turns" in update:
            self.turns = [f'<article class="turn"{one}' for one in update["turns"].split('<article class="turn"')[1:]]
        else:
            self.turns[update["n"]] = update["turn"]
        cards = self.cards | update["cards"]
        self.cards = {id_: cards[id_] for id_ in update["order"]}
        self.list = update.get("list", self.list)


def answering() -> list[list[Turn]]:
    """The turns after each event of an answer that cites forty papers, two sentences each."""
    found = Found(tuple(PAPERS), 40, intent="papers")
    earlier = done(state(cite(n=1, paper=PAPERS[0])))
    sentences = [state(cite(0, 10, n=n + 1, paper=paper)) for n, paper in enumerate(PAPERS) for _ in range(2)]
    written = [Turn("which?", papers=40, found=found, statements=sentences[:n]) for n in range(len(sentences) + 1)]
    answer = Answer("which?", tuple(sentences), searched=40, intent="papers")
    complete = Turn("which?", papers=40, found=found, statements=sentences, answer=answer)
    return [[earlier, turn] for turn in [Turn("which?", papers=40), *written, complete]]


def test_an_update_does_not_repeat_the_cards_that_were_sent_before() -> None:
    updates = Updates(NAME)
    sent = [updates.next(turns, LISTED) for turns in answering()]
    assert max(len(update["cards"]) for update in sent[1:]) <= 2  # of the paper that was cited just now
    cards = sum(len(json.dumps(update["cards"])) for update in sent)
    panel = sum(len(entry_html(entry)) for entry in sources(answering()[-1]))
    assert cards < 3 * panel  # a new card, and its second sentence
    assert all(len(json.dumps(update["cards"])) < 5_000 for update in sent[1:])


def test_a_card_that_changes_is_sent_again() -> None:
    updates = Updates(NAME)
    updates.next([Turn("q", statements=[state()])], LISTED)
    again = updates.next([Turn("q", statements=[state(), state(cite(13, 25))])])
    assert list(again["cards"]) == ["source-1"]
    assert "Two is fast." in again["cards"]["source-1"]
    assert updates.next([Turn("q", statements=[state(), state(cite(13, 25))])])["cards"] == {}


def test_a_page_that_took_all_updates_shows_what_it_shows_after_a_reload() -> None:
    updates, page = Updates(NAME), Page()
    for turns in answering():
        page.take(updates.next(turns, LISTED))
    final = answering()[-1]
    assert "".join(page.turns).split() == dialogue_html(final, NAME).split()
    assert list(page.cards.values()) == [entry_html(entry) for entry in sources(final)]


def test_cards_that_are_shown_no_longer_are_left_out() -> None:
    updates, page = Updates(NAME), Page()
    page.take(updates.next([Turn("q")], LISTED))
    assert "hint" in "".join(page.cards.values())
    page.take(updates.next([Turn("q", statements=[state()])]))
    assert list(page.cards) == ["source-1"]


def test_the_list_of_conversations_is_sent_when_it_changes() -> None:
    updates, turns = Updates(NAME), [Turn("q")]
    assert "which?" in updates.next(turns, LISTED)["list"]
    assert "list" not in updates.next(turns)
    assert "list" not in updates.next(turns, LISTED)
    assert "more?" in updates.next(turns, [ListedConversation("qrstuvwxyz012345", "more?"), *LISTED])["list"]


def test_every_update_has_the_status() -> None:
    updates = Updates(NAME)
    for turns, running in ([Turn("q")], True), ([done(state())], False):
        update = updates.next(turns, LISTED)
        assert update["running"] is running
        assert update["status"]
