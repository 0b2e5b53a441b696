"""Searches the conversations of an owner: titles, questions, answers, and the titles of the papers in these."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import QuestionError
from rag.text import normalize, one_line
from rag.web import records
from rag.web.mathml import words

MAX_FOUND = 50  # conversations
MAX_SEARCH_CHARS = 200
MAX_SEARCH_WORDS = 10  # of a search; further ones are not looked for
_BEFORE, _SHOWN = 30, 160  # characters of a line that are shown: before the first word found, and in all
_TOKEN = re.compile(r"\S+|\s+")


@dataclass(frozen=True, slots=True)
class Hit:
    """The line of turn `n` that has most of the words looked for, in pieces, each with whether it has one of them."""

    n: int
    pieces: tuple[tuple[str, bool], ...]


def search(database: sqlite3.Connection, owner: str, text: str) -> list[tuple[str, str, str, Hit | None]]:
    """The conversations of `owner` with a turn that has, together with the title, all words of `text`.

    Each with its id, its title, when it was changed, and the first such turn, None if the title has all words. The last
    changed come first, at most MAX_FOUND. Case and accents make no difference, and a word is found within others.
    Raises QuestionError if `text` has more than MAX_SEARCH_CHARS.
    """
    if len(text) > MAX_SEARCH_CHARS:
        raise QuestionError(f"A search has at most {MAX_SEARCH_CHARS} characters.")
    terms = normalize(text).split()[:MAX_SEARCH_WORDS]
    if not terms:
        return []
    database.create_function("normalized", 1, lambda title: normalize(title).encode(), deterministic=True)
    rows = database.execute(_sql(len(terms)), (owner, *(term.encode() for term in terms))).fetchall()
    return [
        (name, title, changed, None if is_titled else _hit(database, turn, n, terms))
        for name, title, changed, is_titled, n, turn in rows
    ]


def _sql(terms: int) -> str:
    """Finds the turns; both texts are bytes, which are compared as they are. The owner is ?1, the terms follow."""
    numbers = range(2, terms + 2)
    titled = " AND ".join(f"instr(name, ?{n})" for n in numbers)
    told = " AND ".join(f"(instr(name, ?{n}) OR instr(texts.content, ?{n}))" for n in numbers)
    return (
        "WITH mine AS MATERIALIZED (SELECT *, normalized(title) AS name FROM conversations WHERE owner = ?1) "
        f"SELECT mine.id, title, changed, {titled}, min(n), turns.id FROM mine JOIN turns ON conversation = mine.id "
        f"LEFT JOIN texts ON turn = turns.id WHERE {told} GROUP BY mine.id ORDER BY changed DESC LIMIT {MAX_FOUND}"
    )


def _hit(database: sqlite3.Connection, turn: int, n: int, terms: Sequence[str]) -> Hit | None:
    (content,) = database.execute("SELECT content FROM turns WHERE id = ?", (turn,)).fetchone()
    papers = database.execute("SELECT content FROM papers JOIN mentions ON paper = papers.id WHERE turn = ?", (turn,))
    try:
        lines = records.lines(records.unpacked(content), [records.unpacked(paper) for (paper,) in papers])
    except ValueError:  # whoever opens it is told
        return None
    best = max(lines, key=lambda line: sum(term in normalize(line) for term in terms), default="")
    return Hit(n, _pieces(one_line(words(best)), terms))


def _pieces(line: str, terms: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """`line` from shortly before the first of `terms`, in pieces."""
    tokens = [(match, any(term in normalize(match[0]) for term in terms)) for match in _TOKEN.finditer(line)]
    first = next((match.start() for match, has in tokens if has), 0)
    start = next((match.start() for match, _ in tokens if match.start() >= first - _BEFORE), 0)
    shown = [(match[0], has) for match, has in tokens if start <= match.start() < start + _SHOWN]
    ends = (("…", False),) if len(line) > start + _SHOWN else ()
    return ((("…", False),) if start else ()) + tuple(shown) + ends
