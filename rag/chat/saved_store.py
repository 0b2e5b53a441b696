"""Saved questions, kept in one SQLite file beside the index: with what was seen of their answers, and what is new."""

from __future__ import annotations

import json
import secrets
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from rag.chat.saved import Match, News, Snapshot, difference
from rag.chat.saved_file import SAVED_FILE, reading, writing
from rag.errors import QuestionError

LIBRARY = "library"  # the owner of the list of the command line, and of a chat that nobody signs in to
MAX_SAVED = 100  # questions of one owner
_MAX_UNPACKED = 10_000_000  # bytes of a record; far above what is ever kept, so that no damaged file fills the memory
_FACTS = ("generation", "headline", "refused", "matching", "is_listing")  # of the latest answer
_COLUMNS = f"id, question, without, typed, origin, since, {', '.join(_FACTS)}, news, earlier"
_INSERT = f"INSERT INTO questions (owner, {_COLUMNS}, seen, latest) VALUES ({', '.join('?' * 16)})"
_UPDATE = f"UPDATE questions SET {', '.join(f'{fact} = ?' for fact in _FACTS)}, latest = ?, news = ?"
_Record = TypeVar("_Record", Snapshot, News)


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question to ask again. `question` makes sense alone, and is asked without the filters written as `without`.

    It was `typed` in another form if it is a follow-up, in the conversation called `origin`, else "". It was asked of
    the `generation` of the index: then `matching` papers answered, or it was `refused`; `headline` is the first line,
    and all of an answer that `is_listing`, which comes from the records of the papers.
    `news` is what is different from what was seen, at the time `since`; `earlier` is the news that was seen last.
    """

    id: str
    question: str
    without: tuple[str, ...]
    typed: str
    origin: str
    since: datetime
    generation: str
    headline: str
    refused: bool
    matching: int
    is_listing: bool = False
    news: News | None = None
    earlier: News | None = None

    @property
    def has_news(self) -> bool:
        """Whether there is something that its owner should look at."""
        return bool(self.news and self.news.matters)


class SavedStore:
    """The saved questions in the folder `index_dir`. Each owner has a list of their own.

    Each call is a transaction of its own, on the file opened anew, so calls may come from any thread and process. All
    raise StoreError if the file cannot be used; then nothing has changed.
    """

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / SAVED_FILE

    def of(self, owner: str) -> list[SavedQuestion]:
        """The questions of `owner`, the first saved first."""
        with reading(self._file) as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM questions WHERE owner = ? ORDER BY n", (owner,)).fetchall()
        return [_question(row) for row in rows]

    def add(self, owner: str, question: SavedQuestion, answer: Snapshot) -> SavedQuestion:
        """Keeps `question`, whose `answer` has been seen; the one that is there if it was saved before.

        Raises QuestionError if `owner` has MAX_SAVED already.
        """
        text, without = question.question, json.dumps(sorted(question.without))
        with writing(self._file) as database:
            found = "SELECT {} FROM questions WHERE owner = ?"
            same = f"{found.format(_COLUMNS)} AND question = ? AND without = ?"
            if row := database.execute(same, (owner, text, without)).fetchone():
                return _question(row)
            if database.execute(found.format("count(*)"), (owner,)).fetchone()[0] >= MAX_SAVED:
                raise QuestionError(f"{MAX_SAVED} questions are saved already. Remove one first: rag saved remove N")
            told = (text, without, question.typed, question.origin, answer.at.isoformat())
            packed = _packed(answer)
            values = (owner, secrets.token_urlsafe(12), *told, *_facts(answer), None, None, packed, packed)
            database.execute(_INSERT, values)
            return _question(database.execute(same, (owner, text, without)).fetchone())

    def remove(self, owner: str, id: str) -> None:
        """Forgets a question, if `owner` has it."""
        with writing(self._file) as database:
            database.execute("DELETE FROM questions WHERE owner = ? AND id = ?", (owner, id))
            if not database.execute("SELECT 1 FROM questions").fetchone():  # nothing is to be compared any more
                database.execute("DELETE FROM known")
                database.execute("DELETE FROM editions")

    def observe(self, generation: str, papers: Callable[[], Set[bytes]]) -> int:
        """Notes which papers the collection holds in its current `generation`; the number of this edition of it.

        `papers` gives what all papers are known by, see `saved.paper_keys`; it is called for a new generation only.
        """
        with reading(self._file) as database:
            edition, seen = _edition(database)
        if seen == generation:
            return edition
        present = papers()
        with writing(self._file) as database:
            edition, seen = _edition(database)
            if seen == generation:  # another process was faster
                return edition
            known = {key for (key,) in database.execute("SELECT paper FROM known")}
            database.executemany("INSERT INTO known VALUES (?, ?)", ((key, edition + 1) for key in present - known))
            database.executemany("DELETE FROM known WHERE paper = ?", ((key,) for key in known - present))
            database.execute("DELETE FROM editions")
            database.execute("INSERT INTO editions VALUES (?, ?)", (edition + 1, generation))
        return edition + 1

    def record(self, owner: str, id: str, answer: Snapshot) -> bool:
        """Keeps the latest `answer` to a question, and what is new in it; False if the collection has changed again.

        Nothing happens if `owner` has no such question any more.
        """
        with writing(self._file) as database:
            edition, _ = _edition(database)
            if edition != answer.edition:
                return False
            row = database.execute("SELECT seen FROM questions WHERE owner = ? AND id = ?", (owner, id)).fetchone()
            before = _unpacked(Snapshot, row[0]) if row else None
            if row and before is None:  # it cannot be read any more: from now on this answer is what was seen
                database.execute("UPDATE questions SET seen = ? WHERE id = ?", (_packed(answer), id))
            news = _news(database, before, answer) if before else None
            values = (*_facts(answer), _packed(answer), _packed(news) if news else None)
            database.execute(f"{_UPDATE} WHERE owner = ? AND id = ?", (*values, owner, id))
        return True

    def see(self, owner: str, id: str, until: datetime) -> bool:
        """Notes that the news of a question `until` then was seen; False, and nothing, if there is other news now."""
        with writing(self._file) as database:
            sql = "SELECT news FROM questions WHERE owner = ? AND id = ?"
            row = database.execute(sql, (owner, id)).fetchone()
            news = _unpacked(News, row[0]) if row else None
            if news is None or news.until != until:
                return False
            columns = "since = ?, seen = latest, earlier = news, news = NULL"
            database.execute(f"UPDATE questions SET {columns} WHERE id = ?", (until.isoformat(), id))
        return True


def _question(row: tuple[Any, ...]) -> SavedQuestion:
    id, question, without, typed, origin, since, generation, headline, *facts, news, earlier = row
    written = tuple(json.loads(without))
    at = datetime.fromisoformat(since)
    refused, matching, is_listing = facts
    seen = (at, generation, headline, bool(refused), matching, bool(is_listing))
    return SavedQuestion(id, question, written, typed, origin, *seen, _unpacked(News, news), _unpacked(News, earlier))


def _facts(answer: Snapshot) -> tuple[str, str, bool, int, bool]:
    return answer.generation, answer.headline, answer.refused, len(answer.matches), answer.is_listing


def _edition(database: sqlite3.Connection) -> tuple[int, str]:
    """The number of the edition of the collection that was observed last, and its generation; 0 and "" for none."""
    found = database.execute("SELECT n, generation FROM editions").fetchone()
    return found or (0, "")


def _news(database: sqlite3.Connection, before: Snapshot, now: Snapshot) -> News | None:
    def is_known(keys: Iterable[bytes], edition: int) -> bool:
        sql = "SELECT 1 FROM known WHERE paper = ? AND edition <= ?"
        return any(database.execute(sql, (key, edition)).fetchone() for key in keys)

    def was_here(match: Match) -> bool:
        return is_known(match.keys, before.edition)

    def is_here(match: Match) -> bool:
        return is_known(match.keys, now.edition)

    return difference(before, now, was_here, is_here) or None


def _packed(record: Snapshot | News) -> bytes:
    return zlib.compress(_adapters()[type(record)].dump_json(record, exclude_defaults=True))


def _unpacked(kind: type[_Record], content: object) -> _Record | None:
    """The record of this `kind` that was packed; None for nothing, and for what cannot be read."""
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(content, _MAX_UNPACKED)  # type: ignore[arg-type] # else it is a TypeError
        record: _Record = _adapters()[kind].validate_json(text)
    except (zlib.error, TypeError, ValueError):
        return None
    return record


@cache
def _adapters() -> dict[type, Any]:
    from pydantic import TypeAdapter

    return {Snapshot: TypeAdapter(Snapshot), News: TypeAdapter(News)}
