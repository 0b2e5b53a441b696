"""What is shown of one turn: its words, its order, what can be clicked, and that foreign text stays text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.types import Answer, Found, Verdict
from rag.paper import Paper
from rag.web import cards, render
from rag.web.turns import CUT_OFF, Turn

from .payloads import PAYLOADS
from .test_turns import ABSTRACT, OTHER, PAPER, cite, done, read, state, turns_with


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_stays_text(payload: str) -> None:
    assert read(render.question(payload)).text == payload
    for turn in turns_with(payload):
        read(render.reply(turn, removable=False))
        assert payload in read(render.reply(turn)).text


def test_statements_in_a_row_stand_under_one_title_and_tell_what_they_are_sorted_by() -> None:
    sections = read(render.statements([state(), state(), state(cite(n=2, paper=OTHER)), state()])).all("section")
    assert [section.text for section in sections] == [
        "A TitleIt is so. [1]It is so. [1]",
        "Other 2020It is so. [2]",
        "A TitleIt is so. [1]",
    ]
    assert [section.attributes for section in sections[:2]] == [
        {"data-live": "", "data-n": "1", "data-year": "", "data-title": "A Title"},
        {"data-live": "", "data-n": "2", "data-year": "2020", "data-title": "Other"},
    ]


def test_a_statement_on_two_papers_has_two_markers_and_no_title() -> None:
    assert read(render.statements([state(cite(), cite(n=2, paper=OTHER))])).text == "It is so. [1][2]"


def test_a_marker_names_its_source_its_sentences_and_their_check() -> None:
    (marker,) = read(render.statements([state(cite(), cite(13, 25))])).all("a")
    assert marker.attributes == {
        "class": "cite",
        "href": "#source-1",
        "aria-label": "Source 1: A Title",
        "data-spans": "0-12 13-25",
        "data-quote": "One is slow. … Two is fast.",
        "data-check": "written by the model and checked: it agrees with what it cites",
    }


@pytest.mark.parametrize(
    ("verdict", "paper", "text", "check"),
    [
        ("quote", PAPER, "“It is so.” [1]", "quoted word for word"),
        ("quote", replace(PAPER, digest=True), "“It is so.” [1]", "quoted word for word; digest: our words, not the "),
        ("supported", PAPER, "It is so. [1]", "written by the model and checked: it agrees with what it cites"),
        ("partly", PAPER, "It is so. [1] agrees in part", "written by the model and checked: it agrees in part"),
    ],
)
def test_what_came_of_the_check_is_told_in_words(verdict: Verdict, paper: Paper, text: str, check: str) -> None:
    shown = read(render.statements([state(cite(paper=paper), verdict=verdict)]))
    assert shown.all("p", "statement")[0].text == text
    assert shown.all("a")[0].attributes["data-check"].startswith(check)
    assert [badge.text for badge in shown.all("p", "paper")[0:1]] == ["A Title digest" if paper.digest else "A Title"]


def test_a_comparison_is_a_table_whose_cells_are_cited() -> None:
    placed = [replace(state(verdict="quote"), aspect="Approach"), replace(state(verdict="quote"), aspect="Result")]
    placed.append(replace(state(cite(13, 25, n=2, paper=OTHER), verdict="quote"), aspect="Approach"))
    shown = read(render.statements([state(text="Both are so."), *placed]))
    assert [row.text for row in shown.all("tr")] == [
        "[1] A Title[2] Other 2020",
        "Approach“It is so.” [1]“It is so.” [2]",
        "Result“It is so.” [1]Nothing found in the abstract.",
    ]
    assert [head.attributes["scope"] for head in shown.all("th")] == ["col", "col", "row", "row"]
    assert [link.attributes["href"] for link in shown.all("a")] == [f"#source-{n}" for n in (1, 1, 2, 1)]
    assert shown.text.startswith("A TitleBoth are so. [1]")


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn("q"), "searching…"),
        (Turn("q", papers=1489), "searching 1,489 papers…"),
        (Turn("q", papers=1, ahead=0), "waiting: yours is next"),
        (Turn("q", papers=1, ahead=1), "waiting: 1 question is before yours"),
        (Turn("q", papers=1, ahead=3), "waiting: 3 questions are before yours"),
        (Turn("q", found=Found((PAPER,), 9), ahead=3), "found 1 paper; waiting: 3 questions are before yours"),
        (Turn("q", found=Found((PAPER,), 9)), "found 1 paper; writing…"),
        (Turn("q", found=Found((PAPER,), 9, intent="papers")), "1 of 9 papers matches; writing…"),
        (Turn("q", found=Found((), 9, intent="papers")), "found 0 papers; writing…"),
        (Turn("q", found=Found((PAPER,), 9), statements=[state()]), "checked 1 sentence so far; writing…"),
        (Turn("q", found=Found((PAPER,), 9), statements=[state()] * 2), "checked 2 sentences so far; writing…"),
        (Turn("q", statements=[state()] * 2, stopped=True), "stopped after 2 sentences"),
        (Turn("q", stopped=True), "stopped after 0 sentences"),
        (done(*[state()] * 6), "done: checked 6 of 6 sentences, each cited"),
        (done(state()), "done: checked 1 of 1 sentence, each cited"),
        (done(), "done: no answer in these abstracts"),
        (Turn("q", statements=[state()], error="No."), "failed; the question is kept, so it can be asked again"),
    ],
)
def test_the_status_is_words(turn: Turn, words: str) -> None:
    assert render.status(turn) == words


def test_titles_that_nothing_is_written_of_yet_stand_below_what_is() -> None:
    turn = Turn("q", found=Found((PAPER, OTHER), 9))
    assert read(render.reply(turn)).text == "Reading:A TitleOther"
    turn.take(state(cite(n=2, paper=OTHER)))
    assert read(render.reply(turn)).text == "Other 2020It is so. [2]Reading:A Title"
    turn.take(state())
    assert "Reading" not in render.reply(turn)


@pytest.mark.parametrize("end", [{"stopped": True}, {"error": "No."}, {"answer": Answer("q", (state(),))}])
def test_nothing_is_being_read_once_the_work_has_ended(end: dict[str, object]) -> None:
    turn = Turn("q", found=Found((PAPER, OTHER), 9), statements=[state()])
    assert "Reading" in render.reply(turn)
    for name, value in end.items():
        setattr(turn, name, value)
    assert "Reading" not in render.reply(turn)


def test_what_stands_stays_where_it_is_while_more_comes() -> None:
    turn = Turn("q", found=Found((PAPER, OTHER), 9, ("since 2020",), "papers"))
    before = read(render.reply(turn)).text.partition("Reading:")[0]
    for event in (state(), state(cite(13, 25)), state(cite(n=2, paper=OTHER))):
        turn.take(event)
        after = read(render.reply(turn)).text.partition("Reading:")[0]
        assert after.startswith(before)
        before = after
    turn.take(Answer("q", tuple(turn.statements), (cite(n=3, paper=Paper("Third", ABSTRACT)),), intent="papers"))
    ended = read(render.reply(turn, removable=False)).text
    assert ended == f"{before}Partly:Third“One is slow.” [3]"


def test_a_question_for_papers_tells_how_many_match_and_sorts_more_than_one() -> None:
    several = read(render.matching(Found((PAPER, OTHER), 9, intent="papers")))
    assert several.text.startswith("2 of 9 papers match ")
    assert [option.text for option in several.all("option")] == ["best match first", "newest first", "by title"]
    one = read(render.matching(Found((PAPER,), 9, intent="papers")))
    assert one.text.strip() == "1 of 9 papers matches"
    assert not one.all("select")
    others = Found((PAPER, OTHER), 9), Found((), 9, intent="papers"), None
    assert [render.matching(found) for found in others] == ["", "", ""]


def test_papers_that_only_touch_a_question_follow_where_papers_are_asked_for() -> None:
    partial = (cite(13, 25, n=2, paper=OTHER),)
    assert read(render.reply(done(state(), related=partial, intent="papers"))).text == (
        "1 of 9 papers matches A TitleIt is so. [1]Partly:Other 2020“Two is fast.” [2]"
    )
    assert "Partly" not in render.reply(done(state(), related=partial))


def test_a_filter_can_be_taken_away_where_it_is_said_to_be_removable_and_nothing_runs() -> None:
    turn = done(state(), filters=("since 2023", "author:b"))
    shown = read(render.reply(turn))
    assert shown.text.startswith("Only papers: since 2023 ✕author:b ✕")
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "wider")] == [
        ("0", "Search all papers, not only “since 2023”"),
        ("1", "Search all papers, not only “author:b”"),
    ]
    for html in (render.reply(replace(turn, answer=None)), render.reply(turn, removable=False)):
        assert read(html).text.startswith("Only papers: since 2023author:b")
        assert not read(html).all("button")
    assert "Only papers" not in render.reply(done(state()))


def test_a_refusal_says_no_and_its_links_open_the_cards_of_the_nearest_papers() -> None:
    near = Paper("Bees & Wax? 100%", ABSTRACT)
    turn = done(nearest=(near,))
    shown = read(render.reply(turn))
    assert shown.text == "The abstracts here do not answer this. Nearest papers:Bees & Wax? 100%"
    (link,) = shown.all("a", "cite")
    assert link.attributes["href"] == "/papers?q=Bees%20%26%20Wax%3F%20100%25"
    assert [card.attributes["id"] for card in read(cards.panel([turn])).all("article")] == [
        link.attributes["data-card"]
    ]
    assert "Nearest" not in render.reply(done())


def test_what_was_worse_than_asked_for_and_what_went_wrong_are_told_after_what_came() -> None:
    assert read(render.reply(done(state(), notice="The model failed."))).text.endswith("[1]The model failed.")
    failed = read(render.reply(Turn("q", found=Found((PAPER,), 9), statements=[state()], error="No such <model>.")))
    assert failed.text == f"A TitleIt is so. [1]{CUT_OFF}No such <model>."
    assert failed.all("p", "fault")[0].text == "No such <model>."
