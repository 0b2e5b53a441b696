"""What earlier versions kept is there, and shrinks; what a newer one keeps is left alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from rag.errors import ConversationError
from rag.web import records
from rag.web.conversations import DATABASE, Conversations
from rag.web.keys import hashed
from rag.web.schema import VERSION
from rag.web.turns import Turn
from tests.conftest import DATA

from .samples import OTHER, cite, done, state

COOKIE = "ada-owns-this-browser"
OWNER = hashed(COOKIE)
RELEASED = (DATA / "conversation_0.4.0.json").read_text(encoding="utf-8")
ANSWERED, LISTING = done(state(), question="which?"), done(state(cite(n=2, paper=OTHER)), nearest=(OTHER,))
SCHEMA_0 = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT, title TEXT, changed TEXT, turns TEXT);
CREATE INDEX conversations_by_owner ON conversations (owner, changed);
"""
SCHEMA_1 = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL);
CREATE TABLE turns (
    conversation TEXT REFERENCES conversations ON DELETE CASCADE, n INTEGER, content TEXT NOT NULL,
    PRIMARY KEY (conversation, n)
);
CREATE TABLE papers (
    conversation TEXT REFERENCES conversations ON DELETE CASCADE, id TEXT, n INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (conversation, id)
);
CREATE INDEX conversations_of_owner ON conversations (owner, changed);
PRAGMA user_version = 1;
"""


def write_0(folder: Path, *conversations: tuple[str, str]) -> None:
    """Writes the file of 0.4.0, with these names and texts."""
    with database(folder) as file:
        file.executescript(SCHEMA_0)
        for n, (name, text) in enumerate(conversations):
            values = (name, COOKIE, f"title of {name}", f"2026-01-0{n + 1}", text)
            file.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", values)


def write_1(folder: Path, **conversations: list[Turn]) -> None:
    """Writes the file of the versions after that, with these turns by their names."""
    with database(folder) as file:
        file.executescript(SCHEMA_1)
        for name, turns in conversations.items():
            file.execute("INSERT INTO conversations VALUES (?, ?, ?, '2026-01-01')", (name, COOKIE, f"title of {name}"))
            for n, turn in enumerate(turns):
                text, papers = records.dump(turn)
                text = json.dumps(json.loads(text))  # which was ASCII, with ids half as long
                for id_, paper in papers.items():
                    text = text.replace(id_, id_[:16])
                    file.execute("INSERT OR IGNORE INTO papers VALUES (?, ?, ?, ?)", (name, id_[:16], n, paper))
                file.execute("INSERT INTO turns VALUES (?, ?, ?)", (name, n, text))


def write_2(folder: Path, **conversations: list[Turn]) -> None:
    """Writes the file of the version before this one, with these turns by their names."""
    for name, turns in conversations.items():
        Conversations(folder).save(OWNER, name, 0, *turns)
    with database(folder) as file:
        file.executescript("""
            ALTER TABLE conversations DROP COLUMN renamed;
            DROP TABLE texts;
            PRAGMA user_version = 2;
        """)


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file in `folder`."""
    file = sqlite3.connect(folder / DATABASE)
    with file:
        yield file
    file.close()


def test_conversations_of_0_4_0_open(tmp_path: Path) -> None:
    write_0(tmp_path, ("one", RELEASED), ("two", RELEASED))
    kept = Conversations(tmp_path)
    assert [(listed.id, listed.title) for listed in kept.of(OWNER)] == [
        ("two", "title of two"),
        ("one", "title of one"),
    ]
    turns = records.load_released(RELEASED)
    assert kept.load(OWNER, "one") == kept.load(OWNER, "two") == turns
    kept.save(OWNER, "one", 5, ANSWERED)  # it goes on
    assert kept.load(OWNER, "one") == [*turns, ANSWERED]


def test_conversations_of_version_1_open(tmp_path: Path) -> None:
    turns = {"one": [ANSWERED, LISTING, Turn("how?", error="No.")], "two": [LISTING]}
    write_1(tmp_path, **turns)
    kept = Conversations(tmp_path)
    assert {listed.id: listed.title for listed in kept.of(OWNER)} == {"one": "title of one", "two": "title of two"}
    assert {name: kept.load(OWNER, name) for name in turns} == turns
    kept.save(OWNER, "one", 3, ANSWERED, known=3)
    assert kept.load(OWNER, "one") == [*turns["one"], ANSWERED]
    with database(tmp_path) as file:
        assert file.execute("SELECT count(*) FROM papers").fetchone() == (2,)  # of both
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []


