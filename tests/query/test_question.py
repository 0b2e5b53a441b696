"""No question takes long to understand, however it is made up, and one that is none is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.index.store import Store
from rag.query.followups import depends
from rag.query.history import History
from rag.query.intent import MAX_ASKED_CHARS, compared_items, intent_of
from rag.query.names import names
from rag.query.question import MAX_QUESTION_CHARS
from rag.query.routing import frame, plain, topic
from rag.query.understanding import understand

SECONDS = 5.0  # of processor time, at most; those that took long took four times as much or more
UNITS = (
    *(" ", "\t", "a", "a ", "é ", "中", "z\u0301\u0300", "ﷺ", "👩‍👩‍👧 ", "\u202e", "\U000e0041", "\ufe0f"),
    *('"', "“a ", "(", "[1] ", "([{", ",", ", ", "a, ", "? ", ". ", "i.) ", "e.g. ", "1", "1,2.3 ", "a-", "a-b-"),
    *("and ", "or ", "not ", "since ", "since 2020 ", "in 2020 or ", "year:2020 ", "author:a ", "the last year "),
    *("compare ", "how do a and ", "how do how do ", "a vs b ", "difference between a and ", "is A better than "),
    *("which of those ", "it ", "the first one ", "what is ", "what does x mean ", "papers by ", "by A. ", "A B "),
    *("how many papers ", "the two papers each ", "don't ", "what's ", "http://a.b/", "$x$ ", "\\alpha{", "A-", "Aa"),
)


@pytest.fixture(scope="module")
def store(index_dir: Path) -> Iterator[Store]:
    with closing(open_current(index_dir)) as opened:
        yield opened


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_no_question_takes_long_to_understand(store: Store, unit: str) -> None:
    question = (unit * MAX_QUESTION_CHARS)[: MAX_QUESTION_CHARS - 2].strip()
    begin = time.process_time()
    for text in (question, f"{question} x", f"x {question}"):
        try:
            query = understand(text, store, History((text, "who counts coral?", text)))
        except QuestionError:
            continue
        for read in (intent_of, depends, names, plain, frame, topic):
            read(query.rewrites[-1])
    assert time.process_time() - begin < SECONDS


@pytest.mark.parametrize(
    "question", ["", "   ", "\n\t", "\x00", "\u202e", "\U000e0041", "a" * (MAX_QUESTION_CHARS + 1)]
)
def test_what_has_nothing_to_read_or_too_much_is_no_question(store: Store, question: str) -> None:
    with pytest.raises(QuestionError, match=r"^A question must have 1 to 2,000 characters; this one has [0-9,]+\.$"):
        understand(question, store)


def test_marks_alone_are_nothing_to_search_for(store: Store) -> None:
    with pytest.raises(QuestionError, match=r"^“\?!” is no question\. Ask in words\.$"):
        understand("?!", store)


def test_things_compared_are_found_in_front_of_a_pasted_text() -> None:
    pasted = "It has owls. " * (MAX_ASKED_CHARS // 10)
    assert compared_items(f"compare OwlNet and BatNet: {pasted}") == ("OwlNet", "BatNet")
