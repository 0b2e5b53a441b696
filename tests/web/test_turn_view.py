"""A turn: its words and their order, and what a reader can do with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest

from rag.answer.types import Answer, Effort, Found, Verdict, Working, Written
from rag.export import phrases
from rag.paper import Paper
from rag.web import export
from rag.web.cards import entry_html, sources
from rag.web.templates import MAX_NOTE
from rag.web.turn_view import MODEL_IS_NEXT, WAITING_FOR_MODEL, TurnView, dialogue_html, reply_html, turn_html
from rag.web.turns import CUT_OFF, Choices, Turn

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import ABSTRACT, OTHER, PAPER, cite, done, harmless, state, turns_with

NAME = "abcdefghijklmnop"
STOPPED = Turn("how?", statements=[state()], stopped=True)
TWO_FOUND = Found((PAPER, OTHER), 9)


def reply(turn: Turn, last: bool = True) -> Reader:
    """What is shown in reply to the question of `turn`, the `last` of its conversation or not."""
    return read(reply_html(TurnView(turn, 0, NAME, last)))


def controls(turn: Turn) -> list[str]:
    """What can be done with `turn`, the only one, as it is read."""
    shown = read(turn_html([turn], 0, NAME)).elements
    return [one.text for one in shown if one.tag in ("button", "summary") or (one.tag == "a" and "map" in one.text)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    for hostile, plain in zip(turns_with(payload), turns_with(harmless(payload)), strict=True):
        hostile = replace(hostile, choices=Choices((payload,), 5, payload), good=False, note=payload)
        plain = replace(plain, choices=Choices((harmless(payload),), 5, harmless(payload)), good=False, note="x")
        html = turn_html([hostile], 0, NAME)
        assert skeleton(html) == skeleton(turn_html([plain], 0, NAME))
        assert read(html).all("h2")[0].content == payload
        assert payload in reply(hostile).text
        reply(hostile, last=False)


def test_the_question_is_shown_as_it_was_typed() -> None:
    (question,) = read(turn_html([Turn("how?\n  and  why? ")], 0, NAME)).all("h2", "question")
    assert question.content == "how?\n  and  why? "


def test_titles_that_no_sentence_cites_yet_are_below_the_sentences() -> None:
    turn = Turn("q", found=TWO_FOUND)
    assert reply(turn).text == "Reading: A Title Other"
    turn.take(state(cite(n=2, paper=OTHER)))
    assert reply(turn).text == "Other 2020 It is so. [2] Reading: A Title"
    turn.take(state(text="So it is."))
    assert "Reading" not in reply(turn).text


@pytest.mark.parametrize("end", [{"stopped": True}, {"error": "No."}, {"answer": Answer("q", (state(),))}])
def test_no_title_is_being_read_once_the_work_has_ended(end: dict[str, object]) -> None:
    turn = Turn("q", found=TWO_FOUND, statements=[state()])
    assert "Reading" in reply(turn).text
    for name, value in end.items():
        setattr(turn, name, value)
    assert "Reading" not in reply(turn).text


def test_what_is_shown_stays_where_it_is_while_more_arrives() -> None:
    turn = Turn("q", found=Found((PAPER, OTHER), 9, ("since 2020",), "papers"))
    before = reply(turn).text.partition("Reading:")[0]
    for event in (state(), state(cite(13, 25), text="Two."), state(cite(n=2, paper=OTHER), text="Three.")):
        turn.take(event)
        after = reply(turn).text.partition("Reading:")[0]
        assert after.startswith(before)
        before = after
    turn.take(
        Answer(
            "q",
            tuple(turn.statements),
            related=(cite(n=3, paper=Paper("Third", ABSTRACT)),),
            searched=9,
            intent="papers",
        )
    )
    ended = reply(turn).text
    assert ended == f"{before} 1 more paper may match Third “One is slow.” [3]"


WRITTEN = (
    state(cite(), cite(13, 25), text="In short, it varies."),
    state(text="One lags.", verdict="judged", judge="owl:7b"),
    replace(state(cite(13, 25), text="Two is fast.", verdict="quote"), theme="Speed"),
    replace(state(text="All differ.", verdict="unverified"), theme="Speed"),
    replace(state(text="Three costs nothing."), theme="Cost"),
)
WHOLE = "Show the whole answer"
PARTS = ["found", "written", "counted", "list"]
EFFORT = Effort("owl:7b", 34, 5, 4, 1, 5_600, 520, 14.2, 5.1)


def test_what_is_written_is_prose_under_its_themes_above_the_evidence() -> None:
    shown = reply(done(state(text="A quote.", verdict="quote"), written=WRITTEN, effort=EFFORT))
    assert shown.text == (
        "In short, it varies. [1] One lags. [1] Speed “Two is fast.” [1] All differ. [1] not verified "
        f"Cost Three costs nothing. [1] {phrases.summary(EFFORT)} {WHOLE} The evidence A Title “A quote.” [1]"
    )
    (section,) = shown.all("section", "written")
    assert section.text.endswith(f"{phrases.summary(EFFORT)} {WHOLE}")
    assert [heading.text for heading in shown.all("h3")] == ["Speed", "Cost", phrases.EVIDENCE_HEADING]
    assert [one.text for one in shown.all("p", "direct")] == ["In short, it varies. [1]"]
    assert [one.text for one in shown.all("span", "unverified")] == ["All differ. [1] not verified"]
    first, second, *_ = shown.all("a", "cite")
    assert (first.attributes["data-spans"], first.attributes["href"]) == ("0-12 13-25", "#source-1")
    assert first.attributes["data-quote"] == "One is slow. … Two is fast."
    assert second.attributes["data-check"] == "reworded, checked by the model owl:7b"


def test_a_written_answer_that_begins_with_a_theme_has_no_direct_sentence() -> None:
    shown = reply(done(state(), written=WRITTEN[2:]))
    assert not shown.all("p", "direct")
    assert shown.text.startswith("Speed “Two is fast.”")


def test_what_the_model_does_is_told_where_its_sentences_appear() -> None:
    quote, other = state(verdict="quote"), state(cite(n=2, paper=OTHER), text="So is this.", verdict="quote")
    turn = Turn("q", found=TWO_FOUND, statements=[quote, other])
    assert not reply(turn).text.startswith("The")
    turn.take(Working("judging", 12, 20))
    (section,) = reply(turn).all("section", "written")
    assert section.text == f"The model is judging papers: 12 of 20… {WHOLE}"
    assert reply(turn).text.startswith(f"{section.text} The evidence A Title “It is so.” [1]")
    turn.take(Written(WRITTEN[0]))
    turn.take(Working("writing"))
    (section,) = reply(turn).all("section", "written")
    assert section.text == f"In short, it varies. [1] The model is writing… {WHOLE}"
    waiting = replace(turn, ahead=1, written=[])
    assert reply(waiting).all("section", "written")[0].text == f"{WAITING_FOR_MODEL} {WHOLE}"
    stopped = reply(replace(turn, stopped=True)).text
    assert stopped.startswith(f"In short, it varies. [1] {CUT_OFF} {WHOLE} The evidence A Title “It is so.” [1]")
    turn.take(Answer("q", tuple(turn.statements), effort=EFFORT))  # none of it was confirmed
    evidence = "The evidence A Title Other 2020 The same sentence as in [1]. [2]"
    assert reply(turn).text == f"“It is so.” [1] {phrases.summary(EFFORT)} {WHOLE} {evidence}"


def test_the_parts_of_a_reply_keep_their_places() -> None:
    """An update replaces a part by what is in its place: else the list would lose its focus and its order."""
    turn = Turn("q", found=Found((PAPER,), 9, ("since 2020",), "papers"), statements=[state()])
    steps = [Working("judging", 1, 2), Written(WRITTEN[0]), Answer("q", (state(),), written=WRITTEN, headline="One.")]
    for event in steps:
        turn.take(event)
        parts = [one.attributes.get("class") for one in reply(turn).elements if "data-live" in one.attributes]
        assert [part for part in parts if part in PARTS] == PARTS


def test_the_papers_of_the_answer_count_once_it_is_there() -> None:
    turn = Turn("q", found=Found((PAPER, OTHER), 9, intent="papers", headline="2 do."), statements=[state()])
    assert reply(turn).text.startswith("2 of 9 papers match 2 do. ")
    turn.take(Answer("q", (state(),), searched=8, intent="papers", headline="1 does."))
    assert reply(turn).text.startswith("1 of 8 papers matches 1 does. A Title")
    refused = Turn("q", found=TWO_FOUND, statements=[state()])
    refused.take(Answer("q", nearest=(PAPER,), intent="papers", effort=EFFORT))
    assert reply(refused).text.endswith(f"A Title {phrases.summary(EFFORT)}")
    assert "match" not in reply(refused).text
    answered = Turn("q", found=Found((), 9, intent="papers"))
    answered.take(Answer("q", (state(), state(cite(n=2, paper=OTHER), text="Two.")), searched=9, intent="papers"))
    assert reply(answered).text.startswith("2 of 9 papers match best match first")


def test_a_question_for_papers_is_told_how_many_match_and_can_sort_more_than_one() -> None:
    several = reply(Turn("q", found=Found((PAPER, OTHER), 9, intent="papers")))
    assert several.text.startswith("2 of 9 papers match ")
    assert [option.text for option in several.all("option")] == ["best match first", "newest first", "by title"]
    undated = reply(Turn("q", found=Found((PAPER, replace(OTHER, year=None)), 9, intent="papers")))
    assert [option.text for option in undated.all("option")] == ["best match first", "by title"]
    single = reply(Turn("q", found=Found((PAPER,), 9, intent="papers")))
    assert single.text.startswith("1 of 9 papers matches")
    assert not single.all("select")
    for found in (TWO_FOUND, Found((), 9, intent="papers"), None):
        assert not reply(Turn("q", found=found)).all("p", "lead")


def test_related_papers_come_last_and_only_if_the_question_asks_for_papers() -> None:
    related = (cite(13, 25, n=2, paper=OTHER),)
    assert reply(done(state(), related=related, intent="papers")).text.endswith(
        "It is so. [1] 1 more paper may match Other 2020 “Two is fast.” [2]"
    )
    assert "may match" not in reply(done(state(), related=related)).text


def test_filters_can_be_removed_from_the_last_answer_once_it_is_complete() -> None:
    turn = done(state(), filters=("since 2023", "author:b"))
    shown = reply(turn)
    assert shown.text.startswith(f"{phrases.FILTERS_LABEL} since 2023 ✕ author:b ✕")
    chips = shown.all("button", "remove-filter")
    assert [chip.attributes["value"] for chip in chips] == list(turn.filters)
    assert "since 2023" in chips[0].attributes["aria-label"]
    running = reply(replace(turn, answer=None))
    assert running.text.startswith(f"{phrases.FILTERS_LABEL} since 2023 ✕ author:b ✕")  # so that nothing moves
    assert all("disabled" in chip.attributes for chip in running.all("button", "remove-filter"))
    earlier = reply(turn, last=False)
    assert earlier.text.startswith(f"{phrases.FILTERS_LABEL} since 2023 author:b")
    assert not earlier.all("button", "remove-filter")
    assert phrases.FILTERS_LABEL not in reply(done(state())).text


def test_a_refusal_links_to_the_cards_of_the_nearest_papers() -> None:
    near = Paper("Bees & Wax? 100%", ABSTRACT)
    turn = done(nearest=(near,))
    shown = reply(turn)
    assert shown.text == f"{phrases.refusal(turn.answer)} {phrases.NEAREST_HEADING} Bees & Wax? 100%"  # type: ignore[arg-type]
    (link,) = shown.all("a", "cite")
    assert link.attributes["href"] == "/papers?q=Bees%20%26%20Wax%3F%20100%25"
    ids = [card.attributes["id"] for entry in sources([turn]) for card in read(entry_html(entry)).all("article")]
    assert ids == [link.attributes["data-card"]]
    assert phrases.NEAREST_HEADING not in reply(done()).text


def test_what_must_be_known_of_the_search_is_above_the_answer_and_what_failed_later_is_not() -> None:
    quote, known = state(verdict="quote"), "None of these papers has a year."
    found = Turn("q", found=Found((PAPER,), 9, notice=known), statements=[quote])
    assert reply(found).text == f"{known} “It is so.” [1] A Title"
    answer = Answer("q", (quote,), notice=known)
    assert reply(replace(found, answer=answer)).text == f"{known} “It is so.” [1] A Title"
    late = replace(found, answer=replace(answer, notice=f"{known} The model failed."))
    assert reply(late).text == f"{known} “It is so.” [1] A Title The model failed."
    assisted = reply(replace(late, assisted=True))
    assert assisted.all("section", "written")[0].text == f"The model failed. {WHOLE}"
    again = reply(replace(found, answer=replace(answer, notice="Another search.")))
    assert again.text == "“It is so.” [1] A Title Another search."


def test_a_cut_off_answer_says_so_below_and_an_error_comes_last() -> None:
    failed = reply(Turn("q", found=Found((PAPER,), 9), statements=[state()], error="No such <model>."))
    assert failed.text == f"A Title It is so. [1] {CUT_OFF} No such <model>."
    assert failed.all("p", "fault")[0].text == "No such <model>."


QUOTE = state(verdict="quote", text="One is slow.")
SECOND = state(cite(13, 25, n=2, paper=OTHER), verdict="quote", text="Two is fast.")


@pytest.mark.parametrize(
    ("turn", "lead"),
    [
        (done(QUOTE, SECOND, intent="papers", searched=9), "2 of 9 papers match"),
        (done(QUOTE, intent="papers", searched=9, headline="It is mentioned."), "1 of 9 papers matches"),
        (done(QUOTE, intent="survey", searched=9, headline="Named: KITTI."), "Named: KITTI."),
        (done(QUOTE, intent="survey", searched=9), "1 of 9 papers matches"),
        (done(QUOTE, SECOND, headline="5 owls."), "5 owls."),
        (done(QUOTE, SECOND), "“One is slow.” [1]"),
        (
            done(replace(QUOTE, aspect="Result"), replace(SECOND, aspect="Result"), intent="comparison"),
            "2 papers compared.",
        ),
        (done(nearest=(PAPER,)), phrases.refusal(Answer("q"))),
        (done(headline="No abstract here mentions “owls”."), "No abstract here mentions “owls”."),
        (done(wish="about", headline="9 papers."), "9 papers."),
    ],
)
def test_an_answer_begins_with_a_line_that_sums_it_up(turn: Turn, lead: str) -> None:
    shown = reply(turn)
    assert [line.text for line in shown.all("p", "lead")] == [lead]
    assert shown.text.startswith(lead)
    assert shown.text.count(lead) == 1


def test_how_many_papers_match_is_told_once() -> None:
    mentioned = "1 of 9 papers mentions “slow”."
    shown = reply(done(QUOTE, intent="papers", searched=9, headline=mentioned))
    assert (shown.all("p", "lead")[0].text, shown.text.count("1 of 9")) == (mentioned, 1)
    other = reply(done(QUOTE, intent="papers", searched=9, headline="3 of 9 papers mention “slow”."))
    assert other.all("p", "lead")[0].text == "1 of 9 papers matches"


def test_where_a_model_writes_its_first_sentence_is_the_first_line() -> None:
    shown = reply(done(QUOTE, written=WRITTEN, effort=EFFORT))
    assert not shown.all("p", "lead")
    assert shown.text.startswith(WRITTEN[0].text)
    assert not reply(Turn("q", found=TWO_FOUND, statements=[QUOTE], assisted=True)).all("p", "lead")


def test_a_written_sentence_that_gave_way_to_a_quote_below_is_shown_once() -> None:
    written = (WRITTEN[0], replace(WRITTEN[2], citations=QUOTE.citations, text=QUOTE.text))
    turn = done(QUOTE, written=written, effort=EFFORT)
    assert reply(turn).text.count("One is slow.") == 1
    assert "checked 2 of 2 sentences" in read(turn_html([turn], 0, NAME)).text
    elsewhere = done(SECOND, written=written, effort=EFFORT)
    assert reply(elsewhere).all("section", "written")[0].text.count("One is slow.") == 1


def test_the_place_of_a_model_is_there_before_it_says_anything() -> None:
    turn = Turn("q", found=TWO_FOUND, statements=[QUOTE], assisted=True)
    assert reply(turn).all("section", "written")[0].text == f"{MODEL_IS_NEXT} {WHOLE}"
    assert [heading.text for heading in reply(turn).all("h3")] == [phrases.EVIDENCE_HEADING]
    assert not reply(replace(turn, found=None)).all("section", "written")[0].text
    ended = reply(replace(turn, answer=Answer("q", (QUOTE,), effort=EFFORT)))
    assert [heading.text for heading in ended.all("h3")] == [phrases.EVIDENCE_HEADING]


def test_more_papers_are_shown_on_demand() -> None:
    found = [Paper(f"Paper {n}", f"Sentence {n} is here.") for n in range(12)]
    quotes = [state(cite(0, 19, n=n + 1, paper=paper), verdict="quote") for n, paper in enumerate(found)]
    (button,) = reply(done(*quotes, intent="papers", searched=12)).all("button", "unfold")
    assert button.text == "Show 7 more papers"
    assert button.attributes["aria-expanded"] == "false"
    assert not reply(done(*quotes[:5], intent="papers")).all("button", "unfold")


@pytest.mark.parametrize("running", [Turn("how?"), Turn("how?", ahead=2), Turn("q", found=Found((PAPER,), 9))])
def test_while_a_turn_runs_nothing_can_be_done_with_it(running: Turn) -> None:
    for turn in (running, replace(running, statements=[state()])):
        assert controls(turn) == ["Edit"]  # it has its place from the first, so that nothing moves
        assert "disabled" in read(turn_html([turn], 0, NAME)).all("button", "edit")[0].attributes


@pytest.mark.parametrize("turn", [Turn("how?", error="No."), Turn("how?", stopped=True)])
def test_a_question_without_any_answer_can_be_asked_again(turn: Turn) -> None:
    assert controls(turn) == ["Edit", "Ask again"]


@pytest.mark.parametrize("turn", [done(state()), STOPPED, Turn("q", statements=[state()], error="No.")])
def test_an_answer_can_be_copied_saved_found_on_the_map_and_rated(turn: Turn) -> None:
    again, save = ([], ["Save question"]) if turn.answer else (["Ask again"], [])
    assert controls(turn) == [
        *("Edit", *again, "Copy", "Export", *save, "Branch", "Show on the map", "Helpful", "Not helpful")
    ]
    shown = read(turn_html([turn], 0, NAME))
    assert shown.all("button", "copy")[0].attributes["value"] == f"/c/{NAME}/0.copy"
    assert f"/papers?answer={NAME}.0" in [link.attributes["href"] for link in shown.all("a")]
    assert not shown.all("form")


def test_a_refusal_is_not_on_the_map() -> None:
    assert controls(done()) == ["Edit", "Copy", "Export", "Save question", "Branch", "Helpful", "Not helpful"]


@pytest.mark.parametrize(("good", "pressed"), [(True, ["true", "false"]), (False, ["false", "true"])])
def test_a_rating_is_shown_and_can_be_explained(good: bool, pressed: list[str]) -> None:
    shown = read(turn_html([replace(done(state()), good=good, note='the "wrong" one')], 0, NAME))
    assert [button.attributes["aria-pressed"] for button in shown.all("button", "rate")] == pressed
    (note,) = shown.all("input")
    assert (note.attributes["value"], note.attributes["maxlength"]) == ('the "wrong" one', str(MAX_NOTE))
    unrated = read(turn_html([done(state())], 0, NAME))
    assert [button.attributes["aria-pressed"] for button in unrated.all("button", "rate")] == ["false", "false"]


def test_each_turn_carries_its_number_and_state() -> None:
    turns = [done(state(), question="how?"), Turn("and now?", ahead=1)]
    first, second = read(dialogue_html(turns, NAME)).all("article", "turn")
    assert (first.attributes["id"], first.attributes["data-state"]) == ("turn-0", "done")
    assert (second.attributes["id"], second.attributes["data-state"]) == ("turn-1", "waiting")
    assert second.attributes["aria-label"] == "Question 2"
    assert second.text.startswith("and now? Edit waiting")


def test_filters_can_be_removed_from_the_last_turn_only() -> None:
    turn = done(state(), filters=("since 2020",))
    first, last = (read(turn_html([turn, turn], n, NAME)) for n in (0, 1))
    assert not first.all("button", "remove-filter")
    assert [chip.text for chip in last.all("button", "remove-filter")] == ["since 2020 ✕"]


def test_files_to_save_are_links_in_a_menu() -> None:
    shown = read(turn_html([done(state()), done(state())], 1, NAME))
    groups = [group.attributes["aria-labelledby"] for group in shown.all("div", "choices")]
    names = {element.attributes["id"]: element.text for element in shown.all("p") if "id" in element.attributes}
    assert [names[group] for group in groups] == ["This answer", "The whole conversation"]
    printed = [link.attributes["href"] for link in shown.all("a") if link.text == "Print"]
    assert printed == [f"/c/{NAME}/1/print", f"/c/{NAME}/print"]
    links = [link for link in shown.all("a") if "download" in link.attributes]
    offered = [link for group in export.menu(f"/c/{NAME}", [done(state())] * 2, 1) for link in group.links]
    assert [(link.text, link.attributes["href"]) for link in links] == [(one.text, one.address) for one in offered]


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(), []),
        (Choices(limit=1), ["at most 1 paper"]),
        (Choices(llm="none"), ["model none"]),
        (Choices(writer="quotes"), ["quotes only"]),
        (Choices(("since 2020",), 5, "ollama:owl"), ["model ollama:owl, at most 5 papers"]),
    ],
)
def test_the_settings_of_a_question_are_shown(choices: Choices, words: list[str]) -> None:
    shown = read(turn_html([Turn("how?", choices)], 0, NAME))
    assert [one.text for one in shown.all("p", "chosen")] == words
    assert json.loads(shown.all("article")[0].attributes["data-without"]) == list(choices.without)


def test_every_verdict_has_words() -> None:
    assert set(phrases.CHECKED) == set(get_args(Verdict))


@pytest.mark.parametrize("turn", [Turn("q"), STOPPED, done(state()), done()])
def test_an_answer_that_is_not_stored_says_why(turn: Turn) -> None:
    assert reply(replace(turn, unkept="The disk is full.")).text.endswith("The disk is full.")
    assert not reply(turn).all("p", "fault")
