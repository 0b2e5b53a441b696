"""Saved questions are kept whatever happens: kills, other processes, full or damaged files; and lists stay apart."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.chat import saved_store
from rag.chat.saved import Match, Snapshot, paper_keys
from rag.chat.saved_store import LIBRARY, SavedQuestion, SavedStore
from rag.errors import QuestionError, StoreError

MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
OWLS, BATS = Match("Owls", "a", ("Owls hoot.",)), Match("Bats", "b", ("Bats fly.",))


def keys(*matches: Match) -> frozenset[bytes]:
    return frozenset(key for match in matches for key in paper_keys(match.title, match.ids))


def save(store: SavedStore, text: str = "which owls?", *matches: Match, owner: str = LIBRARY) -> SavedQuestion:
    edition = store.observe("g1", lambda: keys(OWLS))
    asked = SavedQuestion("", text, (), text, "", MONDAY, "g1", "", False, 0)
    return store.add(owner, asked, Snapshot("g1", edition, MONDAY, matches=matches or (OWLS,)))


def ask_again(store: SavedStore, one: SavedQuestion, generation: str, *matches: Match, days: int = 7) -> bool:
    """Asks `one` of a collection that holds `matches`, all of which match."""
    edition = store.observe(generation, lambda: keys(*matches))
    return store.record(LIBRARY, one.id, Snapshot(generation, edition, MONDAY + timedelta(days), matches=matches))


def only(store: SavedStore) -> SavedQuestion:
    (one,) = store.of(LIBRARY)
    return one


def test_news_add_up_until_they_are_seen(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    cats = Match("Cats", "c")
    assert ask_again(store, one, "g2", OWLS, BATS)
    assert ask_again(store, one, "g3", OWLS, BATS, cats, days=14)
    found = only(store)
    assert found.news
    assert (found.news.added, found.since, found.matching) == ((BATS, cats), MONDAY, 3)
    assert store.see(LIBRARY, one.id, found.news.until)
    seen = only(store)
    assert (seen.news, seen.since, seen.earlier) == (None, MONDAY + timedelta(14), found.news)


def test_what_came_and_went_between_two_looks_is_no_news(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    ask_again(store, one, "g2", OWLS, BATS)
    ask_again(store, one, "g1", OWLS)  # rolled back
    assert only(store).news is None


def test_only_the_news_that_was_shown_is_seen(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    ask_again(store, one, "g2", OWLS, BATS)
    shown = only(store).news
    ask_again(store, one, "g3", OWLS, days=8)
    ask_again(store, one, "g4", OWLS, BATS, Match("Cats", "c"), days=9)
    assert shown
    assert not store.see(LIBRARY, one.id, shown.until)
    assert only(store).has_news


def test_a_paper_that_was_there_unmatched_is_not_new(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    edition = store.observe("g1", lambda: keys(OWLS, BATS))
    asked = SavedQuestion("", "owls?", (), "owls?", "", MONDAY, "g1", "", False, 0)
    one = store.add(LIBRARY, asked, Snapshot("g1", edition, MONDAY, matches=(OWLS,)))
    ask_again(store, one, "g2", OWLS, BATS)
    news = only(store).news
    assert news
    assert (news.added, news.matching) == ((), (BATS,))
    assert not only(store).has_news


def test_an_answer_from_a_collection_that_has_changed_again_is_not_kept(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    old = Snapshot("g2", store.observe("g2", lambda: keys(OWLS)), MONDAY, matches=(OWLS,))
    store.observe("g3", lambda: keys(OWLS, BATS))
    assert not store.record(LIBRARY, one.id, old)
    assert only(store).generation == "g1"


def test_a_question_is_saved_once_and_found_by_its_owner_only(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    assert save(store).id == one.id
    assert save(store, owner="ada").id != one.id
    store.remove("ada", one.id)
    store.see("ada", one.id, MONDAY)
    assert [found.id for found in store.of(LIBRARY)] == [one.id]
    store.remove(LIBRARY, one.id)
    assert store.of(LIBRARY) == []


def test_no_more_than_so_many_are_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_store, "MAX_SAVED", 2)
    store = SavedStore(tmp_path)
    save(store, "one?"), save(store, "two?")
    with pytest.raises(QuestionError, match="2 questions are saved already"):
        save(store, "three?")
    save(store, "three?", owner="ada")


def test_nobody_else_on_the_machine_reads_the_file(tmp_path: Path) -> None:
    save(SavedStore(tmp_path))
    assert stat.S_IMODE((tmp_path / "saved.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"nonsense " * 500, b"SQLite format 3\0" + b"x" * 5_000], ids=["text", "half"])
def test_a_damaged_file_is_one_line_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "saved.db"
    file.write_bytes(content)
    for use in (lambda: SavedStore(tmp_path).of(LIBRARY), lambda: save(SavedStore(tmp_path))):
        with pytest.raises(StoreError, match=r"saved\.db is damaged\. Move it aside: mv ") as fault:
            use()
        assert "\n" not in str(fault.value)
    assert file.read_bytes() == content


def test_a_record_that_cannot_be_read_costs_no_question(tmp_path: Path) -> None:
    store = SavedStore(tmp_path)
    one = save(store)
    ask_again(store, one, "g2", OWLS, BATS)
    with closing(sqlite3.connect(tmp_path / "saved.db", isolation_level=None)) as database:
        database.execute("UPDATE questions SET seen = 'x', news = x'00', earlier = 7")
    assert (only(store).news, only(store).earlier) == (None, None)
    assert ask_again(store, one, "g3", OWLS, BATS)
    assert only(store).news is None, "from now on this is what was seen"
    assert ask_again(store, one, "g4", OWLS)
    assert only(store).has_news


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "saved.db")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version of rag"):
        SavedStore(tmp_path).of(LIBRARY)


def test_a_folder_that_cannot_be_written_is_said_and_an_empty_list_needs_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SavedStore(tmp_path / "file")
    assert SavedStore(tmp_path / "none").of(LIBRARY) == []
    assert not (tmp_path / "none").exists()
    with pytest.raises(StoreError, match="Saved questions cannot be kept in"):
        save(store)


def test_a_file_that_another_program_has_locked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.saved_file.TIMEOUT", 0.05)
    store = SavedStore(tmp_path)
    save(store)
    with closing(sqlite3.connect(tmp_path / "saved.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another program has locked"):
            save(store, "another?")
    save(store, "another?")


PROGRAM = """
import sys
from pathlib import Path
from tests.chat.test_saved_store import save, ask_again, OWLS, BATS
from rag.chat.saved_store import SavedStore
store = SavedStore(Path(sys.argv[1]))
for n in range(20):
    one = save(store, f"{sys.argv[2]} {n}?")
    ask_again(store, one, f"g{n}", OWLS, BATS)
"""


def test_several_processes_and_threads_lose_nothing(tmp_path: Path) -> None:
    others = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), name]) for name in "ab"]
    store = SavedStore(tmp_path)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda n: save(store, f"thread {n}?"), range(20)))
    assert [other.wait(60) for other in others] == [0, 0]
    texts = {one.question for one in store.of(LIBRARY)}
    assert texts == {f"{name} {n}?" for name in ("a", "b", "thread") for n in range(20)}


def test_a_process_killed_at_any_moment_leaves_a_file_that_works(tmp_path: Path) -> None:
    endless = PROGRAM.replace("range(20)", "range(10**9)").replace('f"{sys.argv[2]} {n}?"', '"same?"')
    other = subprocess.Popen([sys.executable, "-c", endless, str(tmp_path), "a"])
    store = SavedStore(tmp_path)
    while not store.of(LIBRARY):
        assert other.poll() is None
    other.kill()
    other.wait(60)
    assert only(store).question == "same?"
    assert save(store, "another?")
    with closing(sqlite3.connect(tmp_path / "saved.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
