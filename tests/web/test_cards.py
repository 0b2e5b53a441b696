"""The cards of papers: which stand where, what is marked in them, what they tell of the check, and where they lead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.paper import Paper
from rag.web import cards
from rag.web.turns import Turn

from .payloads import PAYLOADS
from .test_turns import ABSTRACT, OTHER, PAPER, Reader, cite, done, hostile, read, state, turns_with

NEAR = Paper("Near", "By the way.")


def order(html: str) -> list[str]:
    """The ids of cards, and the headings between them."""
    shown = [one for one in read(html).elements if one.tag == "article" or (one.tag == "h3" and not one.attributes)]
    return [one.attributes.get("id") or one.text for one in shown]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_stays_text(payload: str) -> None:
    paper = hostile(payload)
    assert read(cards.card(paper)).text.count(payload) == 3  # title, author, abstract
    assert payload in read(cards.card(paper, [cite(2, 5, paper=paper)], {"quote": 1})).text
    for turn in turns_with(payload):
        panel = read(cards.panel([turn, done(nearest=(paper,))]))
        assert payload in panel.text
        assert {link.attributes["rel"] for link in panel.all("a")} == {"noopener noreferrer"}


def test_papers_of_the_last_turn_stand_first_each_by_number_and_those_before_after_them() -> None:
    third = Paper("Third", ABSTRACT)
    first = done(state(cite(n=2, paper=OTHER)), state())
    second = done(state(cite(n=3, paper=third)), state(cite(13, 25, n=2, paper=OTHER)))
    assert order(cards.panel([first])) == ["source-1", "source-2"]
    assert order(cards.panel([first, second])) == ["source-2", "source-3", "Cited before", "source-1"]
    assert order(cards.panel([first, second, Turn("q")])) == ["Cited before", "source-1", "source-2", "source-3"]
    assert order(cards.panel([first, first])) == ["source-1", "source-2"]


def test_a_card_marks_what_all_turns_cite_of_its_paper() -> None:
    shown = read(cards.panel([done(state()), done(state(cite(13, 25)))]))
    assert [mark.text for mark in shown.all("mark")] == ["One is slow.", "Two is fast."]
    assert [summary.text for summary in shown.all("summary")] == ["Abstract, 2 sentences marked"]


def test_the_nearest_papers_are_those_of_the_last_turn_less_those_cited() -> None:
    refused = done(nearest=(PAPER, NEAR))
    assert order(cards.panel([refused])) == ["Nearest papers, not cited", cards.anchor(PAPER), cards.anchor(NEAR)]
    assert order(cards.panel([done(state()), refused])) == [
        "Nearest papers, not cited",
        cards.anchor(NEAR),
        "Cited before",
        "source-1",
    ]
    assert order(cards.panel([refused, done(state())])) == ["source-1"]


def test_a_paper_is_there_as_soon_as_its_marker_is() -> None:
    assert order(cards.panel([Turn("q", statements=[state()])])) == ["source-1"]


def test_without_papers_the_panel_says_what_will_stand_there() -> None:
    for turns in ([], [Turn("q")], [done()]):
        assert read(cards.panel(turns)).text == read(cards.HINT).text


def test_a_card_tells_whether_its_paper_matches_and_what_came_of_each_check() -> None:
    quoted, written, partly = state(verdict="quote"), state(), state(cite(13, 25), verdict="partly")
    (check,) = read(cards.panel([done(quoted, quoted, written, partly)])).all("p", "check")
    assert check.text == (
        "match 2 sentences quoted word for word; 1 sentence written by the model and checked: it agrees with what it "
        "cites; 1 sentence written by the model and checked: it agrees in part, so read the source too"
    )


def test_a_statement_counts_once_for_each_paper_it_cites() -> None:
    both = state(cite(), cite(13, 25), cite(n=2, paper=OTHER))
    checks = [one.text for one in read(cards.panel([done(both)])).all("p", "check")]
    assert checks == ["match 1 sentence written by the model and checked: it agrees with what it cites"] * 2


def test_a_paper_that_only_touches_the_question_says_so_unless_it_is_cited() -> None:
    partial = cite(13, 25), cite(13, 25, n=2, paper=OTHER)
    shown = read(cards.panel([done(state(verdict="quote"), related=partial, intent="papers")]))
    assert [check.text for check in shown.all("p", "check")] == [
        "match 1 sentence quoted word for word",
        "partly touches the question only",
    ]
    assert [mark.text for mark in shown.all("mark")] == ["One is slow.", "Two is fast.", "Two is fast."]


def test_what_the_authors_did_not_write_says_so() -> None:
    digest = replace(PAPER, digest=True)
    assert read(cards.card(digest)).all("p", "check")[0].text == "digest: our words, not the authors'"
    cited = read(cards.card(digest, [cite(paper=digest)], {"quote": 1}))
    assert cited.all("p", "check")[0].text.endswith("quoted word for word; digest: our words, not the authors'")
    assert not read(cards.card(PAPER)).all("p", "check")


def test_a_card_names_authors_and_year_as_far_as_they_are_known() -> None:
    told = [
        replace(PAPER, authors=("Ada", "Eve"), year=2020),
        replace(PAPER, year=2020),
        replace(PAPER, authors=("A",)),
    ]
    assert [cards.by(paper) for paper in told] == ["Ada, Eve · 2020", "2020", "A"]
    assert read(cards.card(told[0])).all("p", "by")[0].text == "Ada, Eve · 2020"
    assert not read(cards.card(PAPER)).all("p", "by")


def test_a_cited_paper_has_its_number_and_a_way_back() -> None:
    cited, other = read(cards.card(PAPER, [cite(n=4)])), read(cards.card(PAPER))
    assert cited.all("h3")[0].text == "[4] A Title"
    assert [button.text for button in cited.all("button", "back")] == ["Back to the answer"]
    assert other.all("h3")[0].text == "A Title"
    assert not other.all("button")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        " javascript:x",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//x.y",
        "x",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert not Reader(cards.card(Paper("T", "A", url=url))).all("a")


def test_a_web_address_opens_apart_and_tells_it_nothing() -> None:
    (link,) = read(cards.card(Paper("T", "A", url="https://example.org/a?b=1&c=2"))).all("a")
    expected = {"href": "https://example.org/a?b=1&c=2", "target": "_blank", "rel": "noopener noreferrer"}
    assert (link.attributes, link.text) == (expected, "T")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "0123456789"),
        ([(2, 4)], "01[23]456789"),
        ([(0, 10)], "[0123456789]"),
        ([(6, 8), (1, 3)], "0[12]345[67]89"),
        ([(1, 5), (3, 7)], "0[12|34|56]789"),
        ([(1, 8), (3, 5)], "0[12|34|567]89"),
        ([(2, 4), (2, 4)], "01[23]456789"),
    ],
)
def test_marks_what_spans_cover(spans: list[tuple[int, int]], expected: str) -> None:
    html = cards.marked("0123456789", spans)
    for at in range(10):
        html = html.replace(f'<span data-at="{at}">', "<span>")
    plain = html.replace("</span><span>", "|").replace("<mark><span>", "[").replace("</span></mark>", "]")
    assert plain == expected


def test_each_piece_of_a_mark_tells_where_it_begins() -> None:
    pieces = read(cards.marked("0123456789", [(1, 8), (3, 5)])).all("span")
    assert [(int(piece.attributes["data-at"]), piece.text) for piece in pieces] == [(1, "12"), (3, "34"), (5, "567")]
