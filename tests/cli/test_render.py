"""Answers and hits as a terminal and a program get them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from rag.answer.table import split
from rag.answer.types import Answer, Citation, Statement
from rag.cli import render
from rag.export.json import answer_json, hits_json
from rag.export.phrases import cited_statement, match_count, refusal
from rag.index.changes import Changes
from rag.language.sentences import Span
from rag.paper import Paper
from rag.retrieval.hits import Hit, Hits, ScoredSentence

OWLS = Paper("OwlNet: Hearing in the Dark", "Owls hunt by ear. OwlNet finds voles 3 times faster. Code exists.")
BATS = Paper("On Bats", "Bats hear echoes of moths.", digest=True)
FOXES = Paper("Foxes", "Foxes run. Foxes listen too.")
HOSTILE = Paper("Red \x1b[31mtitle\x1b]0;owned\x07\r\nwith\u2028lines", "Beware \x1b[2Jof \x08this.\x00")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def cite(n: int, paper: Paper, quote: str) -> Citation:
    start = paper.abstract.index(quote)
    return Citation(n, paper, start, start + len(quote))


def told(citation: Citation) -> ScoredSentence:
    return ScoredSentence(Span(citation.start, citation.end), 0.5, 0.5)


def quoted(*citations: Citation) -> Statement:
    return Statement(citations[0].quote, citations, "quote")


EAR = cite(1, OWLS, "Owls hunt by ear.")
FASTER = cite(1, OWLS, "OwlNet finds voles 3 times faster.")
ECHO = cite(2, BATS, "Bats hear echoes of moths.")
WRITTEN = Statement("OwlNet is 3 times faster.", (FASTER,), "supported")
LISTEN = cite(3, FOXES, "Foxes listen too.")
ANSWER = Answer("Who hears?", (quoted(EAR), WRITTEN, quoted(ECHO)), related=(LISTEN,), searched=9, probability=0.93456)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (quoted(EAR), "“Owls hunt by ear.” [1]"),
        (WRITTEN, "OwlNet is 3 times faster. [1]"),
        (Statement("Both hear.", (EAR, ECHO), "supported"), "Both hear. [1] [2]"),
    ],
)
def test_a_quote_is_in_quotation_marks_and_every_sentence_has_its_markers(statement: Statement, text: str) -> None:
    assert cited_statement(statement) == text


@pytest.mark.parametrize(
    ("statement", "headed", "text"),
    [
        (quoted(EAR), True, "\n[1] OwlNet: Hearing in the Dark\n    “Owls hunt by ear.” [1]"),
        (quoted(EAR), False, "    “Owls hunt by ear.” [1]"),
        (quoted(ECHO), True, "\n[2] On Bats (digest)\n    “Bats hear echoes of moths.” [2]"),
        (
            WRITTEN,
            False,
            "    OwlNet is 3 times faster. [1]\n      agrees with “OwlNet finds voles 3 times faster.” [1]",
        ),
    ],
)
def test_a_sentence_stands_under_its_paper_and_over_the_source_of_what_a_model_wrote(
    statement: Statement, headed: bool, text: str
) -> None:
    assert render.statement_text(statement, headed) == text


def test_a_program_gets_the_documented_shape_and_verbatim_quotes() -> None:
    data = json.loads(json.dumps(answer_json(ANSWER)))
    assert data == {
        "answer": "“Owls hunt by ear.” [1] OwlNet is 3 times faster. [1] “Bats hear echoes of moths.” [2]",
        "kind": "fact",
        "writer": "quotes",
        "refused": False,
        "matching": 2,
        "searched": 9,
        "probability": 0.935,
        "statements": [
            {"text": "Owls hunt by ear.", "verdict": "quote", "citations": [{"n": 1, "start": 0, "end": 17}]},
            {
                "text": "OwlNet is 3 times faster.",
                "verdict": "supported",
                "citations": [{"n": 1, "start": 18, "end": 52}],
            },
            {"text": "Bats hear echoes of moths.", "verdict": "quote", "citations": [{"n": 2, "start": 0, "end": 26}]},
        ],
        "citations": [
            {"n": 1, "title": "OwlNet: Hearing in the Dark", "quote": "Owls hunt by ear.", "digest": False},
            {
                "n": 1,
                "title": "OwlNet: Hearing in the Dark",
                "quote": "OwlNet finds voles 3 times faster.",
                "digest": False,
            },
            {"n": 2, "title": "On Bats", "quote": "Bats hear echoes of moths.", "digest": True},
        ],
        "partial": [{"n": 3, "title": "Foxes", "sentence": "Foxes listen too.", "digest": False}],
        "nearest": [],
    }
    assert list(data)[:3] == ["answer", "kind", "writer"]


def test_what_a_model_wrote_on_several_papers_cites_each_once() -> None:
    both = Statement("All hear.", (EAR, FASTER, ECHO), "partly")
    assert cited_statement(both) == "All hear. [1] [2]"
    assert render.statement_text(both, headed=False).splitlines()[1:] == [
        "      agrees partly with “Owls hunt by ear.” [1]",
        "      agrees partly with “OwlNet finds voles 3 times faster.” [1]",
        "      agrees partly with “Bats hear echoes of moths.” [2]",
    ]


def test_a_comparison_stands_under_its_aspects_and_tells_what_is_not_said() -> None:
    rows = (replace(quoted(EAR), aspect="Approach"), replace(quoted(FASTER), aspect="Result"),
            replace(quoted(ECHO), aspect="Approach"))  # fmt: skip
    _, table = split(rows)
    assert table
    assert render.table_text(table).splitlines() == [
        "",
        "[1] OwlNet: Hearing in the Dark",
        "[2] On Bats (digest)",
        "",
        "Approach",
        "    “Owls hunt by ear.” [1]",
        "    “Bats hear echoes of moths.” [2]",
        "",
        "Result",
        "    “OwlNet finds voles 3 times faster.” [1]",
        "    Nothing found in the abstract. [2]",
    ]
    assert answer_json(Answer("?", rows))["statements"][1]["aspect"] == "Result"


def test_a_paper_that_is_found_and_does_not_say_it_is_named() -> None:
    silent = Answer("How old is OwlNet?", nearest=(OWLS,), searched=9, not_stated_by=OWLS)
    assert refusal(silent) == "The abstract of “OwlNet: Hearing in the Dark” does not say this."
    assert answer_json(silent)["silent"] == OWLS.title
    assert answer_json(silent)["refused"] is True


def test_a_refusal_names_the_nearest_papers() -> None:
    refusal = Answer("Who sings?", nearest=(OWLS, BATS), searched=2, probability=0.0)
    assert answer_json(refusal) == {
        "answer": "The abstracts here do not answer this.",
        "kind": "fact",
        "writer": "quotes",
        "refused": True,
        "matching": 0,
        "searched": 2,
        "probability": 0.0,
        "statements": [],
        "citations": [],
        "partial": [],
        "nearest": ["OwlNet: Hearing in the Dark", "On Bats"],
    }
    assert render.refusal_text(refusal) == (
        "The abstracts here do not answer this.\nNearest papers:\n  - OwlNet: Hearing in the Dark\n  - On Bats (digest)"
    )
    assert render.refusal_text(Answer("?", searched=2)) == "The abstracts here do not answer this."


@pytest.mark.parametrize(("papers", "text"), [(1, "1 of 1,489 papers matches"), (7, "7 of 1,489 papers match")])
def test_papers_that_match_are_counted(papers: int, text: str) -> None:
    assert match_count(papers, 1489) == text


def test_papers_that_touch_the_question_are_told_apart() -> None:
    assert render.partial_text((LISTEN, ECHO)) == (
        "\nPartly:\n\n[3] Foxes\n    “Foxes listen too.” [3]\n\n"
        "[2] On Bats (digest)\n    “Bats hear echoes of moths.” [2]"
    )


def test_filters_are_told_as_they_were_written() -> None:
    assert answer_json(Answer("?", filters=("since 2023", "author:owl")))["filters"] == [
        "since 2023",
        "author:owl",
    ]
    assert render.filters_text(("since 2023", "author:owl")) == (
        "Only papers: since 2023, author:owl (all papers: --no-filters)"
    )


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        (("since 2023",), "No paper here matches “since 2023”."),
        (("since 2023", "author:owl"), "No paper here matches “since 2023” and “author:owl”."),
    ],
)
def test_filters_that_leave_no_paper_are_blamed_for_the_refusal(filters: tuple[str, ...], text: str) -> None:
    assert render.refusal_text(Answer("?", filters=filters)) == text


def test_a_notice_is_told_where_there_is_one() -> None:
    assert answer_json(Answer("?", notice="The LLM failed."))["notice"] == "The LLM failed."
    assert "notice" not in answer_json(ANSWER)


def test_hits_have_a_rank_a_title_and_the_sentence_that_matched() -> None:
    hits = (
        Hit(OWLS, 1.234567, 0.9, 0.98765, (told(EAR), told(FASTER))),
        Hit(BATS, -0.5, 0.4, 0.0, (told(ECHO),)),
    )
    owls = {"title": "OwlNet: Hearing in the Dark", "score": 1.2346, "sentence": "Owls hunt by ear.", "digest": False}
    bats = {"title": "On Bats", "score": -0.5, "sentence": "Bats hear echoes of moths.", "digest": True}
    assert hits_json(Hits(hits, 0.98765, ())) == {
        "probability": 0.9877,
        "results": [owls | {"probability": 0.9877}, bats | {"probability": 0.0}],
    }
    assert render.hits_text(hits) == (
        "1. OwlNet: Hearing in the Dark\n   Owls hunt by ear.\n2. On Bats (digest)\n   Bats hear echoes of moths."
    )
    assert render.hits_text(()) == ""


def test_no_control_character_of_a_paper_reaches_the_terminal() -> None:
    whole = cite(1, HOSTILE, HOSTILE.abstract)
    written = Statement("Calm \x1b[5mblinking\x1b[0m.", (whole,), "supported")
    shown = [
        render.statement_text(quoted(whole), True),
        render.statement_text(written, False),
        render.refusal_text(Answer("?", nearest=(HOSTILE,), searched=1)),
        render.filters_text((HOSTILE.title,)),
        render.partial_text((whole,)),
        render.hits_text((Hit(HOSTILE, 1.0, 1.0, 1.0, (told(whole),)),)),
    ]
    assert [text for text in shown if CONTROL.search(text)] == []
    assert "[1] Red [31mtitle ]0;owned with lines\n" in shown[0]


def test_long_lines_are_wrapped_and_stay_indented_without_losing_a_word() -> None:
    long = Paper("T", " ".join(f"word{n}" for n in range(60)) + " " + "x" * 150 + ".")
    text = render.statement_text(quoted(cite(1, long, long.abstract)), False)
    assert max(map(len, text.splitlines())) <= render.WIDTH
    assert all(line.startswith("  ") for line in text.splitlines())
    assert "".join(text.split()) == "“" + "".join(long.abstract.split()) + "”[1]"


def test_changes_are_a_line_and_the_first_titles_of_each_group() -> None:
    many = tuple(replace(OWLS, title=f"Owls {n}") for n in range(7))
    assert render.changes_text(Changes(many, (), (BATS, HOSTILE), 3, ())) == "\n".join(
        [
            "7 added, 0 changed, 2 removed, 3 as before, 0 skipped",
            "Added:",
            *(f"  - Owls {n}" for n in range(5)),
            "  … and 2 more",
            "Removed:",
            "  - On Bats (digest)",
            "  - Red [31mtitle ]0;owned with lines",
        ]
    )
    assert render.changes_text(Changes((), (), (), 1, ())) == "0 added, 0 changed, 0 removed, 1 as before, 0 skipped"
