"""A paper is cut into its title and segments of one or more sentences, which the model reads to their ends."""

from __future__ import annotations

import pytest

from rag.index import segments as segments_module
from rag.index.segments import TITLE, Segment, of_paper
from rag.language.sentences import Span, span_texts, split_sentences
from rag.models.encoding import Embedding
from rag.paper import Paper
from tests.index.building import Recording

LONG = "the harbour was calm and " * 80 + "an octopus opened the jar."  # more than the model reads


@pytest.fixture(params=[1, 4])
def per_segment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many sentences are embedded together at most."""
    monkeypatch.setattr(segments_module, "SENTENCES_PER_SEGMENT", request.param)
    return int(request.param)


def pieces(segments: list[Segment]) -> list[tuple[int, str]]:
    """What the segments have of the title and of each sentence, in order."""
    return [
        (position, segment.text[span.start : span.end])
        for segment in segments
        for position, span in segment.sentences.items()
    ]


def test_the_title_is_a_segment_of_its_own(model: Embedding) -> None:
    assert of_paper(Paper("Owls at Noon", "Owls hunt.\n They hoot."), model) == [
        Segment("Owls at Noon", {TITLE: Span(0, 12)}),
        Segment("Owls hunt.", {0: Span(0, 10)}),
        Segment("They hoot.", {1: Span(0, 10)}),
    ]


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 9])
def test_a_segment_has_as_many_sentences_as_it_may(model: Embedding, count: int, per_segment: int) -> None:
    _, *segments = of_paper(Paper("Owls", " ".join(f"We count {n} owls." for n in range(count))), model)
    sizes = [len(segment.sentences) for segment in segments]
    assert sum(sizes) == count
    assert all(size == per_segment for size in sizes[:-1])
    assert 1 <= sizes[-1] <= per_segment


@pytest.mark.parametrize(
    "abstract",
    [
        "Owls hoot.",
        "Owls",
        "One.  Two!\nThree?\tFour. Five. Six.",
        "γ-MoD skips. 夜。 It sees 🦉. Naïve, e.g. ours. Done.",
        "word " * 200 + ". " + "word " * 100 + ". " + "word " * 150 + ". End.",
        "Same. Same. Same. Same. Same. Same.",
        "A1. " * 500 + "B",
    ],
)
@pytest.mark.parametrize("pools_by_mean", [True, False])
@pytest.mark.usefixtures("per_segment")
def test_each_sentence_is_in_one_segment(abstract: str, pools_by_mean: bool) -> None:
    sentences = span_texts(abstract, split_sentences(abstract))
    segments = of_paper(Paper("Owls", abstract), Recording(pools_by_mean=pools_by_mean))
    assert pieces(segments) == [(TITLE, "Owls"), *enumerate(sentences)]


@pytest.mark.parametrize(
    "paper",
    [
        Paper("Title " * 300, "Owls hoot."),
        Paper("Sea", LONG),
        Paper("Sea", f"It rains. {LONG} It is calm. {LONG} {LONG} Owls hoot. They fly."),
        *(Paper("Owls", f"{'owl ' * words}. They hoot. {'owl ' * words}. They fly.") for words in range(240, 262, 3)),
        Paper("Owls", "We count owls, voles and 3-D-printed γ-rays at night. " * 60),
        Paper("Numbers", "0.5 1,000 (x_1) " * 300),
    ],
    ids=lambda paper: f"{paper.title[:8]} {len(paper.abstract)}",
)
@pytest.mark.usefixtures("per_segment")
def test_the_model_reads_every_segment_to_its_end(model: Embedding, paper: Paper) -> None:
    segments = of_paper(paper, model)
    assert max(model.count_tokens(segment.text) for segment in segments) <= model.max_tokens
    parts: dict[int, str] = {}
    for position, text in pieces(segments):
        parts[position] = f"{parts.get(position, '')} {text}"
    whole = {TITLE: paper.title} | dict(enumerate(span_texts(paper.abstract, split_sentences(paper.abstract))))
    assert {position: text.split() for position, text in parts.items()} == {
        position: text.split() for position, text in whole.items()
    }


@pytest.mark.parametrize("per_segment", [4], indirect=True)
@pytest.mark.usefixtures("per_segment")
def test_a_segment_is_as_long_as_the_model_reads(model: Embedding) -> None:
    _, *segments = of_paper(Paper("Owls", f"{'owl ' * 100}. {'bat ' * 100}. {'owl ' * 100}."), model)
    assert [list(segment.sentences) for segment in segments] == [[0, 1], [2]]


@pytest.mark.usefixtures("per_segment")
def test_each_sentence_is_a_segment_for_a_model_that_does_not_pool_by_mean() -> None:
    segments = of_paper(Paper("Owls", "Owls hunt. They hoot. They fly."), Recording(pools_by_mean=False))
    assert [segment.text for segment in segments] == ["Owls", "Owls hunt.", "They hoot.", "They fly."]
