"""Conversations, kept over reloads and restarts in one SQLite file beside the index: a row per turn and per paper."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ConversationError, QuestionError, UnknownConversationError
from rag.text import one_line
from rag.web import records
from rag.web.database import BRANCH, DELETE, RATE, RENAME, reading, writing
from rag.web.keys import new_key
from rag.web.schema import copy_turn, write_turn
from rag.web.searching import Hit, search
from rag.web.turns import NO_ANSWER, Turn

DATABASE = "conversations.db"
MAX_TITLE_CHARS = 120  # of a conversation, which is titled by its first question until it is renamed
COPIED = " (copy)"  # after the title of a copy
MAX_LISTED = 100  # conversations at once
MAX_TURNS = 100  # of one conversation
MAX_TURN_CHARS = 10_000_000  # of one turn with all its papers, before they are packed
MAX_OWNED = 100_000_000  # bytes of the turns of one owner; papers are shared by all
UNKNOWN = "There is no such conversation here. It was deleted, or it belongs to another browser. Begin a new one."
CHANGED = "This conversation was deleted, or it was changed in another window meanwhile. Reload the page."


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A conversation in a list: its id, which nobody can guess, and its title.

    It was last `changed` at that time, in ISO 8601 and UTC; "" if that is not stored. `hit` is what a search found in
    it, None if that is the title, or nothing was looked for.
    """

    id: str
    title: str
    changed: str = ""
    hit: Hit | None = None


class Conversations:
    """The conversations kept in the folder `index_dir`. Only its owner finds a conversation.

    Each call is a transaction of its own, on the file opened anew, so calls may come from any thread and process. All
    raise ConversationError if the file cannot be used; then nothing has changed.
    """

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / DATABASE

    def new(self) -> str:
        """An id for a conversation."""
        return new_key(12)

    def of(self, owner: str, changed: str = "", name: str = "") -> list[ListedConversation]:
        """The conversations of `owner`, the last changed first, at most MAX_LISTED.

        If a page before ended with the one called `name`, which was `changed` then, those that follow.
        """
        sql = "SELECT id, title, changed FROM conversations WHERE owner = :owner"
        older = " AND (changed, id) < (:changed, :name)" if changed else ""
        values = {"owner": owner, "changed": changed, "name": name, "limit": MAX_LISTED}
        with reading(self._file) as database:
            rows = database.execute(f"{sql}{older} ORDER BY changed DESC, id DESC LIMIT :limit", values)
            return [ListedConversation(*row) for row in rows]

    def one(self, owner: str, name: str) -> ListedConversation:
        """The conversation called `name`. Raises UnknownConversationError if `owner` has none of that name."""
        with reading(self._file) as database:
            sql = "SELECT id, title, changed FROM conversations WHERE id = ? AND owner = ?"
            found = database.execute(sql, (name, owner)).fetchone()
        if found is None:
            raise UnknownConversationError(UNKNOWN)
        return ListedConversation(*found)

    def search(self, owner: str, text: str) -> list[ListedConversation]:
        """The conversations of `owner` that have all words of `text`; see `rag.web.searching.search`."""
        with reading(self._file) as database:
            return [ListedConversation(*row) for row in search(database, owner, text)]

    def size(self, owner: str) -> int:
        """How many bytes the turns of `owner` take, of MAX_OWNED."""
        with reading(self._file) as database:
            sql = "SELECT total(length(content)) FROM turns JOIN conversations ON conversation = conversations.id"
            return int(database.execute(f"{sql} WHERE owner = ?", (owner,)).fetchone()[0])

    def load(self, owner: str, name: str) -> list[Turn]:
        """The turns of a conversation. Raises UnknownConversationError if `owner` has none of that `name`."""
        with reading(self._file) as database:
            turns = _load(database, owner, name)
        if not turns:
            raise UnknownConversationError(UNKNOWN)
        return list(turns.values())

    def save(self, owner: str, name: str, n: int, *turns: Turn, known: int | None = None) -> None:
        """Keeps `turns`, at least one, as turn `n` and those after it; all that were there from `n` on are forgotten.

        Raises UnknownConversationError if the conversation `name` is another's, or if it has not as many turns as are
        `known`, unless None; ConversationError if a turn is too large.
        """
        dumped = [_dumped(turn) for turn in turns]
        with writing(self._file) as database:
            (found,) = database.execute("SELECT count(*) FROM turns WHERE conversation = ?", (name,)).fetchone()
            if known not in (None, found):
                raise UnknownConversationError(CHANGED)
            _claim(database, owner, name)
            if n == 0:  # the first question names the conversation, unless its owner did
                title = one_line(turns[0].question)[:MAX_TITLE_CHARS]
                database.execute("UPDATE conversations SET title = ? WHERE id = ? AND NOT renamed", (title, name))
            database.execute("DELETE FROM turns WHERE conversation = ? AND n >= ?", (name, n))
            for number, (text, papers) in enumerate(dumped, n):
                write_turn(database, name, number, text, papers)

    def finish(self, owner: str, name: str, n: int, turn: Turn) -> None:
        """Keeps `turn` in place of turn `n`, its question. Raises UnknownConversationError if that is not there."""
        with writing(self._file) as database:
            asked = _load(database, owner, name, n).get(n)
            if asked is None or asked.question != turn.question or asked.reply:
                raise UnknownConversationError(CHANGED)
            _claim(database, owner, name)
            _rewrite(database, name, n, turn)

    def rate(self, owner: str, name: str, n: int, good: bool, note: str, question: str | None = None) -> list[Turn]:
        """Keeps what the user thinks of the answer to turn `n`; all turns, that one rated.

        Raises QuestionError if there is none, or if it answers another `question` than that, unless None.
        """
        with writing(self._file, RATE) as database:
            turns = _load(database, owner, name)
            if n not in turns:
                raise QuestionError(NO_ANSWER)
            turns[n].rate(good, note, question)
            _rewrite(database, name, n, turns[n])
        return list(turns.values())

    def rename(self, owner: str, name: str, title: str) -> None:
        """Names a conversation `title`, cut to MAX_TITLE_CHARS, whatever its first question becomes.

        Raises UnknownConversationError if `owner` has none of that `name`.
        """
        with writing(self._file, RENAME) as database:
            sql = "UPDATE conversations SET title = ?, renamed = 1 WHERE id = ? AND owner = ?"
            if not database.execute(sql, (title[:MAX_TITLE_CHARS], name, owner)).rowcount:
                raise UnknownConversationError(UNKNOWN)

    def branch(self, owner: str, name: str, count: int | None = None) -> str:
        """Copies the first `count` turns of a conversation, None for all, without ratings; the id of the copy.

        Raises UnknownConversationError if `owner` has none of that `name`.
        """
        copy = self.new()
        with writing(self._file, BRANCH) as database:
            sql = "SELECT title, renamed FROM conversations WHERE id = ? AND owner = ?"
            found = database.execute(sql, (name, owner)).fetchone()
            if found is None:
                raise UnknownConversationError(UNKNOWN)
            title = found[0][: MAX_TITLE_CHARS - len(COPIED)].removesuffix(COPIED) + COPIED
            values = (copy, owner, title, datetime.now(UTC).isoformat(), found[1])
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", values)
            sql = "SELECT id FROM turns WHERE conversation = ? ORDER BY n LIMIT ?"
            for (turn,) in database.execute(sql, (name, MAX_TURNS if count is None else count)).fetchall():
                copy_turn(database, turn, copy)
        return copy

    def delete(self, owner: str, name: str) -> None:
        """Forgets a conversation for good."""
        with writing(self._file, DELETE) as database:
            database.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (name, owner))


