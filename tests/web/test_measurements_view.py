"""A table of numbers: a row for each, which leads to its sentence and can be sorted by its value."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.types import Answer, Found, Measurement, Statement
from rag.web import export
from rag.web.measurements_view import measurements, measurements_html
from rag.web.turn_view import reply_html, turn_view
from rag.web.turns import Turn

from .reader import read
from .samples import OTHER, PAPER, cite

ROWS = [
    Measurement(cite(13, 25), "speed", "30 fps", 30.0, "Hz", dataset="MossSet"),
    Measurement(cite(n=2, paper=OTHER), "memory", "40%", 40.0, "%", "reduces by", condition="on <b>chips</b>"),
]
STATEMENTS = [Statement(row.citation.quote, (row.citation,), "quote") for row in ROWS]


def test_each_row_shows_its_cells_and_leads_to_its_sentence() -> None:
    page = read(measurements_html(ROWS, STATEMENTS))
    first, second = page.all("tr")[1:]
    assert first.text.split() == ["[1]", *PAPER.title.split(), "speed", "30", "fps", "MossSet"]
    assert "reduces by 40%" in second.text
    assert "on <b>chips</b>" in second.text  # as text
    links = [link.attributes for link in page.all("a") if link.attributes["href"] == "#source-1"]
    assert len(links) == 3  # at the title, at the value, and at the sentence below
    assert {link["data-spans"] for link in links} == {"13-25"}
    assert {link["data-quote"] for link in links} == {"Two is fast."}


def test_amounts_and_differences_are_sorted_apart() -> None:
    kinds = [row.attributes["data-kind"] for row in read(measurements_html(ROWS, STATEMENTS)).all("tr")[1:]]
    assert kinds == ["Hz", "change in %"]


def test_a_column_that_no_row_fills_is_left_out() -> None:
    bare = [replace(row, dataset="", condition="") for row in ROWS]
    headings = [button.text for button in read(measurements_html(bare, STATEMENTS)).all("button")]
    assert headings == ["Paper", "Quantity", "Value"]
    assert measurements([], []) is None


def test_the_table_is_there_with_what_was_found_and_its_sentences_are_not_repeated_below() -> None:
    turn = Turn("how fast are they?")
    turn.take(Found((PAPER, OTHER), 9, headline="2 of 9 papers state a speed.", measurements=tuple(ROWS)))
    for statement in STATEMENTS:
        turn.take(statement)
    shown = read(reply_html(turn_view([turn], 0, "name")))
    assert len(shown.all("tr")) == 3
    assert "2 of 9 papers state a speed." in shown.text
    headline = "2 of 9 papers state a speed."
    turn.take(Answer(turn.question, tuple(STATEMENTS), searched=9, headline=headline, measurements=tuple(ROWS)))
    assert read(reply_html(turn_view([turn], 0, "name"))).text.count("“Two is fast.”") == 1


def test_the_table_can_be_saved_where_there_is_one() -> None:
    turn = Turn("how fast are they?")
    turn.take(Answer(turn.question, tuple(STATEMENTS), searched=9, measurements=tuple(ROWS)))
    (group,) = export.menu("/c/name", [turn], 0)
    assert "/c/name/0.numbers.csv" in [link.address for link in group.links]
    name, text = export.file([turn], "numbers.csv")
    assert name == "how-fast-are-they.numbers.csv"
    assert text.startswith("\ufeffquestion,n,title")
    turn.take(Answer(turn.question, tuple(STATEMENTS), searched=9))
    (group,) = export.menu("/c/name", [turn], 0)
    assert not any("numbers" in link.address for link in group.links)


def test_the_sentences_below_are_counted() -> None:
    one, two = measurements(ROWS[:1], STATEMENTS[:1]), measurements(ROWS, STATEMENTS)
    assert one is not None
    assert two is not None
    assert one.summary == "The sentence that states these numbers"
    assert two.summary == "The 2 sentences that state these numbers"
