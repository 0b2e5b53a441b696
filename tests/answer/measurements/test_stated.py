"""Which numbers a sentence states, and of what, on which data and how: each row of judged.jsonl is one that it ties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.measurements.stated import Stated, stated_in
from rag.language.sentences import split_sentences
from rag.paper import Paper

JUDGED = [json.loads(line) for line in (Path(__file__).parent / "judged.jsonl").read_text("utf-8").splitlines()]
PIECES = (
    "of by to on at % × 3× 92 0.5 ms accuracy and , ( ) $ \\times ^ { } - ± = < the from 12 improves is NYU _ /".split()
)


def stated(abstract: str) -> list[Stated]:
    return stated_in(Paper("A Title", abstract), split_sentences(abstract))


def cells(found: Stated) -> dict[str, str]:
    tie, context = found.tie, found.context
    row = {
        "quantity": tie.quantity,
        "value": tie.value.shown,
        "change": tie.change,
        "dataset": context.dataset,
        "condition": context.condition,
    }
    return {name: text for name, text in row.items() if text}


@pytest.mark.parametrize("judged", JUDGED, ids=lambda judged: judged["sentence"][:50])
def test_a_sentence_states_what_it_ties_together_and_nothing_else(judged: dict[str, Any]) -> None:
    assert [cells(found) for found in stated(judged["sentence"])] == judged["rows"]


def test_each_number_has_the_place_of_its_sentence() -> None:
    abstract = "Kettles are hot. The kettle reaches an accuracy of 92%. It was tried by 12 cooks."
    found = stated(abstract)
    assert [abstract[one.span.start : one.span.end] for one in found] == [
        "The kettle reaches an accuracy of 92%.",
        "It was tried by 12 cooks.",
    ]
    assert [one.is_count for one in found] == [False, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40))
def test_any_sentence_can_be_read(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for found in stated(text):
        assert found.tie.quantity
        assert found.value.text


def test_a_sentence_of_any_length_is_read_in_part() -> None:
    assert stated("An accuracy of 92% " * 400)
