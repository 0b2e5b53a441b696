"""What is filed of a reply and made of it; and, for all tests of what is shown, turns and a reader of HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest

from rag.answer.types import Answer, Citation, Found, Statement, Verdict
from rag.paper import Paper
from rag.web.turns import CUT_OFF, Turn, cited, nearest, related, replies

TAGS = set(
    """a annotation article aside body button canvas details dialog div em fieldset form h1 h2 h3 head header html input
    label legend li link main mark math meta meter mi mn mo mrow msup nav option p progress script section select
    semantics span strong summary table tbody td textarea th thead title tr ul""".split()
)
VOID = {"input", "link", "meta"}
ATTRIBUTES = set(
    """accept action aria-controls aria-current aria-expanded aria-hidden aria-label aria-labelledby aria-live
    aria-pressed autofocus charset class content data-at data-card data-check data-found data-live data-n data-name
    data-quote data-spans data-state data-title data-without data-year disabled display download encoding for hidden
    href id lang max maxlength method min multiple name placeholder rel role rows scope src tabindex target title type
    value""".split()
)
HOLDS_TEXT = {"aria-label", "data-quote", "data-title", "data-without", "value"}  # also such that others wrote
OURS = re.compile(r"[\w .,:;=/'…\[\]-]*")
OWN_LINK = re.compile(
    r"#main|#source-\d+|/|/papers(\?[\w.%+=:&~-]*)?|/c/[\w-]+(/(\d+|all)\.(md|bib|csv))?|https?://example\.org/.*"
)
OWN_FILE = re.compile(r"/ui/\w+\.(js|css)|data:,")

ABSTRACT = "One is slow. Two is fast. Three is free."
PAPER, OTHER = Paper("A Title", ABSTRACT), Paper("Other", ABSTRACT, year=2020)


@dataclass
class Element:
    """An element with all the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Reader(HTMLParser):
    """What `html` holds, of formulas their source; fails where an element is left open or closes another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.text = ""
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        around = [element.tag for element in self._open]
        if "math" not in around or around[-1] == "annotation":
            self.text += data
            for element in self._open:
                element.text += data

    def all(self, tag: str, class_: str = "") -> list[Element]:
        """The elements of this tag and class, in order."""
        named = (element for element in self.elements if element.tag == tag)
        return [one for one in named if not class_ or class_ in one.attributes.get("class", "").split()]


def read(html: str) -> Reader:
    """What `html` holds; fails where that is anything but the markup, the links and the scripts of our own pages."""
    found = Reader(html)
    for element in found.elements:
        assert element.tag in TAGS
        assert element.attributes.keys() <= ATTRIBUTES
        for name, value in element.attributes.items():
            if name == "src" or (name == "href" and element.tag == "link"):
                assert OWN_FILE.fullmatch(value)
            elif name == "href":
                assert OWN_LINK.fullmatch(value)
            elif name == "action":
                assert value == "/papers"
            elif name not in HOLDS_TEXT:
                assert OURS.fullmatch(value), (name, value)
    return found


def hostile(payload: str) -> Paper:
    """A paper that holds `payload` wherever text can stand."""
    return Paper(payload, payload, (payload,), 2021, url="http://example.org/" + payload, source=payload)


def cite(start: int = 0, end: int = 12, n: int = 1, paper: Paper = PAPER) -> Citation:
    return Citation(n, paper, start, end)


def state(*citations: Citation, text: str = "It is so.", verdict: Verdict = "supported") -> Statement:
    return Statement(text, citations or (cite(),), verdict)


def done(*statements: Statement, question: str = "how?", **answer: object) -> Turn:
    """A turn answered with `statements`; a refusal where there are none."""
    told = Answer(question, statements, **answer)  # type: ignore[arg-type]
    papers = tuple(citation.paper for citation in told.citations)
    return Turn(
        question,
        papers=9,
        found=Found(papers, 9, told.filters, told.intent),
        statements=list(statements),
        answer=told,
    )


def turns_with(payload: str) -> list[Turn]:
    """A turn in each state, with `payload` wherever it holds text of others."""
    paper = hostile(payload)
    citation = Citation(1, paper, 0, len(payload))
    statements = state(citation, text=payload, verdict="quote"), state(citation, text=payload, verdict="partly")
    compared = replace(state(Citation(2, replace(paper, title="Other"), 0, 5), text=payload), aspect="Approach")
    related = (Citation(3, replace(paper, title=f"3 {payload}"), 0, len(payload)),)
    return [
        Turn(payload, found=Found((paper,), 1, (payload,))),
        Turn(payload, statements=list(statements), stopped=True),
        done(*statements, question=payload, related=related, filters=(payload,), intent="papers", notice=payload),
        done(replace(statements[0], aspect="Approach"), compared, question=payload),
        done(question=payload, nearest=(paper,), silent=paper),
        done(question=payload, filters=(payload,)),
        Turn(payload, error=payload),
    ]


def test_events_are_filed_as_they_come_and_the_answer_has_the_last_word() -> None:
    turn = Turn("how?")
    turn.take(Found((PAPER,), 9, ("since 2020",), "papers"))
    turn.take(state())
    turn.take(state(cite(13, 25)))
    assert (turn.found and turn.found.papers, turn.filters, turn.answer) == ((PAPER,), ("since 2020",), None)
    assert cited([turn]) == [state(), state(cite(13, 25))]
    turn.take(Answer("how?", (state(cite(13, 25)),)))
    assert cited([turn]) == [state(cite(13, 25))]
    assert turn.reply == turn.answer


@pytest.mark.parametrize(
    ("turn", "expected", "running"),
    [
        (Turn("q"), "running", True),
        (Turn("q", ahead=0), "waiting", True),
        (Turn("q", found=Found((PAPER,), 9), statements=[state()]), "running", True),
        (done(state()), "done", False),
        (done(), "done", False),
        (replace(done(state()), stopped=True), "done", False),  # it came all the same
        (Turn("q", stopped=True), "stopped", False),
        (Turn("q", stopped=True, error="No."), "failed", False),
        (Turn("q", ahead=2, error="No."), "failed", False),
    ],
)
def test_the_state_of_a_turn(turn: Turn, expected: str, running: bool) -> None:
    assert (turn.state, turn.running) == (expected, running)


def test_an_answer_cut_short_keeps_what_came_and_says_so() -> None:
    turn = Turn("q", found=Found((PAPER,), 9, ("since 2020",), "papers"), statements=[state()], stopped=True)
    expected = Answer("q", (state(),), searched=9, intent="papers", filters=("since 2020",), notice=CUT_OFF)
    assert turn.reply == expected
    assert replace(turn, found=None).reply == Answer("q", (state(),), notice=CUT_OFF)
    assert replace(turn, statements=[]).reply is None


def test_replies_are_of_the_turns_that_have_any() -> None:
    whole, refused, stopped = done(state()), done(), Turn("q", statements=[state()], stopped=True)
    assert replies([whole, Turn("q", error="No."), refused, stopped]) == [whole.answer, refused.answer, stopped.reply]


def test_papers_that_only_touch_a_question_are_shown_once_and_where_papers_are_asked_for() -> None:
    touches = cite(13, 25, n=2, paper=OTHER)
    listing, fact = done(state(), related=(touches,), intent="papers"), done(state(), related=(cite(n=3),))
    assert related([listing, fact, listing]) == [touches]
    assert related([fact, Turn("q")]) == []


def test_the_nearest_papers_are_those_of_a_refusal_that_is_last() -> None:
    refused = done(nearest=(PAPER, OTHER))
    assert nearest([done(state()), refused]) == (PAPER, OTHER)
    others = [refused, done(state())], [refused, Turn("q")], [done(state(), nearest=(PAPER,))], []
    assert [nearest(turns) for turns in others] == [()] * 4
