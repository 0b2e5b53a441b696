"""HTML as strings: what is marked, what is named, and that foreign text stays text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.chat import Collection
from rag.citations import Answer, Citation, Found, Statement, Verdict
from rag.papers import Paper
from rag.ui import cards, render
from rag.ui.session import Turn

ABSTRACT = "One is slow. Two is fast. Three is free."
PAPER = Paper("A Title", ABSTRACT)
PAYLOADS = [
    '<img src="http://evil.invalid/x.png">',
    '<form action="http://evil.invalid/"><input></form>',
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "</details></div><h1>out</h1>",
    "<a href='javascript:alert(1)'>x</a>",
]
OURS = {
    "a",
    "button",
    "details",
    "div",
    "h1",
    "h2",
    "h3",
    "li",
    "mark",
    "p",
    "progress",
    "section",
    "span",
    "summary",
    "ul",
}


class Reader(HTMLParser):
    """Collects the tags, attributes and text of `html`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def cite(start: int = 0, end: int = 12, n: int = 1, paper: Paper = PAPER) -> Citation:
    return Citation(n, paper, start, end)


def state(*citations: Citation, text: str = "It is so.", verdict: Verdict = "supported") -> Statement:
    return Statement(text, citations or (cite(),), verdict)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_stays_text(payload: str) -> None:
    paper = Paper(payload, payload, authors=(payload,), url="http://example.org/" + payload)
    statement = state(Citation(1, paper, 0, len(payload)), text=payload, verdict="quote")
    turns = [
        Turn(payload, found=Found((paper,), 1)),
        Turn(payload, statements=[statement], answer=Answer(payload, (statement,), notice=payload)),
        Turn(payload, answer=Answer(payload, nearest=(paper,))),
        Turn(payload, error=payload),
        Turn(payload, found=Found((), 0, (payload,)), answer=Answer(payload, filters=(payload,))),
    ]
    panel = cards.panel(statement.citations, nearest=[paper])
    for html in [render.question(payload), render.summary(payload), panel, *map(render.reply, turns)]:
        read = Reader(html)
        assert payload in read.text
        assert {tag for tag, _ in read.tags} <= OURS
        assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
        links = [attributes["href"] or "" for tag, attributes in read.tags if tag == "a"]
        assert all(link.startswith(("#", "http://example.org/")) for link in links)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", " javascript:x", "data:text/html,x", "file:///etc/passwd"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "<a " not in cards.card(Paper("T", "A", url=url))


def test_web_address_opens_apart() -> None:
    read = Reader(cards.card(Paper("T", "A", url="https://example.org/a?b=1&c=2")))
    expected = {"href": "https://example.org/a?b=1&c=2", "target": "_blank", "rel": "noopener noreferrer"}
    assert ("a", expected) in read.tags


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


def test_offsets_count_characters_not_entities() -> None:
    assert cards.marked("a<b & c>d", [(4, 7)]) == 'a&lt;b <mark><span data-at="4">&amp; c</span></mark>&gt;d'


def test_card_tells_what_is_known() -> None:
    text = Reader(cards.card(Paper("T", "A", authors=("Ada", "Ben"), year=2024))).text
    assert "Ada, Ben · 2024" in text
    assert "digest" not in text


def test_digest_is_never_passed_off_as_the_authors_words() -> None:
    paper = Paper("T", ABSTRACT, digest=True)
    statement = state(cite(paper=paper), verdict="quote")
    for html in (cards.card(paper), render.statements([statement])):
        assert "digest (our words, not the authors')" in Reader(html).text
    assert "the abstract&#x27;s own words" not in render.statements([statement])


def test_panel_orders_cards_by_number() -> None:
    other = Paper("Other", ABSTRACT)
    panel = cards.panel([cite(n=2, paper=other), cite(), cite(13, 25)], nearest=[Paper("Near", "By")])
    ids = [attributes.get("id") for tag, attributes in Reader(panel).tags if tag == "details"]
    assert ids == ["source-1", "source-2", None]
    assert panel.count("<mark>") == 3


def test_statements_in_a_row_stand_under_one_title() -> None:
    other = Paper("Other", ABSTRACT)
    html = render.statements([state(), state(), state(cite(n=2, paper=other)), state()])
    assert html.count('<p class="paper">A Title</p>') == 2
    assert html.count('<p class="paper">Other</p>') == 1


def test_statement_on_two_papers_has_two_markers_and_no_title() -> None:
    html = render.statements([state(cite(), cite(n=2, paper=Paper("Other", ABSTRACT)))])
    assert 'class="paper"' not in html
    assert Reader(html).text == "It is so. [1][2]"


def test_marker_names_its_source_and_sentences() -> None:
    read = Reader(render.statements([state(cite(), cite(13, 25))]))
    (marker,) = [attributes for tag, attributes in read.tags if tag == "a"]
    assert marker == {
        "class": "cite",
        "href": "#source-1",
        "title": "One is slow. … Two is fast.",
        "aria-label": "Source 1: A Title",
        "data-spans": "0-12 13-25",
    }


