"""The cards of papers: their order, what is marked in them, what they say about the check, and where they lead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.paper import Paper
from rag.web.cards import HINT, Card, card_html, entry_html, mark, sources
from rag.web.templates import DIGEST_NOTE
from rag.web.turns import Turn

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import ABSTRACT, OTHER, PAPER, cite, done, harmless, hostile, state, turns_with

NEAR = Paper("Near", "By the way.")


def panel(turns: list[Turn]) -> str:
    """The HTML of all sources."""
    return "".join(map(entry_html, sources(turns)))


def order(turns: list[Turn]) -> list[str]:
    """The ids of cards, and the headings between them."""
    found = []
    for element in read(panel(turns)).elements:
        if element.tag == "article":
            found.append(element.attributes["id"])
        elif element.tag == "h3" and element.attributes.get("class") != "title":
            found.append(element.text)
    return found


def card_id(paper: Paper) -> str:
    return Card(paper).id


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    paper = hostile(payload)
    assert read(card_html(Card(paper))).text.count(payload) == 3  # title, author, abstract
    assert payload in read(card_html(Card(paper, (cite(2, 5, paper=paper),), (("quoted", 1),)))).text
    for turn, plain in zip(turns_with(payload), turns_with(harmless(payload)), strict=True):
        html = panel([turn, done(nearest=(paper,))])
        assert payload in read(html).text
        outside = [link for link in read(html).all("a") if not link.attributes["href"].startswith("/")]
        assert {link.attributes["rel"] for link in outside} == {"noopener noreferrer"}
        if "$" not in payload:  # a mark takes a formula whole
            assert skeleton(html) == skeleton(panel([plain, done(nearest=(hostile(harmless(payload)),))]))


def test_papers_of_the_last_turn_come_first_by_number_then_those_cited_before() -> None:
    third = Paper("Third", ABSTRACT)
    first = done(state(cite(n=2, paper=OTHER)), state())
    second = done(state(cite(n=3, paper=third)), state(cite(13, 25, n=2, paper=OTHER)))
    assert order([first]) == ["source-1", "source-2"]
    assert order([first, second]) == ["source-2", "source-3", "Cited before", "source-1"]
    assert order([first, second, Turn("q")]) == ["Cited before", "source-1", "source-2", "source-3"]
    assert order([first, first]) == ["source-1", "source-2"]


def test_a_card_marks_what_all_turns_cite_of_its_paper() -> None:
    shown = read(panel([done(state()), done(state(cite(13, 25)))]))
    assert [mark.text for mark in shown.all("mark")] == ["One is slow.", "Two is fast."]
    assert [summary.text for summary in shown.all("summary")] == ["Abstract, 2 sentences marked"]


def test_the_nearest_papers_are_those_of_the_last_turn_less_those_cited() -> None:
    refused = done(nearest=(PAPER, NEAR))
    assert order([refused]) == ["Named, not cited", card_id(PAPER), card_id(NEAR)]
    assert order([done(state()), refused]) == [
        "Named, not cited",
        card_id(NEAR),
        "Cited before",
        "source-1",
    ]
    assert order([refused, done(state())]) == ["source-1"]


def test_two_papers_of_one_title_have_a_card_each() -> None:
    editions = (Paper("A Title", ABSTRACT, ids=("arxiv:1",)), Paper("A Title", ABSTRACT, ids=("arxiv:2",)))
    assert len(set(order([done(nearest=editions)]))) == 3
    assert order([done(state(cite(paper=editions[0]))), done(nearest=editions)])[1] == card_id(editions[1])


def test_a_card_is_there_as_soon_as_a_marker_leads_to_it() -> None:
    assert order([Turn("q", statements=[state()])]) == ["source-1"]


def test_what_only_the_written_answer_cites_has_a_card_too() -> None:
    quoted, written = state(verdict="quote"), state(cite(13, 25, n=2, paper=OTHER))
    for turn in (done(quoted, written=(written,)), Turn("q", statements=[quoted], written=[written])):
        assert order([turn]) == ["source-1", "source-2"]
        checks = [one.text for one in read(panel([turn])).all("p", "check")]
        assert checks == ["match quoted word for word", "match 1 sentence reworded, checked by rule"]
        assert [one.text for one in read(panel([turn])).all("mark")] == ["One is slow.", "Two is fast."]


def test_without_papers_the_panel_says_what_will_be_there() -> None:
    for turns in ([], [Turn("q")], [done()]):
        assert read(panel(turns)).text == HINT.text


def test_a_card_says_whether_its_paper_matches_and_what_each_check_found() -> None:
    quoted, other = state(verdict="quote"), state(cite(13, 25), verdict="unverified")
    judged = [state(verdict="judged", judge=judge) for judge in ("owl:7b", "bat:3b", "owl:7b")]
    judged[2] = replace(judged[2], text="So it is.")
    check, written = read(panel([done(other, *judged, quoted, state(), quoted)] * 2)).all("p", "check")
    assert check.text == "match quoted word for word"
    assert written.text == (  # below the abstract, where it moves nothing
        "1 sentence reworded, checked by rule; "
        "1 sentence reworded, checked by the model bat:3b; 2 sentences reworded, checked by the model owl:7b; "
        "1 sentence not verified: read the source"
    )
    (check,) = read(panel([done(other, state())])).all("p", "check")
    assert check.text == "match 1 sentence reworded, checked by rule; 1 sentence not verified: read the source"


def test_a_statement_counts_once_for_each_paper_it_cites() -> None:
    both = state(cite(), cite(13, 25), cite(n=2, paper=OTHER))
    checks = [one.text for one in read(panel([done(both)])).all("p", "check")]
    assert checks == ["match 1 sentence reworded, checked by rule"] * 2


def test_a_related_paper_says_so_unless_it_is_cited() -> None:
    related = cite(13, 25), cite(13, 25, n=2, paper=OTHER)
    shown = read(panel([done(state(verdict="quote"), related=related, intent="papers")]))
    assert [check.text for check in shown.all("p", "check")] == [
        "match quoted word for word",
        "may match not quoted in the answer",
    ]
    assert [mark.text for mark in shown.all("mark")] == ["One is slow.", "Two is fast.", "Two is fast."]


def test_a_digest_says_that_it_is_not_the_authors_text() -> None:
    digest = replace(PAPER, digest=True)
    assert read(card_html(Card(digest))).all("p", "check")[0].text == DIGEST_NOTE
    cited = read(card_html(Card(digest, (cite(paper=digest),), (("quoted word for word", 1),))))
    assert cited.all("p", "check")[0].text.endswith(f"quoted word for word; {DIGEST_NOTE}")
    assert not read(card_html(Card(PAPER))).all("p", "check")


@pytest.mark.parametrize(
    ("paper", "byline"),
    [
        (replace(PAPER, authors=("Ada", "Eve"), year=2020), ["Ada, Eve · 2020"]),
        (replace(PAPER, year=2020), ["2020"]),
        (replace(PAPER, authors=("A",)), ["A"]),
        (replace(PAPER, authors=tuple(map(str, range(20_000)))), ["0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 19,990 more"]),
        (PAPER, []),
    ],
)
def test_a_card_names_authors_and_year_as_far_as_they_are_known(paper: Paper, byline: list[str]) -> None:
    assert [line.text for line in read(card_html(Card(paper))).all("p", "by")] == byline


def test_a_cited_paper_has_its_number_and_a_way_back() -> None:
    cited, other = read(card_html(Card(PAPER, (cite(n=4),)))), read(card_html(Card(PAPER)))
    assert cited.all("h3")[0].text == "[4] A Title"
    assert [button.text for button in cited.all("button", "back")] == ["Back to the answer"]
    assert other.all("h3")[0].text == "A Title"
    assert not other.all("button")


@pytest.mark.parametrize("card", [Card(PAPER), Card(PAPER, (cite(n=4),)), Card(PAPER, selectable=True)])
def test_every_card_leads_to_a_conversation_about_it_and_to_papers_like_it(card: Card) -> None:
    ask, similar = read(card_html(card)).all("a")
    assert (ask.text, ask.attributes["href"]) == ("Ask about this", f"/?papers={PAPER.identity_hash}")
    assert (similar.text, similar.attributes["href"]) == ("Similar", f"/papers?like={PAPER.identity_hash}")
    assert ask.attributes["data-name"] == PAPER.title  # as the filter of an answer has it


def test_what_a_card_leads_to_is_named_by_its_title_as_it_is_read_aloud() -> None:
    paper = replace(PAPER, title=r"Bees with $\gamma$-Combs")
    shown = read(card_html(Card(paper, selectable=True)))
    names = [one.attributes["aria-label"] for one in (*shown.all("input"), *shown.all("a"))]
    assert names == [f"{name}: Bees with γ-Combs" for name in ("Select", "Ask about this", "Similar")]


def test_a_card_is_selected_only_where_papers_are_listed() -> None:
    (box,) = read(card_html(Card(PAPER, selectable=True))).all("input")
    assert (box.attributes["type"], box.attributes["value"]) == ("checkbox", PAPER.identity_hash)
    assert not read(card_html(Card(PAPER))).all("input")


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
    assert [link.text for link in Reader(card_html(Card(Paper("T", "A", url=url)))).all("a")] == [
        "Ask about this",
        "Similar",
    ]


def test_a_paper_that_has_just_an_identifier_is_linked_by_it() -> None:
    link, *_ = read(card_html(Card(Paper("T", "A", ids=("doi:10.5555/owls",))))).all("a")
    assert link.attributes["href"] == "https://doi.org/10.5555/owls"


def test_a_web_address_opens_in_a_new_tab_and_learns_nothing_of_this_page() -> None:
    link, *_ = read(card_html(Card(Paper("T", "A", url="https://example.org/a?b=1&c=2")))).all("a")
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
    texts = [("|".join(piece.text for piece in run.pieces), run.quoted) for run in mark("0123456789", spans)]
    assert "".join(f"[{text}]" if quoted else text for text, quoted in texts) == expected


def test_each_piece_of_a_mark_carries_its_offset() -> None:
    paper = replace(PAPER, abstract="0123456789")
    shown = read(card_html(Card(paper, (cite(1, 8, paper=paper), cite(3, 5, paper=paper)))))
    assert [text.content for text in shown.all("p", "abstract")] == ["0123456789"]
    pieces = [piece for piece in shown.all("span") if "data-at" in piece.attributes]
    assert {piece.attributes["data-at"]: piece.content for piece in pieces} == {"1": "12", "3": "34", "5": "567"}
    assert [one.content for one in shown.all("mark")] == ["1234567"]
