"""The page of the chat: the head, the conversations, the welcome and the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from rag.chat.library import LibraryInfo
from rag.errors import StoreError
from rag.web import pages
from rag.web.conversations import ListedConversation
from rag.web.pages import Head
from rag.web.turns import Turn

from .payloads import PAYLOADS
from .reader import read, skeleton
from .samples import CURATOR, cite, done, harmless, state, turns_with

if TYPE_CHECKING:
    from rag.chat.library import Library

OPEN = Head(LibraryInfo("papers.jsonl", 489, "owl", "synthesis"))
CLOSED = Head(None, "There is no index in <index>. Build it: rag rebuild papers")
NAME, SECOND_NAME = "abcdefghijklmnop", "qrstuvwxyz012345"
LISTED = [ListedConversation(NAME, "how slow?"), ListedConversation(SECOND_NAME, 'which "papers"?')]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    def chat(text: str) -> tuple[str, str]:
        head = Head(LibraryInfo(text, 489, text, "quotes"), text)
        begun = pages.chat(head, [ListedConversation(NAME, text)], NAME, turns_with(text), [], CURATOR)
        return begun, pages.chat(head, [], "", [], [text], CURATOR)

    begun, new = chat(payload)
    plain_begun, plain_new = chat(harmless(payload))
    assert skeleton(begun) == skeleton(plain_begun)
    assert skeleton(new) == skeleton(plain_new)
    page = read(begun)
    assert page.all("title")[0].content == page.all("a", "brand")[0].content == payload
    assert payload in page.all("p", "facts")[0].text
    assert page.all("p", "fault")[0].text == payload
    assert [question.content for question in page.all("h2", "question")] == [payload] * len(turns_with(payload))
    assert page.all("button", "delete")[0].attributes["aria-label"] == f"Delete “{payload}”"
    assert [example.content for example in read(new).all("button", "example")] == [payload]


def test_conversations_are_listed_with_the_open_one_marked() -> None:
    shown = read(pages.conversations(LISTED, NAME))
    assert [(link.attributes["href"], link.text) for link in shown.all("a")] == [
        (f"/c/{NAME}", "how slow?"),
        (f"/c/{SECOND_NAME}", 'which "papers"?'),
    ]
    assert [link.attributes.get("aria-current") for link in shown.all("a")] == ["page", None]
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "delete")] == [
        (NAME, "Delete “how slow?”"),
        (SECOND_NAME, 'Delete “which "papers"?”'),
    ]
    assert "aria-current" not in pages.conversations(LISTED, "")


def test_a_new_conversation_begins_with_a_welcome_and_examples() -> None:
    page = read(pages.chat(OPEN, LISTED, "", [], ["which papers study bees?"], CURATOR))
    assert [heading.text for heading in page.all("h1")] == ["Ask 489 papers"]
    assert [button.text for button in page.all("button", "example")] == ["which papers study bees?"]
    assert page.all("title")[0].text == "Ask the papers"
    turns = [done(state(), question="how slow?")]
    begun = read(pages.chat(OPEN, LISTED, NAME, turns, ["which papers study bees?"], CURATOR))
    assert not begun.all("h1")
    assert not begun.all("button", "example")
    assert begun.all("title")[0].text == "how slow?"


def test_the_sources_of_a_conversation_are_beside_it() -> None:
    page = read(pages.chat(OPEN, LISTED, NAME, [done(state(cite(13, 25)))], [], CURATOR))
    (sources,) = page.all("aside")
    assert [card.attributes["id"] for card in page.all("article", "source")] == ["source-1"]
    assert "A Title" in sources.text


@pytest.mark.parametrize(
    ("collection", "facts"),
    [
        (LibraryInfo("a.jsonl", 1, "none", "quotes"), "1 paper · no model, quotes only"),
        (LibraryInfo("a.jsonl", 16000, "owl", "synthesis"), "16,000 papers · owl, writes from the evidence"),
    ],
)
def test_the_head_says_what_is_asked_and_what_writes(collection: LibraryInfo, facts: str) -> None:
    page = read(pages.chat(Head(collection), [], "", [], [], CURATOR))
    assert page.all("a", "brand")[0].text == "a.jsonl"
    assert page.all("p", "facts")[0].text == facts
    current = {link.text: link.attributes.get("aria-current") for link in page.all("a")}
    assert (current["Chat"], current["Papers"]) == ("page", None)


def test_a_collection_that_cannot_be_opened_says_why() -> None:
    page = read(pages.chat(CLOSED, LISTED, "", [], [], CURATOR))
    assert page.all("p", "fault")[0].text == CLOSED.fault
    assert page.all("p", "facts")[0].text == ""
    assert page.all("a", "brand")[0].text == "Papers"
    assert not page.all("h1")
    assert page.all("textarea")  # a question can still be typed while the index is repaired


def test_the_head_shows_what_is_wrong_with_the_library() -> None:
    class Damaged:
        is_open = True

        def info(self) -> LibraryInfo:
            raise StoreError("It is damaged.")

    assert pages.head(cast("Library", Damaged())) == Head(None, "It is damaged.")


@pytest.mark.parametrize("name", ["", NAME])
def test_a_library_that_is_being_opened_can_be_asked_already(name: str) -> None:
    class Unopened:
        is_open = False

    head = pages.head(cast("Library", Unopened()))
    page = read(pages.chat(head, LISTED, name, [Turn("how slow?")] if name else [], [], CURATOR))
    (facts,) = page.all("p", "facts")
    assert facts.text == "opening the papers…"
    assert "data-opening" in facts.attributes
    assert [heading.text for heading in page.all("h1")] == ([] if name else ["Opening the papers…"])
    assert "disabled" not in page.all("button", "main")[0].attributes
    assert not page.all("p", "fault")


def test_a_model_that_is_being_opened_is_named() -> None:
    collection = LibraryInfo("a.jsonl", 489, "owl", None)
    page = read(pages.chat(Head(collection, opening=True), [], "", [], ["which papers study bees?"], CURATOR))
    (facts,) = page.all("p", "facts")
    assert facts.text == "489 papers · opening owl…"
    assert "data-opening" in facts.attributes
    assert page.all("button", "example")
    assert "data-opening" not in read(pages.chat(OPEN, [], "", [], [], CURATOR)).all("p", "facts")[0].attributes


def test_what_changes_once_the_library_is_open_is_what_a_page_opened_then_has() -> None:
    update = pages.opened(OPEN, ["which papers study bees?"])
    page = pages.chat(OPEN, [], "", [], ["which papers study bees?"], CURATOR)
    assert update["welcome"].strip() in page
    assert (update["name"], update["facts"]) == (OPEN.name, OPEN.facts)
