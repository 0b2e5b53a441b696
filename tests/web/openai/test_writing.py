"""What is sent of an answer, when, and where it cites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from markdown_it import MarkdownIt

from rag.answer.types import Answer, Citation, Event, Found, Listed, Statement, Working, Written
from rag.web.openai.writing import AnswerWriter
from tests.export.samples import ANSWER, BATS, EAR, ECHO, EFFORT, FASTER, FOXES, LISTEN, OWLS, REFUSAL, THEMED, quoted
from tests.export.test_measurements import TABLED
from tests.hostile.checks import MARKDOWN_TAGS
from tests.web.payloads import PAYLOADS
from tests.web.samples import turns_with

HEARS = Statement("Both hear.", (ECHO, EAR), "judged", judge="owl:7b")
FAST = Statement("It is 3 times faster.", (FASTER,), "reworded")
COMPARED = Answer(
    "Compare them.",
    tuple(
        replace(quoted(citation), aspect=aspect)
        for citation, aspect in ((LISTEN, "Results"), (EAR, "Approach"), (ECHO, "Approach"))
    ),
)


def written(*events: Event) -> tuple[list[str], list[dict[str, Any]]]:
    """The text that each of `events` adds, and the annotations of all of it."""
    writer = AnswerWriter()
    return [writer.take(event) for event in events], [one["url_citation"] for one in writer.content.annotations]


def text_of(answer: Answer) -> str:
    return "".join(written(answer)[0])


def cited(text: str, annotations: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """What of `text` each annotation marks, and the title that it gives."""
    return [(text[one["start_index"] : one["end_index"]], one["title"]) for one in annotations]


def test_an_answer_of_quotes() -> None:
    answer = replace(ANSWER, statements=(quoted(EAR), quoted(ECHO)), filters=("since 2020",), notice="So *so*.")
    assert text_of(answer) == (
        "Limited to: since 2020\n\n"
        "**OwlNet: Hearing $x_1$**\n\n"
        "- “Owls hunt by ear.” [1]\n\n"
        "**On Bats (digest)**\n\n"
        "- “Bats hear echoes of moths.” [2]\n\n"
        "So \\*so\\*.\n\n"
        "### References\n\n"
        "[1] Ada Example, Ben Sample (2024). [OwlNet: Hearing $x_1$](<https://example.org/owls>).\n\n"
        "[2] On Bats.\n\n"
        "What is quoted of a paper marked (digest) is a digest of its abstract, not the authors' own words."
    )


def test_what_a_model_wrote_comes_first_under_its_themes() -> None:
    assert text_of(THEMED).startswith(
        "Two hear. [1] [2]\n\n"
        "### Speed\n\n"
        "It is 3 times faster. [1] “OwlNet finds voles 3 times faster.” [1]\n\n"
        "### Echoes\n\n"
        "Bats use echoes. [2]\n\n"
        "Written by owl:7b: 7 sentences"
    )
    assert "### The evidence\n\n**OwlNet: Hearing $x_1$**\n\n- “Owls hunt by ear.” [1]\n" in text_of(
        replace(THEMED, intent="fact")
    )


def test_a_refusal_names_the_nearest_papers() -> None:
    assert text_of(REFUSAL) == (
        "The abstracts here do not answer this.\n\nNearest papers:\n\n"
        "- Ada Example, Ben Sample (2024). [OwlNet: Hearing $x_1$](<https://example.org/owls>).\n- On Bats."
    )


def test_quotes_wait_for_the_whole_answer_since_they_may_be_withdrawn() -> None:
    found = Found((OWLS, BATS), 9, headline="Two of them.")
    texts, _ = written(
        found, quoted(EAR), quoted(ECHO), Working("judging", 1, 2), replace(ANSWER, statements=(quoted(ECHO),))
    )
    assert texts[:-1] == [""] * 4
    assert "Bats" in texts[-1]
    assert "Owls" not in texts[-1]


def test_sentences_are_sent_as_they_come_once_papers_were_judged() -> None:
    judged, writing = Working("judging", 2, 2), Working("writing")
    answer = replace(ANSWER, statements=(quoted(EAR), quoted(ECHO)), written=(HEARS, FAST), effort=EFFORT)
    texts, _ = written(judged, writing, Written(HEARS), Written(FAST), answer)
    assert texts[2:4] == ["Both hear. [1] [2]", " It is 3 times faster. [2]"]
    assert "".join(texts) == text_of(answer)


def test_sentences_before_papers_are_judged_wait_since_they_may_be_withdrawn() -> None:
    answer = replace(ANSWER, statements=(quoted(EAR),), written=(FAST,), effort=EFFORT)
    texts, _ = written(Working("writing"), Written(HEARS), Written(FAST), Working("judging", 2, 2), answer)
    assert texts[:-1] == [""] * 4
    assert "Both hear" not in texts[-1]
    assert texts[-1].startswith("It is 3 times faster. [1]\n\n")


def test_papers_are_numbered_as_they_appear_and_annotated_in_that_order() -> None:
    answer = replace(ANSWER, statements=(quoted(EAR), quoted(ECHO), quoted(LISTEN)), written=(HEARS,), effort=EFFORT)
    texts, annotations = written(answer)
    titles = {"[1]": BATS.title, "[2]": OWLS.title, "[3]": FOXES.title}
    marked = cited("".join(texts), annotations)
    assert list(dict.fromkeys(marked)) == list(titles.items())
    assert [one["n"] for one in annotations] == [int(marker[1]) for marker, _ in marked]
    references = texts[0].partition("References")[2]
    assert [references.index(title) for title in titles.values()] == sorted(map(references.index, titles.values()))


def test_an_annotation_has_the_exact_quote_and_the_address_if_there_is_one() -> None:
    _, annotations = written(replace(ANSWER, statements=(HEARS,)))
    by_quote = {one["quote"]: (one["url"], one["digest"]) for one in annotations}
    assert by_quote == {BATS.abstract: ("", True), "Owls hunt by ear.": ("https://example.org/owls", False)}


def test_two_passages_behind_one_marker_have_an_annotation_each() -> None:
    both = Statement("It hears and is fast.", (EAR, FASTER), "reworded")
    texts, annotations = written(replace(ANSWER, statements=(both,)))
    (start,) = {one["start_index"] for one in annotations if one["start_index"] < texts[0].index("hunt")}
    assert texts[0][start : start + 3] == "[1]"
    assert [one["quote"] for one in annotations if one["start_index"] == start] == ["Owls hunt by ear.", FASTER.quote]


@pytest.mark.parametrize(
    "answer",
    [ANSWER, THEMED, COMPARED, TABLED, Answer("Which?", wish="list", listed=(Listed(1, FOXES), Listed(2, OWLS)))],
    ids=lambda answer: answer.question,
)
def test_every_marker_of_a_text_has_its_annotations_but_for_the_references(answer: Answer) -> None:
    (text,), annotations = written(answer)
    body = text.partition("### References")[0]
    assert {marker for marker, _ in cited(text, annotations)} == {f"[{n}]" for n in range(1, 9) if f"[{n}]" in body}
    assert len({one["start_index"] for one in annotations}) == sum(body.count(f"[{n}]") for n in range(1, 9))


def test_a_comparison_is_a_table() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(text_of(COMPARED))
    cells = [one.content for before, one in pairwise(tokens) if before.type in ("th_open", "td_open")]
    assert cells[:8] == [
        *("", "Foxes [1]", "OwlNet: Hearing $x_1$ [2]", "On Bats (digest) [3]"),
        *("Approach", "Nothing found in the abstract.", "“Owls hunt by ear.” [2]", "“Bats hear echoes of moths.” [3]"),
    ]


def test_what_was_not_verified_says_so() -> None:
    answer = replace(ANSWER, statements=(quoted(EAR),), written=(replace(FAST, verdict="unverified"),))
    assert text_of(answer).startswith("It is 3 times faster. [1] (not verified)\n\n")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_acts_as_markup(payload: str) -> None:
    answers = [turn.answer for turn in turns_with(payload) if turn.answer]
    listed = (Listed(1, answers[0].citations[0].paper),)
    answers += [Answer(payload, wish="list", listed=listed, form=form) for form in ("title", "abstract", "link")]
    for answer in answers:
        parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text_of(answer))
        inline = [child for token in parsed for child in token.children or ()]
        assert {token.tag for token in [*parsed, *inline]} - {""} <= MARKDOWN_TAGS | {"h3"}
        assert {token.content for token in inline if not token.tag and token.type != "text"} <= {"<br>"}
        links = [str(token.attrs["href"]) for token in inline if token.type == "link_open"]
        assert [link for link in links if not link.startswith("http://example.org/")] == []


def test_a_citation_in_a_formula_is_no_marker() -> None:
    formula = replace(OWLS, abstract="We set $x[1]$ to 3.")
    texts, annotations = written(Answer("?", (quoted(Citation(1, formula, 0, len(formula.abstract))),)))
    assert cited(texts[0], annotations) == [("[1]", OWLS.title)]
    assert annotations[0]["start_index"] > texts[0].index("to 3")