def _load(database: sqlite3.Connection, owner: str, name: str, n: int | None = None) -> dict[int, Turn]:
    """The turns of a conversation by their numbers, or turn `n` alone; none if it is another's."""
    turns = (
        "FROM turns JOIN conversations ON conversation = conversations.id "
        "WHERE conversation = :name AND owner = :owner AND (:n IS NULL OR n = :n)"
    )
    mentioned = f"SELECT paper FROM mentions WHERE turn IN (SELECT turns.id {turns})"
    values = {"name": name, "owner": owner, "n": n}
    try:
        papers = database.execute(f"SELECT hash, content FROM papers WHERE id IN ({mentioned})", values)
        known = {hash_: records.unpacked(content) for hash_, content in papers}
        rows = database.execute(f"SELECT n, content {turns} ORDER BY n", values)
        return {number: records.load(records.unpacked(content), known) for number, content in rows}
    except ValueError as fault:
        raise ConversationError("This conversation was kept by another version and cannot be shown.") from fault


def _rewrite(database: sqlite3.Connection, name: str, n: int, turn: Turn) -> None:
    """Keeps `turn` in place of turn `n`. Raises ConversationError if it is too large."""
    text, papers = _dumped(turn)
    database.execute("DELETE FROM turns WHERE conversation = ? AND n = ?", (name, n))
    write_turn(database, name, n, text, papers)


def _dumped(turn: Turn) -> tuple[str, dict[str, str]]:
    text, papers = records.dump(turn)
    if len(text) + sum(map(len, papers.values())) > MAX_TURN_CHARS:
        raise ConversationError(
            f"This answer is too large to be kept: more than {MAX_TURN_CHARS:,} characters with its papers. "
            "Export it now, or ask for fewer papers in Settings."
        )
    return text, papers


def _claim(database: sqlite3.Connection, owner: str, name: str) -> None:
    """Notes that the conversation has changed now. Raises UnknownConversationError if it is another's."""
    sql = (
        "INSERT INTO conversations VALUES (?, ?, '', ?, 0) "
        "ON CONFLICT (id) DO UPDATE SET changed = excluded.changed WHERE owner = excluded.owner"
    )
    if database.execute(sql, (name, owner, datetime.now(UTC).isoformat())).rowcount != 1:
        raise UnknownConversationError("This conversation belongs to another browser. Begin a new one.")
