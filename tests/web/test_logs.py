"""What a server logs: one line for each record, whatever anybody wrote, and no question unless it is asked for."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Answer, Effort
from rag.errors import ModelError
from rag.web import logs
from rag.web.logs import MAX_LOGGED_CHARS, JsonFormatter, TextFormatter
from rag.web.places import Asking
from rag.web.rebuilding import Change

HOSTILE = 'coral\r\n{"level": "error"}\x1b[31m\u2028\u202e\ud800"'


def logged(caplog: pytest.LogCaptureFixture, asked: Asking) -> logging.LogRecord:
    with caplog.at_level(logging.INFO, "rag.questions"):
        logs.log_question(asked)
    return caplog.records[-1]


def as_json(record: logging.LogRecord, *, with_questions: bool = False) -> dict[str, Any]:
    line = JsonFormatter(with_questions=with_questions).format(record)
    assert line.isascii()
    assert line.isprintable()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_a_question_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    answer = Answer("how are corals counted?", searched=14, effort=Effort("owl:7b"))
    asked = Asking("ada", answer.question, "openai", found_after=0.25, seconds=1.5, answer=answer)
    line = as_json(logged(caplog, asked))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "rag.questions",
        "message": "question",
        "face": "openai",
        "outcome": "refused",
        "seconds": 1.5,
        "search_seconds": 0.25,
        "searched": 14,
        "papers": 0,
        "model": "owl:7b",
    }


def test_a_question_is_told_with_its_words_if_they_are_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    record = logged(caplog, Asking("ada", "how are corals counted?"))
    assert as_json(record, with_questions=True)["question"] == "how are corals counted?"
    text = TextFormatter(with_questions=True).format(record)
    assert text == ('question face="page" outcome="stopped" seconds=0.0 question="how are corals counted?"')


@pytest.mark.parametrize("hostile", [HOSTILE, "x" * 100_000])
def test_no_text_begins_a_line_or_changes_a_terminal(caplog: pytest.LogCaptureFixture, hostile: str) -> None:
    answer = Answer(hostile, effort=Effort(hostile))
    record = logged(caplog, Asking("ada", hostile, answer=answer))
    line = as_json(record, with_questions=True)
    assert len(line["question"]) <= MAX_LOGGED_CHARS
    text = TextFormatter(with_questions=True).format(record)
    assert text.isprintable()
    warning = logging.LogRecord("uvicorn", logging.WARNING, "", 0, "cannot open %s", (hostile,), None)
    assert TextFormatter(with_questions=False).format(warning).isprintable()
    assert as_json(warning)["message"].startswith("cannot open ")


def test_an_error_is_told_by_where_it_was_raised_and_its_message_only_if_asked_for() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        fault = sys.exc_info()
    record = logging.LogRecord("rag", logging.ERROR, "", 0, "A question could not be answered", (), fault)
    line = as_json(record)
    assert line["fault"] == "ValueError"
    assert line["trace"][0].endswith("test_an_error_is_told_by_where_it_was_raised_and_its_message_only_if_asked_for")
    text = TextFormatter(with_questions=False).format(record)
    assert text.splitlines()[:2] == [
        'A question could not be answered fault="ValueError"',
        "Traceback (innermost first):",
    ]
    assert [line for line in text.splitlines() if not line.isprintable()] == []
    assert "coral" not in json.dumps(line) + text
    assert as_json(record, with_questions=True)["reason"].startswith("coral")


def test_the_reason_of_a_refused_question_is_told_by_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    record = logged(caplog, Asking("ada", "x", fault=ModelError("owl cannot read “how are corals counted?”")))
    assert as_json(record)["fault"] == "ModelError"
    assert "coral" not in json.dumps(as_json(record))


def test_a_change_of_the_collection_is_told_with_how_it_ended(caplog: pytest.LogCaptureFixture) -> None:
    change = Change("Building the index")
    change.end()
    with caplog.at_level(logging.INFO, "rag.changes"):
        logs.log_change(change)
    line = as_json(caplog.records[-1])
    assert (line["change"], line["outcome"]) == ("Building the index", "done")


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({}, ""),
        ({"log_questions": True}, ""),
        ({"log": "text"}, 'question face="page" outcome="stopped" seconds=0.0\n'),
        ({"log": "text", "log_questions": True}, 'question face="page" outcome="stopped" seconds=0.0 question="x"\n'),
    ],
)
def test_the_settings_say_what_is_told(
    chosen: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, questions = logging.getLogger(), logging.getLogger("rag.questions")
    handlers = root.handlers
    monkeypatch.setattr(root, "handlers", [])
    try:
        logs.configure(settings.load(**chosen))
        logs.log_question(Asking("ada", "x"))
        logging.getLogger("rag.other").warning("wrong")
    finally:
        root.handlers = handlers
        questions.setLevel(logging.NOTSET)
        logging.getLogger("rag.changes").setLevel(logging.NOTSET)
    assert capsys.readouterr().err == f"{told}wrong\n"
