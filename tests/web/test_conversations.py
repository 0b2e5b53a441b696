"""What is kept of a conversation, for whom, and until when."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ConversationError
from rag.paper import Paper
from rag.web import records
from rag.web.conversations import DATABASE, MAX_TITLE_CHARS, Conversations, is_name
from rag.web.turns import Turn
from tests.conftest import DATA

from .samples import OTHER, cite, done, state

ANSWERED, FAILED = done(state(), question="which?"), Turn("how?", error="No.")
RELEASED = (DATA / "conversation_0.4.0.json").read_text(encoding="utf-8")


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """What `sql` finds in, or does to, the file in `folder`."""
    database = sqlite3.connect(folder / DATABASE)
    with database:
        found = database.execute(sql).fetchall()
    database.close()
    return found


def release_0_4_0(folder: Path, *conversations: tuple[str, str]) -> None:
    """Writes the file of that version, with these names and texts."""
    database = sqlite3.connect(folder / DATABASE)
    with database:
        database.executescript(
            "CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT, title TEXT, changed TEXT, turns TEXT);"
            "CREATE INDEX conversations_by_owner ON conversations (owner, changed);"
        )
        for n, (name, text) in enumerate(conversations):
            values = (name, "ada", f"title of {name}", f"2026-01-0{n + 1}", text)
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", values)
    database.close()


def test_what_is_kept_comes_back_as_it_was(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    kept.save("ada", "one", 1, FAILED)
    assert Conversations(tmp_path).load("ada", "one") == [ANSWERED, FAILED]  # as after a restart


def test_a_conversation_keeps_each_paper_once(kept: Conversations, tmp_path: Path) -> None:
    secret = Paper("A Title", "A very long abstract.")
    listing = done(*[state(cite(0, 6, paper=secret))] * 5, related=(cite(n=2, paper=OTHER),), nearest=(secret,))
    for n in range(4):
        kept.save("ada", "one", n, listing)
    assert (tmp_path / DATABASE).read_bytes().count(b"A very long abstract.") == 1
    assert kept.load("ada", "one") == [listing] * 4


def test_a_question_writes_its_own_turn_only(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    rows(tmp_path, "CREATE TABLE written (n INTEGER)")
    for event in ("INSERT", "UPDATE"):
        rows(
            tmp_path,
            f"CREATE TRIGGER of_{event} AFTER {event} ON turns BEGIN INSERT INTO written VALUES (new.n); END",
        )
    kept.save("ada", "one", 1, Turn("and now?"))
    kept.save("ada", "one", 1, ANSWERED)
    assert {n for (n,) in rows(tmp_path, "SELECT n FROM written")} == {1}


def test_an_edited_question_replaces_its_turn_and_all_after_it(kept: Conversations, tmp_path: Path) -> None:
    other = done(state(cite(paper=OTHER)))
    for n, turn in enumerate([ANSWERED, other, ANSWERED]):
        kept.save("ada", "one", n, turn)
    kept.save("ada", "one", 1, FAILED)
    assert kept.load("ada", "one") == [ANSWERED, FAILED]
    assert b"Other" not in (tmp_path / DATABASE).read_bytes()  # no turn refers to that paper any more
    kept.save("ada", "one", 0, FAILED)
    assert rows(tmp_path, "SELECT * FROM papers") == []


def test_a_rating_of_an_earlier_turn_leaves_the_later_ones(kept: Conversations) -> None:
    other = done(state(cite(paper=OTHER)))
    kept.save("ada", "one", 0, ANSWERED)
    kept.save("ada", "one", 1, other)
    rated = replace(ANSWERED, good=True)
    kept.save("ada", "one", 0, rated, last=False)
    assert kept.load("ada", "one") == [rated, other]


def test_conversations_are_listed_by_their_first_question_the_last_changed_first(kept: Conversations) -> None:
    kept.save("ada", "one", 0, Turn("first\nquestion" + "x" * 500))
    kept.save("ada", "two", 0, Turn("second"))
    kept.save("ada", "one", 1, Turn("more"))
    assert [listed.id for listed in kept.of("ada")] == ["one", "two"]
    assert kept.of("ada")[0].title == ("first question" + "x" * 500)[:MAX_TITLE_CHARS]
    kept.save("ada", "one", 0, Turn("edited"))
    assert kept.of("ada")[0].title == "edited"


def test_nobody_sees_changes_or_deletes_what_is_anothers(kept: Conversations) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    kept.save("eve", "one", 0, Turn("hers"))
    kept.save("eve", "one", 1, Turn("hers"))
    kept.delete("eve", "one")
    assert kept.of("eve") == []
    with pytest.raises(ConversationError, match="no such conversation"):
        kept.load("eve", "one")
    assert kept.load("ada", "one") == [ANSWERED]


def test_what_is_deleted_is_gone_from_the_file_too(kept: Conversations, tmp_path: Path) -> None:
    secret = Paper("A secret title", "A secret abstract.")
    kept.save("ada", "one", 0, done(state(cite(paper=secret), text="A secret sentence."), question="A secret question"))
    kept.delete("ada", "one")
    assert kept.of("ada") == []
    assert b"secret" not in (tmp_path / DATABASE).read_bytes()
    assert [table for table in ("conversations", "turns", "papers") if rows(tmp_path, f"SELECT * FROM {table}")] == []


def test_conversations_of_0_4_0_open(kept: Conversations, tmp_path: Path) -> None:
    release_0_4_0(tmp_path, ("one", RELEASED), ("two", RELEASED))
    assert [(listed.id, listed.title) for listed in kept.of("ada")] == [
        ("two", "title of two"),
        ("one", "title of one"),
    ]
    assert kept.load("ada", "one") == records.load_released(RELEASED)
    assert (tmp_path / DATABASE).read_bytes().count(b"Corals are counted") == 2  # once in each conversation
    with pytest.raises(ConversationError, match="no such conversation"):
        kept.load("eve", "one")
    kept.save("ada", "one", 5, ANSWERED)  # it goes on
    assert kept.load("ada", "one")[-1] == ANSWERED
    kept.delete("ada", "one")
    kept.delete("ada", "two")
    assert b"SwiftDepth" not in (tmp_path / DATABASE).read_bytes()


def test_what_cannot_be_read_says_so_and_stays(kept: Conversations, tmp_path: Path) -> None:
    release_0_4_0(tmp_path, ("odd", '[{"asked": 1}]'), ("fine", RELEASED))
    with pytest.raises(ConversationError, match="another version"):
        kept.load("ada", "odd")
    assert len(kept.load("ada", "fine")) == 5
    kept.save("ada", "later", 0, ANSWERED)
    rows(tmp_path, "UPDATE turns SET content = '{\"asked\": 1}' WHERE conversation = 'later'")
    with pytest.raises(ConversationError, match="another version"):
        kept.load("ada", "later")
    assert {listed.id for listed in kept.of("ada")} == {"odd", "fine", "later"}


def test_a_folder_that_cannot_be_used_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConversationError, match=r"cannot be kept in .*Make the folder writable"):
        Conversations(tmp_path / "file").of("ada")


def test_ids_cannot_be_guessed(kept: Conversations) -> None:
    ids = {kept.new() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_name(one) for one in ids)


@pytest.mark.parametrize("name", ["", "short", "../../../../etc/passwd", "x" * 65, "aaaaaaaaaaaaaaaa\n", "é" * 20])
def test_other_names_are_none(name: str) -> None:
    assert not is_name(name)
