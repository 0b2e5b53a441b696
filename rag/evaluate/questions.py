"""Judged questions: JSON lines {"id", "type"?, "question", "history"?, "relevant": {title: grade}, "evidence"?}.

Those of `rag.chat.ratings` are among them.
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
from rag.text import normalize, one_line

MAX_GRADE = 10  # a paper's gain is 2^grade - 1: a higher grade would leave nothing to the others
LINE = 'Each line is {"id": ..., "question": ..., "relevant": {title: grade}}'


@dataclass(frozen=True)
class Judged:
    """A question with the names of the papers that answer it, each with a grade from 1 to MAX_GRADE.

    `relevant` is empty where no paper does. `type` is a group of questions to report on, or "". `evidence` are
    sentences that a good answer quotes, as `rag.text.normalize` puts them; empty where none are judged.
    """

    asked: BatchQuestion
    relevant: dict[str, int]
    type: str = ""
    evidence: tuple[str, ...] = ()


class Benchmark(Protocol):
    """Judged questions and the collection they are asked of."""

    @property
    def judged(self) -> Sequence[Judged]:
        """The questions; at least one has an answer."""

    @property
    def notice(self) -> str:
        """What is left out and why, in one line, or ""."""

    def name(self, paper: Paper) -> str:
        """What the judgements call `paper`."""

    def indexed(self, settings: Settings, progress: Progress) -> Settings:
        """`settings` with the `index_dir` that holds the collection; where it must be built, it is."""


@dataclass(frozen=True)
class Questions:
    """A file of questions over the current index, whose judgements name papers by title."""

    judged: list[Judged]
    notice: str = ""

    def name(self, paper: Paper) -> str:
        return paper.key

    def indexed(self, settings: Settings, progress: Progress) -> Settings:
        return settings


def read(path: Path) -> Questions:
    """The questions in `path`, less those whose answer a reader judged bad: what is right is not known of them.

    Raises QuestionError, naming the line, for what is not a question or is not judged.
    """
    lines = _last(batch.json_lines(path))
    judged = [_parse(data, where) for where, data in lines if not (_feedback(data) and data.get("good") is False)]
    notice = _left_out(len(lines) - len(judged))
    if not any(question.relevant for question in judged):
        raise QuestionError(" ".join(filter(None, [f"{path} holds no question with a relevant title.", notice, LINE])))
    return Questions(judged, notice)


def grade(value: Any, where: str) -> int:
    """`value` as a grade; 0 and less is not relevant. Raises QuestionError, naming `where` it stands, if it is none."""
    try:
        number = int(str(value))
    except ValueError:
        number = MAX_GRADE + 1
    if number > MAX_GRADE:
        raise QuestionError(f"{where}: a grade is a whole number up to {MAX_GRADE}, not {one_line(str(value))[:40]}.")
    return number


def _last(lines: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """`lines` less feedback that is taken back by a later line with its id."""
    kept: dict[tuple[bool, str], tuple[str, Any]] = {}
    for where, data in lines:
        kept[_feedback(data), str(data.get("id")) if _feedback(data) else where] = where, data
    return list(kept.values())


def _feedback(data: Any) -> bool:
    return isinstance(data, dict) and data.get("type") == "feedback"


def _left_out(bad: int) -> str:
    if not bad:
        return ""
    were = "question was judged bad and says" if bad == 1 else "questions were judged bad and say"
    return f"{bad} {were} not what would be right: not measured."


def _parse(data: Any, where: str) -> Judged:
    asked = batch.parse(data, where)
    titles, kind = data.get("relevant"), data.get("type") or ""
    if not isinstance(titles, dict) or not isinstance(kind, str):
        raise QuestionError(f"{where} is not a judged question. {LINE}")
    grades = {normalize(title): grade(value, where) for title, value in titles.items()}
    relevant = {name: grade for name, grade in grades.items() if grade > 0}
    return Judged(asked, relevant, one_line(kind)[:40], _evidence(data.get("evidence"), where))


def _evidence(value: Any, where: str) -> tuple[str, ...]:
    try:
        sentences = tuple(normalize(one["sentence"]) for one in value or [])
    except (TypeError, KeyError, AttributeError):
        sentences = ("",)
    if not all(sentences):
        raise QuestionError(f'{where}: "evidence" is a list of {{"title": ..., "sentence": ...}}.')
    return sentences
