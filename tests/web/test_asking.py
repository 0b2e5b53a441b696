"""What a page sends is a question, or one clear line says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from rag.errors import RagError
from rag.web.asking import MAX_REMOVED_FILTERS, Question, conversation, note, parse
from rag.web.turns import Choices

NAME = "abcdefghijklmnop"


def test_a_question_alone_begins_a_conversation() -> None:
    assert parse({"question": "how?"}) == Question("", "how?", Choices(), None)
    nothing_chosen = {"name": "", "question": "how?", "choices": None, "replace": None}
    assert parse(nothing_chosen) == Question("", "how?", Choices(), None)


def test_all_that_can_be_chosen() -> None:
    papers = ["0123456789ab", "ba9876543210"]
    choices = {"llm": "owl", "writer": "quotes", "limit": 5, "without": ["since 2020"], "papers": [*papers, papers[0]]}
    asked = parse({"name": NAME, "question": "how?\n\tand why", "choices": choices, "replace": 3})
    assert asked == Question(NAME, "how?\n\tand why", Choices(("since 2020",), 5, "owl", "quotes", tuple(papers)), 3)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("how\ud83e?", "how\ufffd?"),
        ("\ud83e\udd89?", "🦉?"),
        ("safe \u202eneve\u202c?", "safe neve?"),
        ("a\x00b\x1b[31mc\x7f", "abc"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_question_holds_nothing_that_cannot_be_stored_or_shown(sent: str, kept: str) -> None:
    assert parse({"question": sent, "choices": {"without": [sent]}}).text == kept
    assert parse({"question": sent, "choices": {"without": [sent]}}).choices.without == (kept,)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        *[(data, "must be an object") for data in (None, "x", 7, [], ["how?"], True)],
        ({}, "1 to 2,000 characters"),
        ({"question": "  \n"}, "1 to 2,000 characters"),
        ({"question": "\u202e\x00"}, "1 to 2,000 characters"),
        ({"question": "x" * 2_001}, "has 2,001"),
        *[({"question": question}, "“question” must be text") for question in (7, ["how?"], {}, True, 0.5)],
        *[({"name": name}, "“name” must be text") for name in (7, [NAME], {"a": 1})],
        *[({"name": name}, "no conversation of that name") for name in ("short", "../" * 8, f"{NAME}\n", "x" * 65)],
        *[({"replace": n}, "“replace” must be a number from 0 to 99") for n in (-1, 100, "1", 1.0, True, 10**30, [])],
        *[({"choices": choices}, "“choices” must be an object") for choices in ([], "x", 7)],
        *[({"choices": {"limit": n}}, "“limit” must be a number from 1 to 1,000") for n in (0, -1, 10**5_000, "3", {})],
        *[({"choices": {"writer": writer}}, "“writer” must be") for writer in ("synthesis", 7, [])],
        ({"choices": {"llm": "x" * 501}}, "at most 500 characters"),
        ({"choices": {"llm": {}}}, "“llm” must be text"),
        *[({"choices": {"without": without}}, "must be a list of filters") for without in ("ab", {}, [1], [None], 7)],
        *[({"choices": {"papers": papers}}, "must be a list of papers") for papers in ("ab", {}, [1], [None], 7, [[]])],
        *[({"choices": {"papers": [one]}}, "named by 12 digits") for one in ("", "x", "0" * 11, "A" * 12, "0" * 9_999)],
        ({"choices": {"papers": [f"{n:012x}" for n in range(101)]}}, "At most 100 papers can be selected, not 101"),
        ({"choices": {"without": ["a"] * (MAX_REMOVED_FILTERS + 1)}}, "At most 20 filters"),
        ({"choices": {"without": ["a" * 1_001, "b" * 1_000]}}, "2,000 characters in all"),
    ],
)
def test_anything_else_is_refused_in_one_line(data: Any, fault: str) -> None:
    sent = {"question": "how?"} | data if isinstance(data, dict) and data else data
    with pytest.raises(RagError, match=fault) as raised:
        parse(sent)
    assert len(str(raised.value)) < 200
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", [None, 7, {"a": 1}, [], "", "short", "é" * 20])
def test_what_cannot_be_a_conversation_is_none(name: object) -> None:
    with pytest.raises(RagError, match="no conversation of that name"):
        conversation(name)
    assert conversation(NAME) == NAME


def test_a_note_is_one_short_line_and_none_is_cut() -> None:
    assert note(" a\ud83e \u202eb\n\nc ") == "a\ufffd b c"
    assert note("x" * 500) == "x" * 500
    for sent in (None, 7, ["a"], "x" * 501, "x" * 5_000, "x" * 100_000):
        with pytest.raises(RagError, match="A note must be text of at most 500 characters"):
            note(sent)
