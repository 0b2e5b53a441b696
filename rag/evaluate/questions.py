"""Judged questions: JSON lines {"id", "type"?, "question", "history"?, "relevant": {title: grade}, "evidence"?}.

Readers' ratings are such questions too; see `rag.chat.ratings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rag.errors import QuestionError
from rag.paper import Paper
from rag.progress import Progress
from rag.query import batch
from rag.query.batch import BatchQuestion
from rag.settings import Settings
from rag.text import count, normalize, one_line

MAX_GRADE = 10  # the gain is 2^grade - 1: with a higher grade, no other paper would count
_LINE_FORMAT = 'Each line is {"id": ..., "question": ..., "relevant": {title: grade}}'
_MAX_SHOWN_CHARS = 40  # of a question type, and of a wrong grade in its error


@dataclass(frozen=True)
class JudgedQuestion:
    """A question, and the papers that answer it by name, each with a grade from 1 to MAX_GRADE.

    `relevant` is empty if no paper answers it. `type` names a group of questions to report on, or is "". `evidence` are
    sentences that a good answer quotes, normalised as by `rag.text.normalize`; empty if none were judged.
    """

    question: BatchQuestion
    relevant: dict[str, int]
    type: str = ""
    evidence: tuple[str, ...] = ()


class Benchmark(Protocol):
    """Judged questions, and the collection that they are asked of."""

    @property
    def questions(self) -> Sequence[JudgedQuestion]:
        """The questions; at least one has an answer."""

    @property
    def notice(self) -> str:
        """How many questions were left out and why, in one line, or ""."""

    def name_of(self, paper: Paper) -> str:
        """The name of `paper` in the judgements."""

    def prepare(self, settings: Settings, progress: Progress) -> Settings:
        """`settings` with the `index_dir` of the collection, whose index is built first if necessary."""


@dataclass(frozen=True)
class QuestionFile:
    """A file of questions to the user's own index, which names papers by their titles."""

    questions: list[JudgedQuestion]
    notice: str = ""

    def name_of(self, paper: Paper) -> str:
        return paper.key

    def prepare(self, settings: Settings, progress: Progress) -> Settings:
        return settings


def read(path: Path) -> QuestionFile:
    """The questions in `path`, without those whose answer was rated bad: what would answer them is not known.

    Raises QuestionError, naming the line, if one is not a judged question.
    """
    lines = _latest_ratings(batch.json_lines(path))
    usable = [(data, where) for where, data in lines if not (_is_rating(data) and data.get("good") is False)]
    questions = [_parse(data, where) for data, where in usable]
    notice = _notice(len(lines) - len(usable))
    if not any(question.relevant for question in questions):
        message = [f"No question in {path} has a relevant paper.", notice, _LINE_FORMAT]
        raise QuestionError(" ".join(filter(None, message)))
    return QuestionFile(questions, notice)


def parse_grade(value: Any, where: str) -> int:
    """`value` as a grade; 0 and less mean not relevant. Raises QuestionError, naming `where`, if it is not a grade."""
    try:
        grade = int(str(value))
    except ValueError:
        grade = MAX_GRADE + 1
    if grade > MAX_GRADE:
        written = one_line(str(value))[:_MAX_SHOWN_CHARS]
        raise QuestionError(f"{where}: a grade must be a whole number up to {MAX_GRADE}, not {written}.")
    return grade


def _latest_ratings(lines: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """`lines` without ratings that a later line with the same id replaces."""
    latest: dict[tuple[bool, str], tuple[str, Any]] = {}
    for where, data in lines:
        latest[_is_rating(data), str(data.get("id")) if _is_rating(data) else where] = where, data
    return list(latest.values())


def _is_rating(data: Any) -> bool:
    return isinstance(data, dict) and data.get("type") == "feedback"


def _notice(bad: int) -> str:
    return f"Skipped {count(bad, 'question')} whose answer was rated bad: the right answer is not known." if bad else ""


def _parse(data: Any, where: str) -> JudgedQuestion:
    question = batch.parse(data, where)
    titles, type_ = data.get("relevant"), data.get("type") or ""
    if not isinstance(titles, dict) or not isinstance(type_, str):
        raise QuestionError(f"{where} is not a judged question. {_LINE_FORMAT}")
    grades = {normalize(title): parse_grade(value, where) for title, value in titles.items()}
    relevant = {name: grade for name, grade in grades.items() if grade > 0}
    return JudgedQuestion(
        question, relevant, one_line(type_)[:_MAX_SHOWN_CHARS], _evidence(data.get("evidence"), where)
    )


def _evidence(value: Any, where: str) -> tuple[str, ...]:
    try:
        sentences = tuple(normalize(entry["sentence"]) for entry in value or [])
    except (TypeError, KeyError, AttributeError):
        sentences = ("",)
    if not all(sentences):
        raise QuestionError(f'{where}: "evidence" must be a list of {{"title": ..., "sentence": ...}}.')
    return sentences
