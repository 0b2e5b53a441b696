"""The file of the conversations: its owner alone may read it; each way to fail has its own line and changes nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from types import SimpleNamespace

import pytest

from rag.errors import ConversationError, UnknownConversationError
from rag.web import database
from rag.web.conversations import DATABASE, Conversations

from .samples import done, state

TURN = done(state(), question="which?")


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def fault(*uses: object) -> str:
    """What all of `uses` raise, which never says that there is no such conversation."""
    said = set()
    for use in uses:
        with pytest.raises(ConversationError) as raised:
            use()  # type: ignore[operator]
        assert not isinstance(raised.value, UnknownConversationError)
        said.add(str(raised.value))
    (line,) = said
    assert "\n" not in line
    return line


def test_nobody_else_may_read_the_file_from_its_first_byte_on(kept: Conversations, tmp_path: Path) -> None:
    modes, connect = list[int](), sqlite3.connect

    def watch(*given: object) -> int:
        modes.extend(mode(part) for part in tmp_path.iterdir())
        return sqlite3.SQLITE_OK

    def watched(*given: object, **named: object) -> sqlite3.Connection:
        watch()
        opened = connect(*given, **named)  # type: ignore[call-overload]
        opened.set_authorizer(watch)
        opened.execute("PRAGMA journal_mode = PERSIST")
        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", watched)
        kept.save("ada", "one", 0, TURN)
        kept.delete("ada", "one")
    assert {part.name for part in tmp_path.iterdir()} >= {DATABASE, f"{DATABASE}-journal"}
    assert set(modes) == {0o600}


def test_a_file_that_others_may_read_is_theirs_no_more(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, TURN)
    for use in (lambda: kept.of("ada"), lambda: kept.delete("ada", "none")):
        (tmp_path / DATABASE).chmod(0o644)
        use()
        assert mode(tmp_path / DATABASE) == 0o600


def test_reading_makes_no_file(kept: Conversations, tmp_path: Path) -> None:
    assert kept.of("ada") == []
    assert kept.size("ada") == 0
    with pytest.raises(UnknownConversationError):
        kept.load("ada", "one")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_says_so_and_changes_nothing(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, TURN)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        line = fault(
            lambda: kept.of("ada"),
            lambda: kept.load("ada", "one"),
            lambda: kept.save("ada", "one", 1, TURN),
            lambda: kept.rate("ada", "one", 0, True, ""),
            lambda: kept.delete("ada", "one"),
        )
        assert f"another program has locked {tmp_path / DATABASE}" in line
        assert "try again" in line
    assert kept.load("ada", "one") == [TURN]


@pytest.mark.parametrize("damage", ["no database", "a torn page"])
def test_a_damaged_file_says_how_to_move_it_aside(kept: Conversations, tmp_path: Path, damage: str) -> None:
    file = tmp_path / DATABASE
    for n in range(20):
        kept.save("ada", "one", n, TURN)
    whole = file.read_bytes()
    file.write_bytes(b"no database" * 1_000 if damage == "no database" else whole[:100] + b"\xff" * (len(whole) - 100))
    damaged = file.read_bytes()
    line = fault(lambda: kept.of("ada"), lambda: kept.load("ada", "one"), lambda: kept.save("ada", "one", 20, TURN))
    assert f"{file} is damaged" in line
    assert file.read_bytes() == damaged  # nothing is deleted by itself
    (tmp_path / f"{DATABASE}-journal").write_bytes(b"left behind")
    command = fault(lambda: kept.of("ada")).partition("Move it aside: ")[2]
    subprocess.run(command, shell=True, check=True)
    assert (tmp_path / f"{DATABASE}.damaged").read_bytes() == damaged
    assert kept.of("ada") == []
    kept.save("ada", "one", 0, TURN)
    assert kept.load("ada", "one") == [TURN]


def test_a_full_disk_says_so_and_changes_nothing(
    kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.save("ada", "one", 0, TURN)
    before, connect = (tmp_path / DATABASE).read_bytes(), sqlite3.connect

    def with_little_room(*given: object, **named: object) -> sqlite3.Connection:
        opened = connect(*given, **named)  # type: ignore[call-overload]
        opened.execute("PRAGMA max_page_count = 1")  # no page more than there are
        return opened

    monkeypatch.setattr(sqlite3, "connect", with_little_room)
    long = done(*[state(text=f"Sentence {n}.") for n in range(3_000)], question="which?")
    line = fault(lambda: kept.save("ada", "one", 1, long), lambda: kept.save("ada", "one", 0, long))
    assert line.startswith(f"Conversations cannot be kept: the disk of {tmp_path / DATABASE} is full. Free some space")
    line = fault(lambda: kept.rate("ada", "one", 0, True, token_hex(100_000)))
    assert line.startswith("Your rating was not kept: the disk")
    assert line.endswith("Free some space, then rate the answer again.")
    monkeypatch.undo()
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_folder_that_cannot_be_used_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = fault(lambda: Conversations(tmp_path / "file" / "index").save("ada", "one", 0, TURN))
    assert f"cannot be kept in {tmp_path / 'file' / 'index' / DATABASE}: Not a directory" in line
    assert "Make the folder writable, or choose another with --index." in line


def test_a_disk_without_room_for_more_files_says_so_and_changes_nothing(
    kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite, which cannot make its journal, says no more than that it is "unable to open database file"."""
    kept.save("ada", "one", 0, TURN)
    before = (tmp_path / DATABASE).read_bytes()
    (tmp_path / f"{DATABASE}-journal").mkdir()
    monkeypatch.setattr(os, "statvfs", lambda folder: SimpleNamespace(f_files=100, f_favail=0))
    line = fault(lambda: kept.delete("ada", "one"))
    said = "The conversation was not deleted: the disk of {} can hold no more files. Delete some, then delete it again."
    assert line == said.format(tmp_path / DATABASE)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_folder_in_place_of_the_file_is_moved_aside(kept: Conversations, tmp_path: Path) -> None:
    (tmp_path / DATABASE).mkdir()
    line = fault(lambda: kept.of("ada"), lambda: kept.load("ada", "one"), lambda: kept.save("ada", "one", 0, TURN))
    assert line.startswith(f"Conversations cannot be kept: {tmp_path / DATABASE} is a folder. Move it aside: ")
    subprocess.run(line.partition("Move it aside: ")[2], shell=True, check=True)
    kept.save("ada", "one", 0, TURN)
    assert kept.load("ada", "one") == [TURN]


@pytest.fixture
def read_only(kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that cannot be written, also where the tests run as root."""
    kept.save("ada", "one", 0, TURN)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda file, **named: connect(f"file:{file}?mode=ro", uri=True, **named))
    yield tmp_path / DATABASE
    monkeypatch.undo()


def test_a_file_that_is_read_only_can_be_read(kept: Conversations, read_only: Path) -> None:
    assert kept.load("ada", "one") == [TURN]
    assert [listed.title for listed in kept.of("ada")] == ["which?"]
    said = f" in {read_only}: attempt to write a readonly database. Make the folder writable"
    assert f"Conversations cannot be kept{said}" in fault(lambda: kept.save("ada", "one", 1, TURN))
    assert f"The conversation was not deleted{said}" in fault(lambda: kept.delete("ada", "one"))
