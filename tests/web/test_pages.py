"""The page of the chat: the head, the conversations, the welcome and the sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from rag.chat.library import LibraryInfo
from rag.errors import RagError, StoreError
from rag.settings import load
from rag.web import pages
from rag.web.conversations import ListedConversation
from rag.web.home import Home, LabelledQuestion, Topic
from rag.web.identity import Visitor
from rag.web.mathml import words
from rag.web.pages import Head
from rag.web.searching import Hit
from rag.web.turns import Turn

from .payloads import PAYLOADS
from .reader import read, skeleton
from .samples import CURATOR, cite, done, harmless, state, turns_with

if TYPE_CHECKING:
    from rag.chat.library import Library

OPEN = Head(LibraryInfo("papers.jsonl", 489, "owl", "synthesis"))
CLOSED = Head(None, StoreError("There is no index in <index>. Build it: rag rebuild papers"))
NAME, SECOND_NAME = "abcdefghijklmnop", "qrstuvwxyz012345"
LISTED = [ListedConversation(NAME, "how slow?"), ListedConversation(SECOND_NAME, 'which "papers"?')]
READER = Visitor("nobody-in-particular", "reader")


def home(text: str, papers: int = 1_234) -> Home:
    """What a conversation begins with, with `text` wherever it holds text of others."""
    examples = (LabelledQuestion("A term", text),)
    return Home(text, (Topic(text, papers, "/papers?cluster=0"),), 3, text, examples)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    def chat(text: str) -> tuple[str, str]:
        head = Head(LibraryInfo(text, 489, text, "quotes"), RagError(text))
        begun = pages.chat(head, [ListedConversation(NAME, text)], NAME, turns_with(text), None, CURATOR)
        return begun, pages.chat(head, [], "", [], home(text), CURATOR)

    begun, new = chat(payload)
    plain_begun, plain_new = chat(harmless(payload))
    assert skeleton(begun) == skeleton(plain_begun)
    assert skeleton(new) == skeleton(plain_new)
    page = read(begun)
    assert page.all("title")[0].content == words(payload)
    assert page.all("a", "brand")[0].content == payload
    assert payload in page.all("p", "facts")[0].text
    assert page.all("p", "fault")[0].text == payload
    assert [question.content for question in page.all("h2", "question")] == [payload] * len(turns_with(payload))
    options = page.all("button", "options")[0]
    assert options.attributes["aria-label"] == f"Options for “{words(payload, spoken=True)}”"
    assert [example.content for example in read(new).all("button", "example")] == [payload]


def test_what_a_search_found_is_below_the_conversation_and_leads_to_its_turn() -> None:
    hit = Hit(3, (("Bees ", False), ("<b>hum</b>", True), (".", False)))
    shown = read(pages.conversations([ListedConversation(NAME, r"on $\alpha$-bees", "2026-01-02", hit)], ""))
    assert shown.all("a")[0].attributes["href"] == f"/c/{NAME}#turn-3"
    assert (shown.all("a")[0].text, shown.all("a")[0].attributes["data-title"]) == ("on α-bees", r"on $\alpha$-bees")
    assert shown.all("p", "hit")[0].text == "Bees <b>hum</b>."
    assert [mark.text for mark in shown.all("mark")] == ["<b>hum</b>"]


def test_conversations_are_listed_with_the_open_one_marked() -> None:
    shown = read(pages.conversations(LISTED, NAME))
    assert [(link.attributes["href"], link.text) for link in shown.all("a")] == [
        (f"/c/{NAME}", "how slow?"),
        (f"/c/{SECOND_NAME}", 'which "papers"?'),
    ]
    assert [link.attributes.get("aria-current") for link in shown.all("a")] == ["page", None]
    assert [one.attributes["aria-label"] for one in shown.all("button", "options")] == [
        "Options for “how slow?”",
        'Options for “which "papers"?”',
    ]
    assert "aria-current" not in pages.conversations(LISTED, "")


def test_a_new_conversation_begins_with_a_welcome_and_examples() -> None:
    page = read(pages.chat(OPEN, LISTED, "", [], home("which papers study bees?"), CURATOR))
    assert [heading.text for heading in page.all("h1")] == ["Ask 489 papers"]
    assert [button.text for button in page.all("button", "example")] == ["which papers study bees?"]
    assert page.all("title")[0].text == "Ask the papers"
    turns = [done(state(), question="how slow?")]
    begun = read(pages.chat(OPEN, LISTED, NAME, turns, home("which papers study bees?"), CURATOR))
    assert not begun.all("h1")
    assert not begun.all("button", "example")
    assert begun.all("title")[0].text == "how slow?"


def test_the_welcome_tells_what_the_collection_covers() -> None:
    page = read(pages.chat(OPEN, [], "", [], home("Bees"), CURATOR))
    assert page.all("p", "covers")[0].text == "Bees"
    (topics,) = page.all("nav", "topics")
    assert topics.text == "Bees , 1,234 papers 3 more topics"
    assert {"/papers?cluster=0", "/papers"} <= {link.attributes["href"] for link in page.all("a")}
    few = read(pages.chat(OPEN, [], "", [], replace(home("Bees"), topics=(), covers=""), CURATOR))
    assert not few.all("nav", "topics")
    assert not few.all("p", "covers")


def test_only_who_may_add_papers_is_told_how() -> None:
    page = read(pages.chat(OPEN, [], "", [], home("rag add FILE"), CURATOR))
    assert page.all("p", "own")[0].text == "Your own papers: add them on the Papers page, or with rag add FILE"
    assert "/papers#work" in [link.attributes["href"] for link in page.all("a")]
    assert not read(pages.chat(OPEN, [], "", [], home("rag add FILE"), READER)).all("p", "own")


def test_a_page_waits_for_examples_that_are_still_looked_for() -> None:
    page = read(pages.chat(OPEN, [], "", [], replace(home("Bees"), examples=None), CURATOR))
    assert "data-opening" in page.all("p", "facts")[0].attributes
    assert not page.all("button", "example")
    assert page.all("nav", "topics")
    known = read(pages.chat(OPEN, [], "", [], home("Bees"), CURATOR))
    assert "data-opening" not in known.all("p", "facts")[0].attributes
    none = read(pages.chat(OPEN, [], "", [], replace(home("Bees"), examples=()), CURATOR))
    assert none.all("section", "examples")[0].text == ""


def test_the_place_of_what_to_ask_next_is_below_the_last_answer_only() -> None:
    turns = [done(state(), question="how slow?"), done(state(), question="how fast?")]
    page = read(pages.chat(OPEN, [], NAME, turns, None, CURATOR))
    assert [place.attributes["data-next"] for place in page.all("div", "next")] == [f"/c/{NAME}/1/next"]
    running = read(pages.chat(OPEN, [], NAME, [*turns, Turn("and now?")], None, CURATOR))
    assert not running.all("div", "next")


def test_the_sources_of_a_conversation_are_beside_it() -> None:
    page = read(pages.chat(OPEN, LISTED, NAME, [done(state(cite(13, 25)))], None, CURATOR))
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
    page = read(pages.chat(Head(collection), [], "", [], None, CURATOR))
    assert page.all("a", "brand")[0].text == "a.jsonl"
    assert page.all("p", "facts")[0].text == facts
    current = {link.text: link.attributes.get("aria-current") for link in page.all("a")}
    assert (current["Chat"], current["Papers"]) == ("page", None)


def test_a_collection_that_cannot_be_opened_says_why() -> None:
    page = read(pages.chat(CLOSED, LISTED, "", [], None, CURATOR))
    assert page.all("p", "fault")[0].text == str(CLOSED.fault)
    assert page.all("p", "facts")[0].text == ""
    assert page.all("a", "brand")[0].text == "Papers"
    assert not page.all("h1")
    assert page.all("textarea")  # a question can still be typed while the index is repaired


def test_the_head_shows_what_is_wrong_with_the_library(tmp_path: Path) -> None:
    class Damaged:
        is_open = True
        settings = load(index_dir=tmp_path)

        def info(self) -> LibraryInfo:
            raise StoreError("It is damaged.")

    trouble = pages.head(cast("Library", Damaged())).trouble
    assert trouble
    assert trouble.part == "index"
    assert "It is damaged." in trouble.detail + trouble.line


@pytest.mark.parametrize("name", ["", NAME])
def test_a_library_that_is_being_opened_can_be_asked_already(name: str) -> None:
    class Unopened:
        is_open = False

    head = pages.head(cast("Library", Unopened()))
    page = read(pages.chat(head, LISTED, name, [Turn("how slow?")] if name else [], None, CURATOR))
    (facts,) = page.all("p", "facts")
    assert facts.text == "opening the papers…"
    assert "data-opening" in facts.attributes
    assert [heading.text for heading in page.all("h1")] == ([] if name else ["Opening the papers…"])
    (box,) = page.all("textarea")
    assert {"disabled", "readonly"}.isdisjoint(box.attributes)
    assert not page.all("p", "fault")


def test_a_model_that_is_being_opened_is_named() -> None:
    collection = LibraryInfo("a.jsonl", 489, "owl", None)
    page = read(pages.chat(Head(collection, opening=True), [], "", [], home("which papers study bees?"), CURATOR))
    (facts,) = page.all("p", "facts")
    assert facts.text == "489 papers · opening owl…"
    assert "data-opening" in facts.attributes
    assert page.all("button", "example")
    assert "data-opening" not in read(pages.chat(OPEN, [], "", [], None, CURATOR)).all("p", "facts")[0].attributes


def test_what_changes_once_the_library_is_open_is_what_a_page_opened_then_has() -> None:
    update = pages.opened(OPEN, home("which papers study bees?"), CURATOR)
    page = pages.chat(OPEN, [], "", [], home("which papers study bees?"), CURATOR)
    assert update["welcome"].strip() in page
    assert (update["name"], update["facts"]) == (OPEN.name, OPEN.facts)
