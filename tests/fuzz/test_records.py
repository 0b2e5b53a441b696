"""What is kept of a conversation is read again as it was; anything else is refused as such."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from rag.web import records
from rag.web.turns import Turn
from tests.fuzz.budget import examples
from tests.fuzz.strategies import damaged_json, json_values, turns


@examples(30)
@given(turns())
def test_a_turn_is_read_as_it_was_kept(turn: Turn) -> None:
    assert records.load(*records.dump(turn)) == turn


@examples(60)
@given(st.data(), turns())
def test_a_damaged_turn_is_refused(data: st.DataObject, turn: Turn) -> None:
    content, papers = records.dump(turn)
    damaged = data.draw(damaged_json(json.loads(content)))
    broken = {id_: json.dumps(data.draw(damaged_json(json.loads(paper)))) for id_, paper in papers.items()}
    for kept in (papers, broken):
        with suppress(ValueError):
            records.load(json.dumps(damaged), kept)


@examples(100)
@given(st.text(max_size=50) | json_values().map(json.dumps))
@example('{"question": "", "answer": {"question": "", "not_stated_by": {"paper_id": []}}}')
def test_any_text_is_refused_as_a_turn(text: str) -> None:
    for read in (lambda: records.load(text, {"": text}), lambda: records.load_released(text)):
        with suppress(ValueError):
            read()
