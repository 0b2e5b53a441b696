"""The sentences of given papers that state an aspect."""

from __future__ import annotations

import pytest

from rag.answer.asked_aspects import select_aspects, silence
from rag.language.sentences import span_texts, split_sentences
from rag.paper import Paper
from rag.query.asked_aspect import Aspect
from rag.retrieval.hits import Hit, Hits, ScoredSentence

OWL = (
    "Networks that hear voles are slow.",
    "We propose OwlNet, a network with two ears.",
    "OwlNet runs at 178 fps.",
    "OwlNet is close to the state of the art on NYU Depth v2.",
)


def hits_of(*papers: Paper) -> Hits:
    return Hits(tuple(hit_of(n, paper) for n, paper in enumerate(papers, 1)), 0.9, ())


def hit_of(number: int, paper: Paper) -> Hit:
    scored = tuple(ScoredSentence(span, 0.4, 0.4) for span in split_sentences(paper.abstract))
    return Hit(number, paper, 5.0, 0.8, 0.9, 0.9, scored)


@pytest.mark.parametrize(
    ("aspect", "quoted"),
    [
        ("a problem", (0,)),
        ("an approach", (1,)),
        ("a result", (2,)),
        ("a dataset", (3,)),
        ("a limitation", ()),
    ],
)
def test_the_sentences_of_an_aspect_are_selected(aspect: Aspect, quoted: tuple[int, ...]) -> None:
    paper = Paper("OwlNet: Ears", " ".join(OWL))
    selection = select_aspects([aspect], hits_of(paper))
    texts = [text for found in selection.relevant for text in span_texts(found.paper.abstract, found.spans)]
    assert set(texts) >= {OWL[n] for n in quoted}
    assert OWL[0] not in texts or aspect == "a problem"
    assert (selection.not_stated_by == paper) is (not quoted)


def test_papers_that_state_no_such_aspect_are_named() -> None:
    owl, bat = Paper("OwlNet: Ears", " ".join(OWL)), Paper("BatNet: Echoes", "Bats sing.")
    selection = select_aspects(["a dataset"], hits_of(owl, bat))
    assert [found.paper for found in selection.relevant] == [owl]
    assert silence(["a dataset"], [owl, bat], selection) == (
        "No sentence about a dataset was found in the abstract of “BatNet: Echoes”."
    )
    nothing = select_aspects(["a limitation"], hits_of(owl, bat))
    assert silence(["a limitation"], [owl, bat], nothing) == "None of these abstracts states a limitation."
