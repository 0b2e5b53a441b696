"""Answers as Markdown, read back by a Markdown parser."""

from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from rag.answer.types import Answer, Statement
from rag.export.markdown import markdown
from rag.export.phrases import summary
from rag.paper import Paper
from tests.export.samples import ANSWER, EAR, EFFORT, LISTEN, REFUSAL, THEMED, WRITTEN, cite, quoted

HOSTILE = Paper(
    "![x](http://evil.invalid/x.png) <script>alert(1)</script>\n# Title",
    "=cmd() <img src=x> [a](javascript:alert(1))",
    ("=Mallory", "<b>Eve</b>"),
    url="https://example.org/)> [x](http://evil.invalid)",
)

MARKDOWN = """\
# Who hears?

1 sentence reworded, checked by rule; 1 sentence reworded, checked by the model owl:7b

**OwlNet: Hearing $x_1$**

- “Owls hunt by ear.” [1]
- It is 3 times faster. [1]
- “OwlNet finds voles 3 times faster.” [1]

- Both hear. [1] [2]

**On Bats (digest)**

- “Bats hear echoes of moths.” [2]

## References

[1] Ada Example, Ben Sample (2024). [OwlNet: Hearing $x_1$](<https://example.org/owls>).

[2] On Bats.

What is quoted of a paper marked (digest) is a digest of its abstract, not the authors' own words.
"""


def test_sentences_are_under_their_papers_and_the_references_at_the_end() -> None:
    assert markdown(ANSWER) == MARKDOWN


def test_a_list_of_papers_has_filters_the_count_related_papers_and_the_notice() -> None:
    listing = Answer(
        "Who?",
        (quoted(EAR),),
        related=(LISTEN,),
        searched=9,
        filters=("since 2020", "author:*"),
        intent="papers",
        notice="It <failed>.",
    )
    blocks = markdown(listing).rstrip().split("\n\n")
    assert blocks[1].endswith(": since 2020, author:\\*")
    assert blocks[2] == "1 of 9 papers matches; 1 more paper may match"
    assert blocks[5:] == [
        "## May match",
        "**Foxes**",
        "- “Foxes listen too.” [3]",
        "It &lt;failed\\>.",
        "## References",
        "[1] Ada Example, Ben Sample (2024). [OwlNet: Hearing $x_1$](<https://example.org/owls>).",
        "[3] Foxes (2023).",
    ]


def test_what_is_written_comes_before_the_evidence_and_each_quote_once() -> None:
    head, _, references = markdown(THEMED).partition("## References")
    assert head.split("\n\n")[1:-1] == [
        "Two hear. [1] [2]",
        "## Speed",
        "It is 3 times faster. [1] “OwlNet finds voles 3 times faster.” [1]",
        "## Echoes",
        "Bats use echoes. [2]",
        summary(EFFORT).replace("$", "\\$"),
        "1 sentence reworded, checked by the model owl:7b; 2 sentences reworded, checked by rule; "
        "1 sentence quoted word for word",
        "## The evidence",
        "2 of 9 papers match",
        "**OwlNet: Hearing $x_1$**",
        "- “Owls hunt by ear.” [1]",
        "**On Bats (digest)**",
        "- “Bats hear echoes of moths.” [2]",
    ]
    assert "“" not in references
    refused = markdown(replace(REFUSAL, effort=EFFORT)).split("\n\n")
    assert refused[-1].startswith("Written by owl:7b")


def test_a_refusal_says_so_and_names_the_nearest_papers() -> None:
    heading, reason, _, nearest = markdown(REFUSAL).split("\n\n")
    assert heading == "# Who sings?"
    assert "do not answer" in reason
    assert nearest == "- OwlNet: Hearing $x_1$\n- On Bats (digest)\n"
    assert "“year:2099”" in markdown(Answer("?", filters=("year:2099",)))


def test_a_conversation_is_its_answers_in_order() -> None:
    parts = markdown(REFUSAL, ANSWER, ANSWER)
    assert parts.startswith(markdown(REFUSAL))
    assert parts.count("# Who hears?") == 2
    assert parts.count("# References") == parts.count("\n[1] Ada Example") == 1


def test_a_sentence_that_is_not_verified_says_so() -> None:
    other = replace(WRITTEN, verdict="unverified")
    assert "- It is 3 times faster. [1] (not verified)\n" in markdown(Answer("?", (other,)))


def test_foreign_text_is_never_markup() -> None:
    citation = cite(1, HOSTILE)
    judged = Statement(HOSTILE.title, (citation,), "judged", judge=HOSTILE.title)
    answer = Answer(
        HOSTILE.title,
        (quoted(citation), judged),
        written=(judged, replace(judged, theme=HOSTILE.title), replace(quoted(citation), theme=HOSTILE.title)),
        effort=replace(EFFORT, model=HOSTILE.title),
        filters=(HOSTILE.title,),
        notice=HOSTILE.title,
    )
    parsed = MarkdownIt("commonmark").parse(markdown(answer, Answer(HOSTILE.title, nearest=(HOSTILE,))))
    inline = [child for token in parsed for child in token.children or ()]
    tags = "h1 h2 p strong ul li a".split()
    assert {token.tag for token in [*parsed, *inline]} == {*tags, ""}
    assert {token.type for token in inline if not token.tag} == {"text"}
    assert [token.tag for token in parsed if token.type == "heading_open"] == ["h1", "h2", "h2", "h1", "h1"]
    assert [token.attrs["href"] for token in inline if token.type == "link_open"] == [
        "https://example.org/)%3E%20%5Bx%5D(http://evil.invalid)"
    ]
