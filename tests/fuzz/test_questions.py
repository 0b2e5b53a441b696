"""Any text as a question: understood or refused in words, and every offset lies in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.index.store import Store
from rag.language.sentences import split_sentences
from rag.language.tokens import content_word_offsets, tokenize
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.query.batch import parse
from rag.query.filters import parse_filters
from rag.query.history import History
from rag.query.routing import Router
from rag.query.understanding import understand
from tests.fuzz.budget import examples
from tests.fuzz.strategies import json_values, raw_texts, texts
from tests.fuzz.told import assert_told

WORDS = """which papers compare author: author:"ada year:2020.. year:..2019 source:arxiv since 2020 between 2019 and
    2021 before after in the last five years SwiftDepth Early Exit vs. versus or and what about those of them the first
    3rd shorter please is define what's does how many “quoted” (2023) C++ A* 50% x_1^2 $\\alpha$ naïve""".split()
QUESTIONS = st.one_of(texts(200), st.lists(st.sampled_from(WORDS) | texts(8), max_size=12).map(" ".join))
CITED = Paper("SwiftDepth: Single-Step Diffusion for Monocular Depth", "It is 40 times faster.", ("A. Example",), 2024)


@pytest.fixture(scope="module")
def router(model: Embedding) -> Router:
    return Router(model)


@examples(150)
@given(QUESTIONS, st.lists(QUESTIONS, max_size=2), st.booleans())
def test_a_question_is_understood_or_refused_in_words(
    store: Store, router: Router, question: str, earlier: list[str], routed: bool
) -> None:
    history = History(tuple(earlier), (CITED,), {1: CITED}) if earlier else History()
    try:
        query = understand(question, store, history, router=router if routed else None)
    except QuestionError as fault:
        assert_told(fault)
        return
    assert query.rewrites
    assert 0 <= query.searched <= store.paper_count
    assert all(0 < number <= store.paper_count for number in query.among or ())


@examples(300)
@given(QUESTIONS)
def test_filters_are_parts_of_the_question(question: str) -> None:
    try:
        text, filters = parse_filters(question)
    except QuestionError:
        return
    assert "\n" not in text
    again, none = parse_filters(question, {one.written for one in filters})
    assert not none, again


@examples(300)
@given(raw_texts(300))
def test_offsets_lie_in_the_text(text: str) -> None:
    spans = split_sentences(text)
    offsets = content_word_offsets(text)
    for places in ([(one.start, one.end) for one in spans], offsets):
        assert all(0 <= start < end <= len(text) for start, end in places)
        assert places == sorted(places)
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert all(word.strip() for word in tokenize(text))


@examples(200)
@given(json_values() | st.fixed_dictionaries(dict.fromkeys(("question", "id", "history"), json_values())))
def test_a_line_of_a_file_is_a_question_or_refused_in_words(line: object) -> None:
    try:
        parse(line, "questions.jsonl:1")
    except QuestionError as fault:
        assert_told(fault, "questions.jsonl:1")
