"""What is exported is read again as the same papers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag import sources
from rag.answer.types import Answer
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.paper import Paper
from tests.export.samples import cite, quoted

ODD = Paper(
    "Über α-Owls: 50% of “Voles” & Mice_2 – a {study}",
    "We hear $O(n \\log n)$ voles, i.e. 3 ± 1 – more than ½ of them; x_1^2 ~ #5 in [0, 1). Naïve Ångström: 中文. Done.",
    ("Jürgen van den Berg", "Martin Luther King Jr.", "ATLAS Collaboration", "Łukasz Ó Brien", "王伟", "Smith JA"),
    2019,
    ("doi:10.5555/a_b-(c)1", "pmid:12345678"),
    "https://example.org/owls?a=1&b=50%25#x",
)
PREPRINT = Paper("Bats Hear", "Bats hear echoes.", ("Ada Lovelace",), 2024, ("arxiv:2409.09144",))
OLD = Paper("Foxes Listen", "Foxes listen to voles.", ("Ada Lovelace",), 1999, ("arxiv:hep-th/9901001",))
BARE = Paper("Mice", "Mice hide from owls.")
TWICE = Paper("Bats Hear", "Other bats hear other echoes.", ("Ada Lovelace",), 2024)
PAPERS = [ODD, PREPRINT, OLD, BARE, TWICE]


def read(file: Path) -> list[Paper]:
    """The papers in `file`, without what no reference holds: which file they come from."""
    found = [record for record in sources.read(file) if isinstance(record, Paper)]
    assert len(found) == sum(1 for _ in sources.read(file))
    return [replace(paper, source="") for paper in found]


def saved(papers: list[Paper], name: str, folder: Path) -> Path:
    file = folder / f"papers.{EXPORTS[name].extension}"
    file.write_bytes(PAPER_EXPORTS[name](papers).encode())
    return file


@pytest.mark.parametrize("name", PAPER_EXPORTS)
def test_papers_are_the_same(name: str, tmp_path: Path) -> None:
    for wanted, found in zip(PAPERS, read(saved(PAPERS, name, tmp_path)), strict=True):
        address = {"url": found.url} if not wanted.url else {}  # RIS has arXiv's identifier in one
        assert found == replace(wanted, **address)


@pytest.mark.parametrize("name", ["bib", "ris", "csl"])
def test_the_papers_of_an_answer_are_the_same_whatever_is_quoted_of_them(name: str, tmp_path: Path) -> None:
    cited = tuple(quoted(cite(n, paper)) for n, paper in enumerate(PAPERS, 1))
    file = tmp_path / f"papers.{EXPORTS[name].extension}"
    file.write_bytes(EXPORTS[name].answers(Answer("?", cited)).encode())
    found = read(file)
    assert [(paper.title, paper.abstract, paper.ids) for paper in found] == [
        (paper.title, paper.abstract, paper.ids) for paper in PAPERS
    ]
