"""An answer prints as what a reader would read."""

from __future__ import annotations

from rag.answer.types import Answer, Citation, Listed, Statement
from rag.paper import Paper

OWLS = Paper("Owls of the Night", "Owls hunt by ear.")
QUOTED = Statement("Owls hunt by ear.", (Citation(2, OWLS, 0, 17), Citation(2, OWLS, 0, 4)), "quote")


def test_an_answer_prints_its_sentences_and_its_papers() -> None:
    doubted = Statement("Owls see nothing.", (), "unverified")
    answer = Answer("owls?", (QUOTED,), (doubted,), headline="1 paper.", listed=(Listed(3, OWLS),))
    assert str(answer).splitlines() == [
        "1 paper.",
        "Owls see nothing. (not verified)",
        "“Owls hunt by ear.” [2]",
        "[3] Owls of the Night",
    ]
    assert len(repr(answer)) < 100


def test_a_refusal_prints_the_nearest_papers() -> None:
    assert str(Answer("bats?", nearest=(OWLS,))) == "The abstracts here do not answer this.\n- Owls of the Night"
