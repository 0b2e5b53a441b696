"""Records as the specification of RIS has them: tags, order, line ends, and nothing made up."""

from __future__ import annotations

import re

import pytest

from rag.export.ris import ris
from rag.paper import Paper

OWLS = Paper(
    "Hearing & $O(n)$ Voles",
    "Owls hunt by ear. They hear 50% more.",
    authors=("Jürgen van den Berg", "Martin Luther King Jr.", "Owls, Inc."),
    year=2020,
    ids=("doi:10.5555/a_b", "pmid:123"),
    url="https://example.org/owls",
)


def lines(*papers: Paper) -> list[str]:
    text = ris(papers)
    assert text.count("\r\n") == text.count("\n") == text.count("\r")
    return text.split("\r\n")[:-1]


def values(paper: Paper, tag: str) -> list[str]:
    return [line[6:] for line in lines(paper) if line.startswith(tag)]


def test_a_record_has_what_is_known() -> None:
    assert lines(OWLS) == [
        "TY  - GEN",
        "ID  - berg2020hearing",
        "AU  - van den Berg, Jürgen",
        "AU  - King, Martin Luther, Jr.",
        "AU  - Owls Inc.",
        "PY  - 2020",
        "TI  - Hearing & $O(n)$ Voles",
        "AB  - Owls hunt by ear. They hear 50% more.",
        "DO  - 10.5555/a_b",
        "UR  - https://example.org/owls",
        "UR  - https://pubmed.ncbi.nlm.nih.gov/123",
        "DB  - PubMed",
        "AN  - 123",
        "ER  - ",
    ]


def test_the_sentences_that_are_cited_of_a_paper_are_a_note() -> None:
    bats = Paper("Bats", "Bats hear.", digest=True)
    notes = [line for line in ris([OWLS, bats], {OWLS: ["a.", "b."], bats: ["c."]}).split("\r\n") if "N1" in line]
    assert notes == ["N1  - “a.” “b.”", "N1  - Digest, not the authors' words: “c.”"]


def test_what_is_not_known_is_left_out_and_a_digest_is_no_abstract() -> None:
    bats = Paper("Bats", "Bats hear.", url="javascript:alert(1)", digest=True)
    assert lines(bats) == ["TY  - GEN", "ID  - bats", "TI  - Bats", "ER  - "]


def test_each_paper_has_a_record_in_their_order() -> None:
    text = "\n".join(lines(Paper("Bats", "Bats hear."), OWLS))
    assert re.findall(r"^(TY|ID|ER)  - (.*)$", text, re.MULTILINE) == [
        *(("TY", "GEN"), ("ID", "bats"), ("ER", "")),
        *(("TY", "GEN"), ("ID", "berg2020hearing"), ("ER", "")),
    ]
    assert ris([]) == ""


def test_an_identifier_without_a_tag_is_in_an_address() -> None:
    arxiv = "https://arxiv.org/abs/2001.00001"
    assert values(Paper("T", "x", ids=("arxiv:2001.00001",)), "UR") == [arxiv]
    assert values(Paper("T", "x", ids=("arxiv:2001.00001",), url=f"{arxiv}v2"), "UR") == [f"{arxiv}v2"]
    assert values(Paper("T", "x", ids=("arxiv:2001.00001",), url="https://a.b"), "UR") == ["https://a.b", arxiv]


@pytest.mark.parametrize("text", ["a\r\nER  - \r\nTY  - JOUR", "a\nTI  - b", "a\u2028AU  - b", "a\x0bb\x85c"])
def test_text_cannot_begin_a_line_of_its_own(text: str) -> None:
    paper = Paper(text, text, (text,), 2024, (f"doi:{text}", f"pmid:{text}", f"arxiv:{text}"), f"https://a.b/{text}")
    written = lines(paper)
    assert [line[:6] for line in written] == [
        *(
            "TY  - ",
            "ID  - ",
            "AU  - ",
            "PY  - ",
            "TI  - ",
            "AB  - ",
            "DO  - ",
            "UR  - ",
            "UR  - ",
            "UR  - ",
            "DB  - ",
            "AN  - ",
        ),
        "ER  - ",
    ]
    assert all(len(line.splitlines()) == 1 for line in written)
