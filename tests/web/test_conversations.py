"""What is kept of a conversation, for whom, and until when."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from rag.errors import ConversationError, QuestionError, UnknownConversationError
from rag.paper import Paper
from rag.web.conversations import DATABASE, MAX_TITLE_CHARS, Conversations
from rag.web.keys import is_key
from rag.web.records import MAX_UNPACKED
from rag.web.turns import Turn

from .samples import OTHER, PAPER, cite, done, state

ANSWERED, FAILED = done(state(), question="which?"), Turn("how?", error="No.")


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


def test_what_is_kept_comes_back_as_it_was(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    kept.save("ada", "one", 1, FAILED)
    assert Conversations(tmp_path).load("ada", "one") == [ANSWERED, FAILED]  # as after a restart


def test_a_paper_is_kept_once_for_as_long_as_a_turn_refers_to_it(kept: Conversations, tmp_path: Path) -> None:
    listing = done(*[state(cite(0, 6))] * 5, related=(cite(n=2, paper=OTHER),), nearest=(PAPER,))
    for owner in ("ada", "eve"):
        for n in range(4):
            kept.save(owner, f"of {owner}", n, listing)
    assert rows(tmp_path, "SELECT count(*) FROM papers") == [(2,)]
    kept.delete("ada", "of ada")
    assert kept.load("eve", "of eve") == [listing] * 4
    kept.save("eve", "of eve", 0, FAILED)
    assert rows(tmp_path, "SELECT count(*) FROM papers") == [(0,)]


def test_a_question_writes_its_own_turn_only(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    rows(tmp_path, "CREATE TABLE written (n INTEGER)")
    for event, turn in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
        noted = f"INSERT INTO written VALUES ({turn}.n)"
        rows(tmp_path, f"CREATE TRIGGER of_{event} AFTER {event} ON turns BEGIN {noted}; END")
    kept.save("ada", "one", 1, Turn("which?"))
    kept.finish("ada", "one", 1, ANSWERED)
    assert {n for (n,) in rows(tmp_path, "SELECT n FROM written")} == {1}


def test_an_edited_question_replaces_its_turn_and_all_after_it(kept: Conversations, tmp_path: Path) -> None:
    other = done(state(cite(paper=OTHER)))
    for n, turn in enumerate([ANSWERED, other, ANSWERED]):
        kept.save("ada", "one", n, turn)
    kept.save("ada", "one", 1, FAILED)
    assert kept.load("ada", "one") == [ANSWERED, FAILED]
    assert rows(tmp_path, "SELECT count(*) FROM papers") == [(1,)]  # no turn refers to the other any more
    kept.save("ada", "one", 0, FAILED)
    assert rows(tmp_path, "SELECT * FROM papers") == []


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
    for n in (0, 1):
        with pytest.raises(UnknownConversationError, match="another browser"):
            kept.save("eve", "one", n, Turn("hers"))
    with pytest.raises(UnknownConversationError, match="Reload the page"):
        kept.finish("eve", "one", 0, Turn("which?"))
    kept.delete("eve", "one")
    assert kept.of("eve") == []
    with pytest.raises(UnknownConversationError, match="no such conversation"):
        kept.load("eve", "one")
    assert kept.load("ada", "one") == [ANSWERED]


def test_what_is_deleted_is_gone_from_the_file_too_which_shrinks(kept: Conversations, tmp_path: Path) -> None:
    def secrets() -> list[bytes]:
        found = rows(tmp_path, "SELECT content FROM turns UNION SELECT content FROM papers")
        return [content for (content,) in found] + [b"A secret question"]

    kept.save("ada", "another", 0, ANSWERED)
    before, others = (tmp_path / DATABASE).stat().st_size, secrets()
    for n in range(40):
        paper = Paper(f"A secret title {n}", token_hex(2_000))
        turn = done(state(cite(paper=paper), text=token_hex(1_000)), question="A secret question")
        kept.save("ada", f"{n % 4}", n // 4, turn)
    gone = [secret for secret in secrets() if secret not in others] + [b"A secret question"]
    grown = (tmp_path / DATABASE).read_bytes()
    assert len(gone) == 81
    assert all(secret[:200] in grown for secret in gone)
    for name in "0123":
        kept.delete("ada", name)
    left = (tmp_path / DATABASE).read_bytes()
    assert not [secret for secret in gone for part in (secret[:200], secret[-200:]) if part in left]
    assert len(left) <= before < len(grown) / 4
    assert kept.load("ada", "another") == [ANSWERED]


def test_what_cannot_be_read_says_so_and_stays(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "odd", 0, ANSWERED)
    rows(tmp_path, "UPDATE turns SET content = x'00'")
    for use in (lambda: kept.load("ada", "odd"), lambda: kept.rate("ada", "odd", 0, True, "")):
        with pytest.raises(ConversationError, match="another version") as raised:
            use()
        assert not isinstance(raised.value, UnknownConversationError)
    assert rows(tmp_path, "SELECT content FROM turns") == [(b"\0",)]


def test_nothing_packed_fills_the_memory(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    bomb = zlib.compress(b" " * 2 * MAX_UNPACKED)
    database = sqlite3.connect(tmp_path / DATABASE)
    with database:
        database.execute("UPDATE turns SET content = ?", (bomb,))
    database.close()
    with pytest.raises(ConversationError, match="cannot be shown"):
        kept.load("ada", "one")


def test_an_answer_that_is_too_large_is_not_kept_and_its_question_is(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.save("ada", "one", 0, Turn("which?"))
    monkeypatch.setattr("rag.web.conversations.MAX_TURN_CHARS", 500)
    with pytest.raises(ConversationError, match="too large to be kept: more than 500 characters"):
        kept.finish("ada", "one", 0, done(*[state()] * 20, question="which?"))
    assert kept.load("ada", "one") == [Turn("which?", stopped=True)]


def test_an_answer_takes_the_place_of_its_question_only(kept: Conversations) -> None:
    kept.save("ada", "one", 0, Turn("which?"))
    kept.finish("ada", "one", 0, ANSWERED)
    assert kept.load("ada", "one") == [ANSWERED]
    for n, turn in ((0, ANSWERED), (1, ANSWERED)):  # it was answered already; it is not there
        with pytest.raises(UnknownConversationError, match="Reload the page"):
            kept.finish("ada", "one", n, turn)
    kept.save("ada", "one", 0, Turn("another?"))
    with pytest.raises(UnknownConversationError, match="Reload the page"):
        kept.finish("ada", "one", 0, ANSWERED)
    kept.delete("ada", "one")
    with pytest.raises(UnknownConversationError, match="Reload the page"):
        kept.finish("ada", "one", 0, ANSWERED)
    assert kept.of("ada") == []


def test_a_question_is_not_added_to_a_conversation_that_changed_meanwhile(kept: Conversations) -> None:
    kept.save("ada", "one", 0, ANSWERED, known=0)
    kept.save("ada", "one", 1, FAILED, known=1)
    with pytest.raises(UnknownConversationError, match="in another window"):
        kept.save("ada", "one", 1, Turn("from another process"), known=1)
    assert kept.load("ada", "one") == [ANSWERED, FAILED]


def test_a_rating_changes_its_turn_only(kept: Conversations) -> None:
    other = done(state(cite(paper=OTHER)))
    kept.save("ada", "one", 0, ANSWERED, other)
    kept.rate("ada", "one", 0, True, "fine")
    assert kept.load("ada", "one") == [replace(ANSWERED, good=True, note="fine"), other]
    for owner, n in (("eve", 0), ("ada", 2), ("ada", -1)):
        with pytest.raises(QuestionError, match="no answer to rate"):
            kept.rate(owner, "one", n, False, "")
    kept.save("ada", "one", 1, FAILED)
    with pytest.raises(QuestionError, match="no answer to rate"):
        kept.rate("ada", "one", 1, False, "")


def test_the_size_is_that_of_what_an_owner_asked(kept: Conversations) -> None:
    assert kept.size("ada") == 0
    kept.save("ada", "one", 0, ANSWERED)
    kept.save("ada", "two", 0, ANSWERED)
    assert kept.size("eve") == 0
    whole = kept.size("ada")
    kept.delete("ada", "one")
    assert 0 < kept.size("ada") == whole / 2


def test_ids_cannot_be_guessed(kept: Conversations) -> None:
    ids = {kept.new() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_key(one) for one in ids)


def test_a_name_stays_when_the_first_question_is_edited(kept: Conversations) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    before = kept.of("ada")[0]
    kept.rename("ada", "one", "Kites" + "x" * 500)
    assert kept.of("ada") == [replace(before, title=("Kites" + "x" * 500)[:MAX_TITLE_CHARS])]  # in its place
    kept.save("ada", "one", 0, Turn("edited"))
    assert kept.one("ada", "one").title.startswith("Kites")
    for owner, name in (("eve", "one"), ("ada", "another")):
        with pytest.raises(UnknownConversationError, match="no such conversation"):
            kept.rename(owner, name, "Hers")
        with pytest.raises(UnknownConversationError, match="no such conversation"):
            kept.one(owner, name)
    assert kept.one("ada", "one").title.startswith("Kites")


def test_a_copy_has_the_turns_up_to_one_and_no_rating(kept: Conversations, tmp_path: Path) -> None:
    other = done(state(cite(paper=OTHER)))
    kept.save("ada", "one", 0, ANSWERED, other, FAILED)
    kept.rate("ada", "one", 0, True, "fine")
    copy = kept.branch("ada", "one", 2)
    assert kept.load("ada", copy) == [ANSWERED, other]
    assert kept.load("ada", kept.branch("ada", "one")) == [ANSWERED, other, FAILED]
    assert kept.load("ada", "one")[0].note == "fine"
    assert kept.one("ada", copy).title == "which? (copy)"
    assert kept.one("ada", kept.branch("ada", copy)).title == "which? (copy)"
    assert rows(tmp_path, "SELECT count(*) FROM papers") == [(2,)]
    with pytest.raises(UnknownConversationError, match="no such conversation"):
        kept.branch("eve", "one")
    kept.delete("ada", "one")
    assert kept.load("ada", copy) == [ANSWERED, other]
    assert kept.search("ada", "edited") == []
    kept.save("ada", copy, 0, Turn("edited"))
    assert kept.one("ada", copy).title == "edited"  # which was not renamed by hand


def test_a_copy_of_a_long_name_is_told_apart(kept: Conversations) -> None:
    kept.save("ada", "one", 0, ANSWERED)
    kept.rename("ada", "one", "x" * MAX_TITLE_CHARS)
    title = kept.one("ada", kept.branch("ada", "one")).title
    assert len(title) == MAX_TITLE_CHARS
    assert title.endswith(" (copy)")


def test_a_copy_of_what_cannot_be_read_says_so_when_it_is_opened(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "odd", 0, ANSWERED)
    rows(tmp_path, "UPDATE turns SET content = x'00'")
    copy = kept.branch("ada", "odd")
    with pytest.raises(ConversationError, match="another version"):
        kept.load("ada", copy)


def test_all_are_listed_page_by_page(kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.conversations.MAX_LISTED", 3)
    names = [f"c{n}" for n in range(8)]
    for name in names:
        kept.save("ada", name, 0, ANSWERED)
    rows(tmp_path, "UPDATE conversations SET changed = '2026-01-01' WHERE id < 'c4'")  # at once, as by a migration
    found, page = [], kept.of("ada")
    while page:
        found += page
        page = kept.of("ada", found[-1].changed, found[-1].id)
    assert [one.id for one in found] == names[::-1]
    assert kept.of("eve", found[0].changed, found[0].id) == []
