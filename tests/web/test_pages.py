"""What stands where on the chat's pages: turns with what one can do with them, conversations, the welcome, the head."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from rag.answer.types import Found
from rag.chat.library import LibraryInfo
from rag.errors import StoreError
from rag.web import pages
from rag.web.conversations import Kept
from rag.web.pages import Head
from rag.web.turns import Choices, Turn

from .payloads import PAYLOADS
from .test_turns import PAPER, cite, done, read, state, turns_with

if TYPE_CHECKING:
    from rag.chat.library import Library

OPEN = Head(LibraryInfo("papers.jsonl", 489, "owl", "sentences"))
CLOSED = Head(None, "There is no index in <index>. Build it: rag rebuild papers")
NAME = "abcdefghijklmnop"
KEPT = [Kept(NAME, "how slow?"), Kept("qrstuvwxyz012345", 'which "papers"?')]
STOPPED = Turn("how?", statements=[state()], stopped=True)


def buttons(turn: Turn) -> list[str]:
    """What can be done with `turn`, the only one, as it is read."""
    shown = read(pages.turn([turn], 0, NAME)).elements
    return [one.text for one in shown if one.tag in ("button", "summary") or (one.tag == "a" and "On" in one.text)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_stays_text(payload: str) -> None:
    turns = turns_with(payload)
    turns[3] = replace(turns[3], choices=Choices((payload,), 5, payload), good=False, note=payload)
    head = Head(LibraryInfo(payload, 489, payload, "quotes"), payload)
    page = read(pages.chat(head, [Kept(NAME, payload)], NAME, turns, [payload]))
    assert page.all("title")[0].text == page.all("a", "brand")[0].text == payload
    assert payload in page.all("p", "facts")[0].text
    assert page.all("p", "fault")[0].text == payload
    assert [question.text for question in page.all("h2", "question")] == [payload] * len(turns)
    assert page.all("button", "delete")[0].attributes["aria-label"] == f"Delete “{payload}”"
    assert page.all("p", "chosen")[0].text == f"model {payload}, at most 5 papers"
    assert page.all("form", "note")
    assert payload in [one.attributes.get("value") for one in page.all("input")]
    assert [json.loads(one.attributes["data-without"]) for one in page.all("article", "turn")][3] == [payload]
    welcome = read(pages.chat(head, [], "", [], [payload]))
    assert [example.text for example in welcome.all("button", "example")] == [payload]


@pytest.mark.parametrize("running", [Turn("how?"), Turn("how?", ahead=2), Turn("q", found=Found((PAPER,), 9))])
def test_a_turn_at_work_can_only_be_waited_for(running: Turn) -> None:
    for turn in (running, replace(running, statements=[state()])):
        assert buttons(turn) == ["Edit"]  # it has its place from the first, so that nothing moves
        assert "disabled" in read(pages.turn([turn], 0, NAME)).all("button", "edit")[0].attributes


@pytest.mark.parametrize("turn", [Turn("how?", error="No."), Turn("how?", stopped=True)])
def test_where_nothing_came_it_can_be_asked_again(turn: Turn) -> None:
    assert buttons(turn) == ["Edit", "Ask again"]


@pytest.mark.parametrize("turn", [done(state()), STOPPED, Turn("q", statements=[state()], error="No.")])
def test_an_answer_can_be_copied_saved_placed_and_judged(turn: Turn) -> None:
    again = [] if turn.answer else ["Ask again"]
    assert buttons(turn) == ["Edit", *again, "Copy", "Export", "On the map", "Helpful", "Not helpful"]
    shown = read(pages.turn([turn], 0, NAME))
    assert shown.all("button", "copy")[0].attributes["value"] == f"/c/{NAME}/0.md"
    assert f"/papers?answer={NAME}.0" in [link.attributes["href"] for link in shown.all("a")]
    assert not shown.all("form")


def test_a_refusal_has_no_place_on_the_map() -> None:
    assert buttons(done()) == ["Edit", "Copy", "Export", "Helpful", "Not helpful"]


@pytest.mark.parametrize(("good", "pressed"), [(True, ["true", "false"]), (False, ["false", "true"])])
def test_a_judgement_shows_and_can_be_explained(good: bool, pressed: list[str]) -> None:
    shown = read(pages.turn([replace(done(state()), good=good, note='the "wrong" one')], 0, NAME))
    assert [button.attributes["aria-pressed"] for button in shown.all("button", "judge")] == pressed
    (note,) = shown.all("input")
    assert (note.attributes["value"], note.attributes["maxlength"]) == ('the "wrong" one', str(pages.MAX_NOTE))
    unjudged = read(pages.turn([done(state())], 0, NAME))
    assert [button.attributes["aria-pressed"] for button in unjudged.all("button", "judge")] == ["false", "false"]


def test_each_turn_knows_its_place_and_state() -> None:
    turns = [done(state(), question="how?"), Turn("and now?", ahead=1)]
    first, second = read(pages.dialogue(turns, NAME)).all("article", "turn")
    assert (first.attributes["id"], first.attributes["data-state"]) == ("turn-0", "done")
    assert (second.attributes["id"], second.attributes["data-state"]) == ("turn-1", "waiting")
    assert second.attributes["aria-label"] == "Question 2"
    assert second.text == "and now?Editwaiting: 1 question is before yours"


def test_filters_can_be_taken_away_of_the_last_turn_only() -> None:
    turn = done(state(), filters=("since 2020",))
    first, last = (read(pages.turn([turn, turn], n, NAME)) for n in (0, 1))
    assert not first.all("button", "wider")
    assert [chip.text for chip in last.all("button", "wider")] == ["since 2020 ✕"]


def test_the_conversation_can_be_saved_with_the_last_of_several_turns() -> None:
    turn = done(state())
    groups = [
        [one.text for one in read(pages.turn([turn, turn], n, NAME)).all("p") if "role" in one.attributes]
        for n in (0, 1)
    ]
    assert groups == [["Answer: MarkdownBibTeXCSV"], ["Answer: MarkdownBibTeXCSV", "Conversation: MarkdownBibTeXCSV"]]
    assert "Conversation:" not in pages.turn([turn], 0, NAME)


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (Choices(), []),
        (Choices(most=1), ["at most 1 paper"]),
        (Choices(llm="none"), ["model none"]),
        (Choices(("since 2020",), 5, "ollama:owl"), ["model ollama:owl, at most 5 papers"]),
    ],
)
def test_the_settings_that_a_question_was_asked_with_are_shown(choices: Choices, told: list[str]) -> None:
    shown = read(pages.turn([Turn("how?", choices)], 0, NAME))
    assert [one.text for one in shown.all("p", "chosen")] == told
    assert json.loads(shown.all("article")[0].attributes["data-without"]) == list(choices.without)


def test_conversations_are_listed_with_the_one_that_is_open_marked() -> None:
    shown = read(pages.conversations(KEPT, NAME))
    assert [(link.attributes["href"], link.text) for link in shown.all("a")] == [
        (f"/c/{NAME}", "how slow?"),
        ("/c/qrstuvwxyz012345", 'which "papers"?'),
    ]
    assert [link.attributes.get("aria-current") for link in shown.all("a")] == ["page", None]
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "delete")] == [
        (NAME, "Delete “how slow?”"),
        ("qrstuvwxyz012345", 'Delete “which "papers"?”'),
    ]
    assert "aria-current" not in pages.conversations(KEPT, "")


def test_a_new_conversation_is_welcomed_with_examples() -> None:
    page = read(pages.chat(OPEN, KEPT, "", [], ["which papers study bees?"]))
    assert [heading.text for heading in page.all("h1")] == ["Ask 489 papers"]
    assert [button.text for button in page.all("button", "example")] == ["which papers study bees?"]
    assert page.all("title")[0].text == "Ask the papers"
    begun = read(pages.chat(OPEN, KEPT, NAME, [done(state(), question="how slow?")], ["which papers study bees?"]))
    assert not begun.all("h1")
    assert not begun.all("button", "example")
    assert begun.all("title")[0].text == "how slow?"


def test_the_sources_of_a_conversation_stand_beside_it() -> None:
    page = read(pages.chat(OPEN, KEPT, NAME, [done(state(cite(13, 25)))], []))
    (sources,) = page.all("aside")
    assert [card.attributes["id"] for card in page.all("article", "source")] == ["source-1"]
    assert "A Title" in sources.text


@pytest.mark.parametrize(
    ("collection", "facts"),
    [
        (LibraryInfo("a.jsonl", 489, "owl", "sentences"), "489 papers · owl, one sentence at a time"),
        (LibraryInfo("a.jsonl", 1, "none", "quotes"), "1 paper · no model, quotes only"),
        (LibraryInfo("a.jsonl", 16000, "owl", "synthesis"), "16,000 papers · owl, from all evidence at once"),
    ],
)
def test_the_head_tells_what_is_asked_and_who_writes(collection: LibraryInfo, facts: str) -> None:
    page = read(pages.page(Head(collection), "Papers", "papers", ""))
    assert page.all("a", "brand")[0].text == "a.jsonl"
    assert page.all("p", "facts")[0].text == facts
    current = {link.text: link.attributes.get("aria-current") for link in page.all("a")}
    assert (current["Library"], current["Papers"]) == (None, "page")


def test_a_collection_that_cannot_be_opened_says_why_and_welcomes_nobody() -> None:
    page = read(pages.chat(CLOSED, KEPT, "", [], []))
    assert page.all("p", "fault")[0].text == CLOSED.fault
    assert page.all("p", "facts")[0].text == ""
    assert page.all("a", "brand")[0].text == "Papers"
    assert not page.all("h1")
    assert page.all("textarea")  # the question need not be lost while the collection is mended


def test_the_head_is_made_of_the_fault_where_there_is_one() -> None:
    class Damaged:
        def collection(self) -> LibraryInfo:
            raise StoreError("It is damaged.")

    assert pages.head(cast("Library", Damaged())) == Head(None, "It is damaged.")
