"""Answers as Markdown and CSV, read back as other programs read them; BibTeX is in test_bibtex.py."""

from __future__ import annotations

from csv import DictReader
from io import StringIO

import pytest
from markdown_it import MarkdownIt

from rag.answer.types import Answer, Citation, Statement
from rag.export.csv import COLUMNS, csv
from rag.export.formats import FORMATS
from rag.export.markdown import markdown
from rag.paper import Paper

OWLS = Paper(
    "OwlNet: Hearing $x_1$",
    "Owls hunt by ear. OwlNet finds voles 3 times faster.",
    ("Ada Example", "Ben Sample"),
    2024,
    url="https://example.org/owls",
)
BATS = Paper("On Bats", "Bats hear echoes of moths.", digest=True, url="javascript:alert(1)")
FOXES = Paper("Foxes", "Foxes listen too.", year=2023)
HOSTILE = Paper(
    "![x](http://evil.invalid/x.png) <script>alert(1)</script>\n# Title",
    "=cmd() <img src=x> [a](javascript:alert(1))",
    ("=Mallory", "<b>Eve</b>"),
    url="https://example.org/)> [x](http://evil.invalid)",
)


def cite(n: int, paper: Paper, start: int = 0, end: int | None = None) -> Citation:
    return Citation(n, paper, start, len(paper.abstract) if end is None else end)


def quoted(citation: Citation) -> Statement:
    return Statement(citation.quote, (citation,), "quote")


EAR, FASTER, ECHO = cite(1, OWLS, 0, 17), cite(1, OWLS, 18), cite(2, BATS)
ANSWER = Answer(
    "Who hears?",
    (
        quoted(EAR),
        Statement("It is 3 times faster.", (FASTER,), "supported"),
        Statement("Both hear.", (EAR, ECHO), "supported"),
        quoted(ECHO),
    ),
    searched=9,
)
REFUSAL = Answer("Who sings?", nearest=(OWLS, BATS), searched=2)

MARKDOWN = """\
# Who hears?

**OwlNet: Hearing $x_1$**

“Owls hunt by ear.” [1]

It is 3 times faster. [1]

Both hear. [1] [2]

**On Bats (digest)**

“Bats hear echoes of moths.” [2]

## Sources

**[1]** [OwlNet: Hearing $x_1$](<https://example.org/owls>)

Ada Example, Ben Sample, 2024

> “Owls hunt by ear.”

> “OwlNet finds voles 3 times faster.”

**[2]** On Bats (digest)

> “Bats hear echoes of moths.”
"""


def test_markdown_has_sentences_under_their_papers_and_then_the_sources() -> None:
    assert markdown(ANSWER) == MARKDOWN


def test_markdown_tells_filters_count_what_touches_the_question_and_what_went_wrong() -> None:
    listing = Answer(
        "Who?",
        (quoted(EAR),),
        (cite(3, FOXES),),
        searched=9,
        filters=("since 2020", "author:*"),
        intent="papers",
        notice="It <failed>.",
    )
    before, after = markdown(listing).split("**OwlNet: Hearing $x_1$**\n", 1)
    assert before == "# Who?\n\nOnly papers: since 2020, author:\\*\n\n1 of 9 papers matches\n\n"
    assert "Partly:\n\n**Foxes**\n\n“Foxes listen too.” [3]\n\nIt &lt;failed\\>.\n\n## Sources\n\n**[1]**" in after
    assert after.endswith("**[3]** Foxes\n\n2023\n\n> “Foxes listen too.”\n")


def test_markdown_of_a_refusal_says_so_and_names_the_nearest_papers() -> None:
    assert markdown(REFUSAL) == (
        "# Who sings?\n\nThe abstracts here do not answer this.\n\nNearest papers:\n\n"
        "- OwlNet: Hearing $x_1$\n- On Bats (digest)\n"
    )
    assert markdown(Answer("?", filters=("year:2099",))).endswith("\n\nNo paper here matches “year:2099”.\n")


def test_a_conversation_is_its_answers_in_turn() -> None:
    assert markdown(ANSWER, REFUSAL) == f"{markdown(ANSWER)}\n{markdown(REFUSAL)}"
    assert csv(ANSWER, REFUSAL, ANSWER).splitlines() == [*csv(ANSWER).splitlines(), *csv(ANSWER).splitlines()[1:]]


def test_no_text_of_others_is_markup() -> None:
    answer = Answer(HOSTILE.title, (quoted(cite(1, HOSTILE)),), filters=(HOSTILE.title,), notice=HOSTILE.title)
    parsed = MarkdownIt("commonmark").parse(markdown(answer, Answer(HOSTILE.title, nearest=(HOSTILE,))))
    inside = [child for token in parsed for child in token.children or ()]
    assert {token.tag for token in [*parsed, *inside]} == {
        *("h1", "h2", "p", "strong", "ul", "li", "blockquote"),
        "a",
        "",
    }
    assert {token.type for token in inside if not token.tag} == {"text"}
    assert [token.tag for token in parsed if token.type == "heading_open"] == ["h1", "h2", "h1"]
    assert [token.attrs["href"] for token in inside if token.type == "link_open"] == [
        "https://example.org/)%3E%20%5Bx%5D(http://evil.invalid)"
    ]


def test_csv_has_a_row_for_each_citation_of_each_sentence() -> None:
    rows = list(DictReader(StringIO(csv(ANSWER))))
    assert [(row["n"], row["sentence"], row["verdict"], row["quote"]) for row in rows] == [
        ("1", "Owls hunt by ear.", "quote", "Owls hunt by ear."),
        ("1", "It is 3 times faster.", "supported", "OwlNet finds voles 3 times faster."),
        ("1", "Both hear.", "supported", "Owls hunt by ear."),
        ("2", "Both hear.", "supported", "Bats hear echoes of moths."),
        ("2", "Bats hear echoes of moths.", "quote", "Bats hear echoes of moths."),
    ]
    assert list(rows[0]) == COLUMNS
    assert all(OWLS.abstract[int(row["start"]) : int(row["end"])] == row["quote"] for row in rows[:3])
    known = ("question", "title", "authors", "year", "url", "digest")
    assert [rows[0][column] for column in known] == [
        *("Who hears?", "OwlNet: Hearing $x_1$", "Ada Example; Ben Sample", "2024", "https://example.org/owls", "false")
    ]
    assert [rows[3][column] for column in known] == ["Who hears?", "On Bats", "", "", "", "true"]


def test_csv_of_a_refusal_has_the_names_of_its_columns_only() -> None:
    assert csv(REFUSAL) == ",".join(COLUMNS) + "\n"


def test_no_cell_is_computed() -> None:
    (row,) = DictReader(StringIO(csv(Answer("+1", (Statement("@a", (cite(1, HOSTILE),), "supported"),)))))
    assert (row["question"], row["sentence"], row["authors"]) == ("'+1", "'@a", "'=Mallory; <b>Eve</b>")
    assert row["quote"] == f"'{HOSTILE.abstract}"


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_holds_each_quote_and_ends_its_last_line(format_: str) -> None:
    text = FORMATS[format_](ANSWER)
    assert all(citation.quote in text for citation in ANSWER.citations)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