def test_conversations_of_version_2_open_and_can_be_renamed_and_searched(tmp_path: Path) -> None:
    turns = {"one": [ANSWERED, LISTING, Turn("how?", error="No.")], "two": [LISTING]}
    write_2(tmp_path, **turns)
    with database(tmp_path) as file:
        file.execute("INSERT INTO turns (conversation, n, content) VALUES ('two', 1, x'00')")
    kept = Conversations(tmp_path)
    assert kept.load(OWNER, "one") == turns["one"]
    assert [one.id for one in kept.search(OWNER, "so")] == ["two", "one"]
    assert [one.id for one in kept.search(OWNER, "other")] == ["two", "one"]  # the title of a paper
    kept.rename(OWNER, "one", "Kites")
    kept.save(OWNER, "one", 0, Turn("edited"))
    assert kept.one(OWNER, "one").title == "Kites"
    assert [one.id for one in kept.search(OWNER, "edited")] == ["one"]


@pytest.mark.parametrize("version", [0, 1])
def test_conversations_of_earlier_versions_can_be_renamed_and_searched(tmp_path: Path, version: int) -> None:
    write_0(tmp_path, ("one", RELEASED)) if version == 0 else write_1(tmp_path, one=[ANSWERED])
    kept = Conversations(tmp_path)
    question = kept.load(OWNER, "one")[0].question
    kept.rename(OWNER, "one", "Kites")
    assert [(one.title, one.hit and one.hit.n) for one in kept.search(OWNER, question)] == [("Kites", 0)]


@pytest.mark.parametrize("version", [0, 1])
def test_the_cookie_that_earlier_versions_kept_is_gone_from_the_file(tmp_path: Path, version: int) -> None:
    write_0(tmp_path, ("one", RELEASED)) if version == 0 else write_1(tmp_path, one=[ANSWERED])
    kept = Conversations(tmp_path)
    assert kept.of(COOKIE) == []
    assert kept.of(OWNER)
    assert COOKIE.encode() not in (tmp_path / DATABASE).read_bytes()


def test_a_file_that_could_only_grow_shrinks_from_the_first_change_on(tmp_path: Path) -> None:
    write_1(tmp_path, **{f"c{n}": [done(state(text=token_hex(5_000)))] for n in range(50)})
    kept, grown = Conversations(tmp_path), (tmp_path / DATABASE).stat().st_size
    for n in range(50):
        kept.delete(OWNER, f"c{n}")
    assert (tmp_path / DATABASE).stat().st_size < grown / 8
    empty = tmp_path / "empty"
    Conversations(empty).save(OWNER, "one", 0, ANSWERED)
    Conversations(empty).delete(OWNER, "one")
    assert (tmp_path / DATABASE).stat().st_size == (empty / DATABASE).stat().st_size


@pytest.mark.parametrize("version", [0, 1])
def test_what_cannot_be_read_says_so_and_stays(tmp_path: Path, version: int) -> None:
    if version == 0:
        write_0(tmp_path, ("odd", '[{"asked": 1}]'), ("fine", RELEASED))
    else:
        write_1(tmp_path, odd=[ANSWERED], fine=[ANSWERED])
        with database(tmp_path) as file:
            file.execute("""UPDATE turns SET content = '[{"asked": 1}]' WHERE conversation = 'odd'""")
    kept = Conversations(tmp_path)
    with pytest.raises(ConversationError, match="another version"):
        kept.load(OWNER, "odd")
    assert kept.load(OWNER, "fine")
    assert {listed.id for listed in kept.of(OWNER)} == {"odd", "fine"}
    with database(tmp_path) as file:
        (content,) = file.execute("SELECT content FROM turns WHERE conversation = 'odd'").fetchone()
    assert records.unpacked(content) == '[{"asked": 1}]'


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Conversations(tmp_path).save(OWNER, "one", 0, ANSWERED)
    with database(tmp_path) as file:
        file.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = (tmp_path / DATABASE).read_bytes()
    kept = Conversations(tmp_path)
    for use in (lambda: kept.load(OWNER, "one"), lambda: kept.save(OWNER, "two", 0, ANSWERED)):
        with pytest.raises(ConversationError, match=r"conversations\.db was written by a newer version.*Update rag"):
            use()
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_migration_that_is_cut_off_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_1(tmp_path, one=[ANSWERED], two=[LISTING])
    before = (tmp_path / DATABASE).read_bytes()
    monkeypatch.setattr(records, "packed", lambda text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Conversations(tmp_path).of(OWNER)
    assert (tmp_path / DATABASE).read_bytes() == before
    monkeypatch.undo()
    assert Conversations(tmp_path).load(OWNER, "two") == [LISTING]


def test_several_that_open_an_old_file_at_once_migrate_it_once(tmp_path: Path) -> None:
    write_1(tmp_path, **{f"c{n}": [ANSWERED, LISTING] for n in range(30)})
    with ThreadPoolExecutor(8) as threads:
        listed = list(threads.map(lambda n: len(Conversations(tmp_path).of(OWNER)), range(8)))
    assert listed == [30] * 8
