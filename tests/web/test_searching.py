"""A search finds what its owner asked and was told, whatever its case and accents, and nothing of anybody else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.paper import Paper
from rag.web.conversations import DATABASE, Conversations
from rag.web.searching import MAX_FOUND, MAX_SEARCH_CHARS, MAX_SEARCH_WORDS
from rag.web.turns import Turn

from .samples import cite, done, state

CAFE = Paper("Über Café-Netze", "One is slow.")


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def found(kept: Conversations, text: str, owner: str = "ada") -> list[tuple[str, int | None, str]]:
    """The ids, the turns and the lines that a search for `text` finds, with what it looked for in brackets."""
    hits = [(one.id, one.hit) for one in kept.search(owner, text)]
    return [
        (id_, hit and hit.n, "".join(f"[{piece}]" if has else piece for piece, has in hit.pieces) if hit else "")
        for id_, hit in hits
    ]


def test_questions_answers_and_titles_of_papers_are_found_with_the_line(kept: Conversations) -> None:
    answered = done(state(cite(paper=CAFE), text="Kites are steady in strong wind."), question="Which kites?")
    kept.save("ada", "one", 0, Turn("How tall are lighthouses?"), answered)
    assert found(kept, "lighthouse TALL") == [("one", None, "")]  # in the title, which is the first question
    assert found(kept, "which") == [("one", 1, "[Which] kites?")]
    assert found(kept, "WIND steady") == [("one", 1, "Kites are [steady] in strong [wind.]")]
    assert found(kept, "uber cafe") == found(kept, "ÜBER Café") == [("one", 1, "[Über] [Café-Netze]")]
    assert found(kept, "lighthouse wind") == [("one", 1, "Kites are steady in strong [wind.]")]  # with the title
    assert found(kept, "kites lamp") == found(kept, "tall which xyz") == found(kept, "?!") == []


def test_a_new_name_is_found_and_the_old_one_is_not(kept: Conversations) -> None:
    kept.save("ada", "one", 0, Turn("first"))
    kept.rename("ada", "one", "Tails of kites")
    assert found(kept, "kite tail") == [("one", None, "")]
    assert found(kept, "first") == [("one", 0, "[first]")]  # it is still the question


def test_what_was_replaced_or_deleted_is_not_found_nor_in_the_file(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "one", 0, Turn("first"), Turn("secretive"))
    kept.save("ada", "one", 1, Turn("second"))
    assert found(kept, "secretive") == []
    kept.finish("ada", "one", 1, done(state(text="Confidential."), question="second"))
    assert found(kept, "confidential")[0][1] == 1
    kept.delete("ada", "one")
    assert found(kept, "confidential") == []
    left = (tmp_path / DATABASE).read_bytes()
    assert b"secretive" not in left
    assert b"confidential" not in left


def test_nobody_finds_what_is_anothers(kept: Conversations) -> None:
    kept.save("ada", "one", 0, Turn("kites"))
    kept.save("eve", "two", 0, Turn("kites"))
    assert [id_ for id_, _, _ in found(kept, "kites", "eve")] == ["two"]
    assert found(kept, "kites", "nobody") == []


def test_the_line_is_cut_around_what_was_found_and_shows_no_latex(kept: Conversations) -> None:
    text = "Very " * 50 + r"important $\alpha$-divergence " + "indeed " * 50
    kept.save("ada", "one", 0, Turn("first"), done(state(text=text), question="second"))
    ((_, _, line),) = found(kept, "important")
    assert line.startswith("…Very")
    assert "[important] α-divergence indeed" in line
    assert line.endswith("…")
    assert len(line) < 220


def test_a_search_is_bounded(kept: Conversations, tmp_path: Path) -> None:
    for n in range(MAX_FOUND + 5):
        kept.save("ada", f"c{n}", 0, Turn("kites"))
    assert [id_ for id_, _, _ in found(kept, "kites")][:2] == [f"c{MAX_FOUND + 4}", f"c{MAX_FOUND + 3}"]
    assert len(found(kept, "kites")) == MAX_FOUND
    assert found(kept, "kites " * MAX_SEARCH_WORDS + "lamp")  # which is one word too many
    with pytest.raises(QuestionError, match=f"at most {MAX_SEARCH_CHARS} characters"):
        kept.search("ada", "x" * (MAX_SEARCH_CHARS + 1))


def test_signs_of_sql_and_patterns_are_ordinary(kept: Conversations) -> None:
    kept.save("ada", "one", 0, Turn("100% of 'x_y' \"z\""))
    for text in ("'; DROP TABLE turns; --", "%", "_", "*", "\x00", "\ud800", "1.*0 x.y.?z 2"):
        assert found(kept, text) == [], text
    assert found(kept, "100% x_y*")


def test_what_cannot_be_read_is_found_by_its_title_only(kept: Conversations, tmp_path: Path) -> None:
    kept.save("ada", "odd", 0, done(state(text="Kites fly."), question="first"))
    database = sqlite3.connect(tmp_path / DATABASE)
    with database:
        database.execute("UPDATE turns SET content = x'00'")
    database.close()
    assert found(kept, "first") == found(kept, "kites") == [("odd", None, "")]
