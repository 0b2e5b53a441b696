"""What is kept of a conversation, for whom, and until when."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.answer.types import Answer, Citation, Found, Statement
from rag.errors import ConversationError
from rag.paper import Paper
from rag.web import turns
from rag.web.conversations import FILE, TITLE, Conversations, is_name
from rag.web.turns import Choices, Turn

PAPER = Paper(
    "A Title", "One is slow. Two is $\\gamma$.", ("Ada",), 2020, ("arxiv:1",), "https://example.org", "a.jsonl"
)
QUOTE = Statement("Two is $\\gamma$.", (Citation(1, PAPER, 13, 27),), "quote")
SAID = Turn(
    "which? 🦉 \udcff",
    Choices(("since 2020",), 5, "none"),
    papers=9,
    found=Found((PAPER,), 9, ("since 2020",), "papers"),
    statements=[QUOTE],
    answer=Answer("which?", (QUOTE,), (Citation(2, PAPER, 0, 12),), intent="papers", probability=0.7, notice="n"),
    good=True,
    note="good",
)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def test_what_is_kept_comes_back_as_it_was(kept: Conversations, tmp_path: Path) -> None:
    failed = Turn("how?", error="No.")
    kept.save("ada", "one", [SAID, failed])
    assert Conversations(tmp_path).load("ada", "one") == [SAID, failed]  # as after a restart


def test_an_answer_that_a_restart_cut_off_has_stopped() -> None:
    (turn,) = turns.load(turns.dump([Turn("q", ahead=3, statements=[QUOTE])]))
    assert turn.state == "stopped"
    assert turn.reply
    assert turn.reply.notice == turns.CUT_OFF


def test_conversations_are_listed_by_their_first_question_the_last_changed_first(kept: Conversations) -> None:
    kept.save("ada", "one", [Turn("first\nquestion" + "x" * 500)])
    kept.save("ada", "two", [Turn("second")])
    kept.save("ada", "one", [Turn("first\nquestion" + "x" * 500), Turn("more")])
    assert [one.id for one in kept.of("ada")] == ["one", "two"]
    assert kept.of("ada")[0].title == ("first question" + "x" * 500)[:TITLE]


def test_nobody_sees_changes_or_deletes_what_is_anothers(kept: Conversations) -> None:
    mine = [Turn("mine", stopped=True)]
    kept.save("ada", "one", mine)
    kept.save("eve", "one", [Turn("hers")])
    kept.delete("eve", "one")
    assert kept.of("eve") == []
    with pytest.raises(ConversationError, match="no such conversation"):
        kept.load("eve", "one")
    assert kept.load("ada", "one") == mine


def test_what_is_deleted_is_gone_from_the_file_too(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", [Turn("a secret question")])
    kept.delete("ada", "one")
    assert kept.of("ada") == []
    assert b"secret" not in (tmp_path / FILE).read_bytes()


def test_what_another_version_kept_is_told_and_stays(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", [Turn("q")])
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE conversations SET turns = '[{\"asked\": 1}]'")
    database.close()
    with pytest.raises(ConversationError, match="another version"):
        kept.load("ada", "one")
    assert [one.id for one in kept.of("ada")] == ["one"]


def test_a_folder_that_cannot_be_used_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConversationError, match=r"cannot be kept in .*Make the folder writable"):
        Conversations(tmp_path / "file").of("ada")


def test_ids_cannot_be_guessed_and_are_names(kept: Conversations) -> None:
    ids = {kept.new() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_name(one) for one in ids)


@pytest.mark.parametrize("name", ["", "short", "../../../../etc/passwd", "x" * 65, "aaaaaaaaaaaaaaaa\n", "é" * 20])
def test_other_names_are_none(name: str) -> None:
    assert not is_name(name)
