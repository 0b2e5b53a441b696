"""Whole pages as HTML: what stands where. Pure functions of what is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from rag.chat.conversation import MAX_QUESTION
from rag.errors import RagError
from rag.text import count
from rag.web import cards, export, render
from rag.web.conversations import Kept
from rag.web.turns import Turn

if TYPE_CHECKING:
    from rag.chat.library import Library, LibraryInfo

STATIC = Path(__file__).parent / "static"
WRITES = {"quotes": "quotes only", "sentences": "one sentence at a time", "synthesis": "from all evidence at once"}
MOST = (3, 5, 10, 20, 50)  # papers that a user may limit an answer to
MAX_NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of every page: the collection, or why it cannot be opened."""

    collection: LibraryInfo | None
    fault: str = ""


def head(chat: Library) -> Head:
    """What stands on top now."""
    try:
        return Head(chat.collection())
    except RagError as fault:
        return Head(None, str(fault))


def chat(head: Head, kept: Sequence[Kept], name: str, turns: Sequence[Turn], examples: Sequence[str]) -> str:
    """The chat: conversations, the one called `name` with its `turns` ("" and none for a new one), and sources."""
    title = turns[0].question if turns else "Ask the papers"
    main = (
        f'{_conversations(kept, name)}<section id="talk" aria-label="Conversation">'
        f'<div id="turns" data-live data-name="{escape(name)}" tabindex="-1">{dialogue(turns, name)}</div>'
        f"{'' if turns else _welcome(head, examples)}{_ask()}</section>"
        f'<aside id="sources" aria-label="Sources"><h2>Sources</h2>'
        f'<div id="cards" data-live>{cards.panel(turns)}</div></aside>{_settings()}'
    )
    return page(head, title, "chat", main)


def page(head: Head, title: str, script: str, main: str) -> str:
    """A page with `main` in it and the module `script` at work."""
    links = [("chat", "/", "Chat"), ("papers", "/papers", "Papers")]
    told = [
        f'<a href="{address}"{" aria-current=page" if script == one else ""}>{label}</a>'
        for one, address, label in links
    ]
    return _template().substitute(
        title=escape(title),
        script=script,
        name=escape(head.collection.name if head.collection else "Papers"),
        facts=escape(_facts(head.collection)) if head.collection else "",
        links="".join(told),
        main=(render.fault(head.fault) if head.fault else "") + main,
    )


def dialogue(turns: Sequence[Turn], name: str) -> str:
    """All `turns` of the conversation called `name`."""
    return "".join(turn(turns, n, name) for n in range(len(turns)))


def turn(turns: Sequence[Turn], n: int, name: str) -> str:
    """Turn `n`: the question, where the work on it stands, the answer, and what one can do with it."""
    one, last = turns[n], n == len(turns) - 1
    # There from the first, or the answer would move when it appears.
    edit = f'<button type="button" class="edit"{" disabled" if one.running else ""}>Edit</button>'
    parts = [
        f'<div class="asked">{render.question(one.question)}{edit}</div>',
        _chosen(one),
        f'<p class="status">{escape(render.status(one))}</p>',
        f'<div class="reply" data-live>{render.reply(one, last)}</div>',
        "" if one.running else _actions(turns, n, name),
    ]
    return (
        f'<article class="turn" id="turn-{n}" data-n="{n}" data-live data-state="{one.state}" '
        f'data-without="{escape(json.dumps(one.choices.without))}" aria-label="Question {n + 1}">'
        f"{''.join(parts)}</article>"
    )


def conversations(kept: Sequence[Kept], name: str) -> str:
    """The list of conversations, in which the one called `name` is current."""
    return "".join(map(partial(_kept, name), kept))


def _kept(current: str, one: Kept) -> str:
    title, here = escape(one.title), " aria-current=page" if one.id == current else ""
    delete = f'<button type="button" class="delete" value="{one.id}" aria-label="Delete “{title}”">✕</button>'
    return f'<li><a href="/c/{one.id}"{here}>{title}</a>{delete}</li>'


def _conversations(kept: Sequence[Kept], name: str) -> str:
    return (
        '<button type="button" id="menu" aria-controls="conversations" aria-expanded="false">Conversations</button>'
        '<nav id="conversations" aria-label="Conversations"><a class="new" href="/">New conversation</a>'
        f"<ul>{conversations(kept, name)}</ul></nav>"
    )


