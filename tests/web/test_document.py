"""What copying leaves on the clipboard, and the page that prints answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answer.types import Answer, Listed, Measurement
from rag.chat.library import LibraryInfo
from rag.web.document import clipboard, print_page
from rag.web.pages import Head
from rag.web.turns import Choices, Turn

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import OTHER, PAPER, cite, done, harmless, state, turns_with

HEAD = Head(LibraryInfo("My papers", 489, "none", "quotes"))
TODAY = date(2026, 3, 1)
FORMULA = replace(PAPER, title="Fast $O(n^2)$ Owls", authors=("Ada Example",), year=2024, url="https://example.org/a")
QUOTE, SECOND = state(cite(paper=FORMULA), text="One is slow.", verdict="quote"), cite(13, 25, paper=FORMULA)
LISTING = Answer(
    "which?", (QUOTE,), written=(state(SECOND, text="Two is quick."),), related=(cite(n=2, paper=OTHER),), searched=9
)


def rich(answer: Answer) -> Reader:
    return read(clipboard(answer)["html"])


def printed(*turns: Turn) -> Reader:
    return read(print_page(HEAD, turns, "/c/one", TODAY))


def test_rich_text_has_the_question_the_sentences_and_the_references() -> None:
    assert [(element.tag, element.text) for element in rich(LISTING).elements if element.tag != "section"] == [
        ("h2", "which?"),
        ("p", "Two is quick. [1]"),
        ("p", "1 sentence reworded, checked by rule"),
        ("em", "1 sentence reworded, checked by rule"),
        ("h3", "The evidence"),
        ("p", "Fast O(n²) Owls"),
        ("strong", "Fast O(n²) Owls"),
        ("ul", "“One is slow.” [1] “Two is fast.” [1]"),
        ("li", "“One is slow.” [1]"),
        ("li", "“Two is fast.” [1]"),
        ("h3", "References"),
        ("p", "[1] Ada Example (2024). Fast O(n²) Owls. https://example.org/a"),
        ("a", "https://example.org/a"),
    ]


def test_both_kinds_of_text_say_the_same() -> None:
    both = clipboard(LISTING)
    words = [word for word in read(both["html"]).text.split() if word != "•"]
    assert both["text"].split() == words


def test_papers_that_may_match_are_counted_and_not_copied() -> None:
    text = rich(replace(LISTING, intent="papers")).text
    assert "1 of 9 papers matches; 1 more paper may match" in text
    assert "Other" not in text


def test_a_comparison_is_a_table_with_a_border() -> None:
    compared = (
        replace(QUOTE, aspect="Problem"),
        replace(state(cite(n=2, paper=OTHER), verdict="quote"), aspect="Result"),
    )
    page = rich(Answer("which?", compared))
    assert page.all("table")[0].attributes == {"border": "1"}
    assert [cell.text for cell in page.all("th")] == ["Fast O(n²) Owls [1]", "Other [2]", "Problem", "Result"]
    assert [cell.text for cell in page.all("td")] == [
        *("", "“One is slow.” [1]", "Nothing found in the abstract."),
        *("Nothing found in the abstract.", "“It is so.” [2]"),
    ]


def test_numbers_are_a_table() -> None:
    rows = (Measurement(cite(paper=FORMULA), "speed", "3 fps", 3.0, condition="on a GPU"),)
    answer = Answer("how fast?", (QUOTE,), measurements=rows)
    assert [cell.text for cell in rich(answer).all("td")] == ["[1] Fast O(n²) Owls", "speed", "3 fps", "on a GPU"]
    assert "  speed: 3 fps; on a GPU [1]\n" in clipboard(answer)["text"]


def test_bibtex_is_copied_as_it_is() -> None:
    answer = Answer("BibTeX?", wish="bibtex", form="bibtex", listed=(Listed(1, FORMULA),))
    assert clipboard(answer)["text"].startswith("@misc{example2024fast,\n  author = {Example, Ada},")
    assert rich(answer).all("pre")[0].content == clipboard(answer)["text"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_is_never_markup(payload: str) -> None:
    for bad, good in zip(turns_with(payload), turns_with(harmless(payload)), strict=True):
        if bad.reply and good.reply:
            assert {tag for tag, _ in skeleton(clipboard(bad.reply)["html"])} <= {
                tag for tag, _ in skeleton(clipboard(good.reply)["html"])
            }
            read(print_page(HEAD, [bad], "/c/one", TODAY))


def test_the_page_says_of_what_and_when_and_draws_formulas() -> None:
    page = printed(done(QUOTE, question="which?", filters=("since 2020",)))
    assert page.all("header")[0].text == "My papers 489 papers · 1 March 2026 Back to the conversation Print"
    assert [heading.text for heading in page.all("h1") + page.all("h2")] == ["My papers", "which?"]
    assert "Limited to: since 2020" in page.text
    assert page.all("title")[0].text == "which?"
    assert page.all("math")


def test_the_page_has_all_answers_and_the_papers_that_may_match() -> None:
    first = done(QUOTE, question="which?", intent="papers", related=(cite(n=2, paper=OTHER),))
    page = printed(first, Turn("failed?", error="No."), done(question="why?"))
    assert [heading.text for heading in page.all("h2")] == ["which?", "why?"]
    assert [heading.text for heading in page.all("h3")] == ["May match", "References"]
    assert "[2] Other (2020)." in page.text


def test_the_page_tells_what_the_reader_chose() -> None:
    limited = replace(done(QUOTE), choices=Choices(limit=5))
    assert "Print how? At most 5 papers Fast" in printed(limited).text
    assert "Print how? Fast" in printed(done(QUOTE)).text
