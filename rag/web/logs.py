"""What a server writes to standard error, a record on each line: as text for people, or as JSON for programs."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.text import clean_line

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.web.places import Asking
    from rag.web.rebuilding import Change

MAX_LOGGED_CHARS = 2_000  # of a message, a question or a name
_FIELDS = "fields"  # the attribute of a record that has what it tells, by name
_CHAT, _QUESTIONS, _CHANGES = map(logging.getLogger, ("rag.chat", "rag.questions", "rag.changes"))


def configure(settings: Settings) -> None:
    """Has this process log as `settings` say: nothing that a library logs goes another way."""
    handler = logging.StreamHandler()
    format_ = JsonFormatter if settings.log == "json" else TextFormatter
    handler.setFormatter(format_(with_questions=settings.log_questions))
    logging.basicConfig(handlers=[handler], force=True)
    logging.captureWarnings(settings.log == "json")
    if settings.log != "warnings":
        for logger in (_CHAT, _QUESTIONS, _CHANGES):
            logger.setLevel(logging.INFO)


def announce(text: str, settings: Settings) -> None:
    """Prints `text`, or, for a program that reads lines of JSON, logs it."""
    if settings.log == "json":
        _CHAT.info("%s", text)
    else:
        print(text, flush=True)


def redirect_server() -> None:
    """Has uvicorn, which sets up handlers of its own as it starts, log as all else."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def log_question(asked: Asking) -> None:
    """Logs a question that has ended."""
    fields: dict[str, Any] = {"face": asked.face, "outcome": asked.outcome, "seconds": round(asked.seconds, 3)}
    if asked.found_after is not None:
        fields["search_seconds"] = round(asked.found_after, 3)
    if answer := asked.answer:
        fields |= {"searched": answer.searched, "papers": answer.relevant_count}
        fields |= {"model": answer.effort.model} if answer.effort else {}
        fields |= {"model_failed": True} if answer.model_fault else {}
    if asked.fault:
        fields["fault"] = type(asked.fault).__name__
    _QUESTIONS.info("question", extra={_FIELDS: fields | {"question": asked.question}})


def log_change(change: Change) -> None:
    """Logs a change of the collection that has ended."""
    _CHANGES.info("change", extra={_FIELDS: {"change": change.title, "outcome": change.outcome}})


class _Formatter(logging.Formatter):
    """What a record tells, by name. Whatever users wrote is left out, unless it is to be logged `with_questions`."""

    def __init__(self, *, with_questions: bool) -> None:
        super().__init__()
        self._with_questions = with_questions

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        given: Mapping[str, Any] = getattr(record, _FIELDS, {})
        shown = {name: value for name, value in given.items() if name != "question" or self._with_questions}
        fields = {"message": record.getMessage()} | shown
        if record.exc_info and (fault := record.exc_info[1]):
            fields |= {"fault": type(fault).__name__}
            fields |= {"reason": str(fault)} if self._with_questions else {}
        return {name: _bounded(value) for name, value in fields.items()}


class JsonFormatter(_Formatter):
    """A line of JSON in ASCII: no text can begin a line of its own, or change a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": when, "level": record.levelname.lower(), "logger": record.name, **self.told(record)}
        return json.dumps(line | ({"trace": _trace(record)} if record.exc_info else {}))


class TextFormatter(_Formatter):
    """A line of text; below it, of an error, one for each place that it came through."""

    def format(self, record: logging.LogRecord) -> str:
        told = self.told(record)
        line = " ".join([told.pop("message"), *(f"{name}={json.dumps(value)}" for name, value in told.items())])
        return "\n  ".join([f"{line}\nTraceback (innermost first):", *_trace(record)]) if record.exc_info else line


def _trace(record: logging.LogRecord) -> list[str]:
    """Where the error of `record` was raised, innermost first. Its message is not here: that may quote a question."""
    frames = reversed(traceback.extract_tb(record.exc_info[2])) if record.exc_info else ()
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _bounded(value: Any) -> Any:
    return clean_line(value)[:MAX_LOGGED_CHARS] if isinstance(value, str) else value