def _welcome(head: Head, examples: Sequence[str]) -> str:
    if head.collection is None:
        return ""
    buttons = "".join(f'<li><button type="button" class="example">{escape(one)}</button></li>' for one in examples)
    papers = count(head.collection.papers, "paper")
    return (
        f'<div id="welcome"><h1>Ask {papers}</h1><p>Every sentence of an answer is cited to the sentence of an '
        f"abstract that backs it. What the abstracts do not say is not answered.</p><ul>{buttons}</ul></div>"
    )


def _ask() -> str:
    return (
        '<form id="ask"><p id="chips" role="group" aria-label="Settings that differ from the default"></p>'
        f'<label class="unseen" for="box">Question</label><textarea id="box" rows="1" maxlength="{MAX_QUESTION}" '
        'placeholder="Ask about the papers" autofocus></textarea><div class="buttons">'
        '<button type="button" id="choose">Settings</button><span class="grow"></span>'
        '<button type="button" id="stop" disabled>Stop</button>'
        '<button type="submit" id="send" class="main">Send</button></div></form>'
    )


def _settings() -> str:
    most = "".join(f'<option value="{n}">at most {n}</option>' for n in MOST)
    return (
        '<dialog id="settings" aria-labelledby="settings-title"><form method="dialog">'
        '<h2 id="settings-title">Settings</h2>'
        '<fieldset><legend>Model</legend><label for="llm">Who writes</label>'
        '<select id="llm"><option value="">as started</option></select> '
        '<button type="button" id="test">Test</button><p id="tested" role="status"></p></fieldset>'
        '<fieldset><legend>Sources</legend><label for="most">Papers in an answer</label>'
        f'<select id="most"><option value="">all that match</option>{most}</select></fieldset>'
        '<fieldset id="filters"><legend>Only papers</legend>'
        '<label for="from">from the year</label><input id="from" type="number" min="1000" max="9999">'
        '<label for="to">to the year</label><input id="to" type="number" min="1000" max="9999">'
        '<label for="author">by the author</label><input id="author" maxlength="80">'
        '<label for="source">from the source</label><select id="source"><option value="">any</option></select>'
        "</fieldset>"
        '<p class="buttons"><button type="button" id="defaults">Back to the defaults</button>'
        '<span class="grow"></span><button class="main" value="done">Done</button></p></form></dialog>'
    )


def _chosen(one: Turn) -> str:
    """What was asked for beside the defaults."""
    told = [f"model {one.choices.llm}"] if one.choices.llm else []
    told += [f"at most {count(one.choices.most, 'paper')}"] if one.choices.most else []
    return f'<p class="chosen">{escape(", ".join(told))}</p>' if told else ""


def _actions(turns: Sequence[Turn], n: int, name: str) -> str:
    """What can be done with a turn that has ended."""
    again = "" if turns[n].answer else '<button type="button" class="again">Ask again</button>'
    with_reply = _with_reply(turns, n, f"/c/{name}", f"{name}.{n}") if turns[n].reply else ""
    return f'<div class="actions">{again}{with_reply}</div>'


def _with_reply(turns: Sequence[Turn], n: int, address: str, answer: str) -> str:
    one = turns[n]
    copy = f'<button type="button" class="copy" value="{address}/{n}.md">Copy</button>'
    shown = f'<a href="/papers?answer={answer}">On the map</a>' if one.reply and one.reply.citations else ""
    marks = _judge("good", "Helpful", one.good is True) + _judge("bad", "Not helpful", one.good is False)
    return copy + export.menu(address, turns, n) + shown + marks + ("" if one.good is None else _note(one.note))


def _note(note: str) -> str:
    return (
        f'<form class="note"><label>What should we know? <input name="note" maxlength="{MAX_NOTE}" '
        f'value="{escape(note)}"></label> <button>Keep note</button></form>'
    )


def _judge(value: str, label: str, pressed: bool) -> str:
    state = str(pressed).lower()
    return f'<button type="button" class="judge" value="{value}" aria-pressed="{state}">{label}</button>'


def _facts(collection: LibraryInfo) -> str:
    model = f"{'no model' if collection.model == 'none' else collection.model}, {WRITES[collection.writer]}"
    return f"{count(collection.papers, 'paper')} · {model}"


@cache
def _template() -> Template:
    return Template((STATIC / "page.html").read_text(encoding="utf-8"))