def test_a_comparison_is_a_table_whose_cells_are_cited() -> None:
    other = Paper("Other", ABSTRACT)
    placed = [replace(state(verdict="quote"), aspect="Approach"), replace(state(verdict="quote"), aspect="Result")]
    placed.append(replace(state(cite(13, 25, n=2, paper=other), verdict="quote"), aspect="Approach"))
    read = Reader(render.statements([state(text="Both are so."), *placed]))
    assert [tag for tag, _ in read.tags].count("tr") == 3
    assert [attributes["scope"] for tag, attributes in read.tags if tag == "th"] == ["col", "col", "row", "row"]
    assert read.text.index("Both are so.") < read.text.index("Approach") < read.text.index("Result")
    assert read.text.endswith("Nothing found in the abstract.")
    assert [attributes["href"] for tag, attributes in read.tags if tag == "a"] == [f"#source-{n}" for n in (1, 1, 2, 1)]


@pytest.mark.parametrize(
    ("verdict", "text", "title"),
    [
        ("quote", "“It is so.” [1]", "the abstract's own words"),
        ("supported", "It is so. [1]", "written by the model; agrees with the quoted sentence"),
        (
            "partly",
            "It is so. [1] agrees in part",
            "written by the model; agrees with the quoted sentence in part: read that too",
        ),
    ],
)
def test_verdict_shows(verdict: Verdict, text: str, title: str) -> None:
    read = Reader(render.statements([state(verdict=verdict)]))
    assert text in read.text
    assert {"class": "statement", "title": title} in [attributes for _, attributes in read.tags]


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn("q", 1489), "searching 1,489 papers…"),
        (Turn("q", found=Found((PAPER,), 9)), "found 1 paper; writing…"),
        (Turn("q", statements=[state()]), "writing… 1 sentence so far"),
        (Turn("q", statements=[state()] * 2, answer=Answer("q", (state(),) * 2)), "done: 2 sentences, each cited"),
        (Turn("q", found=Found((PAPER,), 9, kind="papers")), "1 of 9 papers matches; writing…"),
        (
            Turn("q", statements=[state()], answer=Answer("q", (state(),), (cite(),), searched=9, kind="papers")),
            "done: 1 of 9 papers matches, 1 partly; 1 sentence, each cited",
        ),
        (Turn("q", answer=Answer("q")), "done: no answer in these abstracts"),
        (Turn("q", error="No."), "failed; your question is back in the box"),
    ],
)
def test_status_is_words(turn: Turn, words: str) -> None:
    assert Reader(render.status(turn)).text == words


def test_titles_give_way_to_statements() -> None:
    found = Found((PAPER,), 9)
    assert "A Title" in Reader(render.reply(Turn("q", found=found))).text
    assert "Reading" not in Reader(render.reply(Turn("q", found=found, statements=[state()]))).text


def test_a_question_for_papers_is_answered_by_their_number_then_those_that_touch_it() -> None:
    found, partly = Found((PAPER,), 9, kind="papers"), cite(13, 25, n=2, paper=Paper("Other", ABSTRACT))
    answer = Answer("q", (state(),), partial=(partly,), searched=9, kind="papers")
    text = Reader(render.reply(Turn("q", found=found, statements=[state()], answer=answer))).text
    assert text == "1 of 9 papers matchesA TitleIt is so. [1]Partly:Other“Two is fast.” [2]"
    assert "Partly" not in render.reply(Turn("q", found=Found((PAPER,), 9), answer=replace(answer, kind="fact")))
    assert "match" not in Reader(render.reply(Turn("q", found=Found((), 9, kind="papers"), answer=Answer("q")))).text


def test_cards_of_papers_that_only_touch_a_question_say_so() -> None:
    other = Paper("Other", ABSTRACT)
    panel = cards.panel([cite()], [cite(13, 25), cite(13, 25, n=2, paper=other)])
    assert Reader(panel).text.count("partly") == 1
    assert "2 Other partly" in Reader(panel).text
    assert panel.count("<mark>") == 3


def test_a_filter_is_a_button_on_the_last_turn_once_it_is_answered() -> None:
    found, answer = Found((PAPER,), 9, ("since 2023", "author:b")), Answer("q", (state(),))
    answered = Reader(render.reply(Turn("q", found=found, answer=answer)))
    assert answered.text.startswith("Only papers: since 2023 ✕author:b ✕")
    buttons = [attributes for tag, attributes in answered.tags if tag == "button"]
    assert [(button["value"], button["aria-label"]) for button in buttons] == [
        ("0", "Search all papers, not only “since 2023”"),
        ("1", "Search all papers, not only “author:b”"),
    ]
    for html in (render.reply(Turn("q", found=found)), render.reply(Turn("q", found=found, answer=answer), last=False)):
        assert "since 2023" in Reader(html).text
        assert "button" not in {tag for tag, _ in Reader(html).tags}
    assert "Only papers" not in render.reply(Turn("q", found=Found((PAPER,), 9), answer=answer))


def test_refusal_links_to_cards() -> None:
    html = render.reply(Turn("q", answer=Answer("q", nearest=(PAPER,))))
    assert f'href="#{cards.anchor(PAPER)}"' in html
    assert f'id="{cards.anchor(PAPER)}"' in cards.panel(nearest=[PAPER])


def test_header_counts() -> None:
    text = Reader(render.header(Collection("papers", 1, 2864, "none", "quotes"))).text
    assert text == "papers1 paper · 2,864 passages · model: none, quotes only"


def test_progress_is_a_bar() -> None:
    assert ("progress", {"max": "489", "value": "12"}) in Reader(render.progress("embedding", 12, 489)).tags
