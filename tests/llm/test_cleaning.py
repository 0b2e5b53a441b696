"""Text of a server is safe to print, store and show."""

from __future__ import annotations

import asyncio

import pytest

from rag.llm.cleaning import Cleaner
from rag.llm.model import Model

from . import protocol
from .conftest import Ask, load, messages
from .server import Server


def cleaned(*pieces: str) -> str:
    cleaner = Cleaner()
    return "".join([*map(cleaner.feed, pieces), cleaner.end()])


DIRTY = [
    ("Owls\thoot.\nBats do not.", "Owls\thoot.\nBats do not."),
    ("Owls\r\nhoot.", "Owls\nhoot."),
    ("Owls \ud800hoot.", "Owls \ufffdhoot."),
    ("Owls \udc00hoot.\ud83e", "Owls \ufffdhoot.\ufffd"),
    ("\ud83e\udd89 hoot.", "🦉 hoot."),
    ("Owls \u202ehoot\u202c.", "Owls hoot."),
    ("\ufeffOwls\u200b hoo\u00adt\u2060.", "Owls hoot."),
    ("Owls \U000e0041\U000e0042hoot.", "Owls hoot."),
    ("Owls \x1b[1;31mhoot\x1b[0m.", "Owls hoot."),
    ("\x1b]0;Owned\x07Owls hoot.", "Owls hoot."),
    ("\x1b]8;;https://owl.example\x1b\\Owls\x1b]8;;\x1b\\ hoot.", "Owls hoot."),
    ("\x1bcOwls \x9b2Jhoot.\x1b", "Owls hoot."),
    ("Owls\x00 hoot\x07\x08.", "Owls hoot."),
    ("می\u200cخواهم 👩\u200d🔬 e\u0301", "می\u200cخواهم 👩\u200d🔬 e\u0301"),  # joiners are part of words and of emoji
]


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_what_is_invisible_or_moves_text_is_removed(dirty: str, clean: str) -> None:
    assert cleaned(dirty) == clean


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_it_is_removed_where_it_arrives_in_pieces(dirty: str, clean: str) -> None:
    assert cleaned(*dirty) == clean


@pytest.fixture
def model(server: Server) -> Model:
    return load(f"openai-like:{server.url}/v1#owl")


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_replies_are_clean(server: Server, model: Model, ask: Ask, dirty: str, clean: str) -> None:
    server.streams = [([{"content": character} for character in dirty], "stop")]
    assert ask(model) == clean


def test_what_a_model_thinks_is_clean(server: Server, model: Model) -> None:
    server.streams = [([{"reasoning": "Owls \ud800\x1b[31m?"}, {"content": "Owls."}], "stop")] * 2

    async def thoughts() -> str:
        return "".join([piece.thinking async for piece in model.stream(messages(), 7)])

    assert asyncio.run(thoughts()) == "Owls \ufffd?"


def test_invalid_utf_8_is_replaced(server: Server, model: Model, ask: Ask) -> None:
    owls, hoot = b"".join(protocol.events("owl", [{"content": "Owls @ hoot."}])).split(b"@")
    server.flood = [owls + b"\xff" + hoot, protocol.DONE]
    assert ask(model) == "Owls \ufffd hoot."


def test_a_letter_may_arrive_in_two_parts(server: Server, model: Model, ask: Ask) -> None:
    event = protocol.event({"choices": [{"index": 0, "delta": {"content": "@"}, "finish_reason": "stop"}]})
    before, after = event.replace(b"@", "🦉".encode()).split(b"\xa6")
    server.flood = [before, b"\xa6" + after]
    assert ask(model) == "🦉"
