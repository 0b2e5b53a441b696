"""Which vectors a paper has, what they are of, and what they are called."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from rag.index.vectors import GRANULARITIES, Granularity, Vector, of_papers
from rag.models import embedding
from rag.paper import Paper

OWLS = Paper("Owls at Noon", "Owls hunt voles. They hoot. We count them. It rains.")


@pytest.fixture(scope="module")
def model() -> embedding.Embedding:
    return embedding.load("bundled")


def by_kind(vectors: list[Vector]) -> dict[Granularity, dict[str, str]]:
    """The names of the vectors of each kind, each with the text that it is of."""
    return {kind: {vector.name: vector.text for vector in vectors if vector.kind == kind} for kind in GRANULARITIES}


def named(name: str, paper: Paper, model: embedding.Embedding) -> np.ndarray:
    """The vector of the sentence or title of `paper`, number 1, that has this name."""
    vectors, _ = of_papers([(1, paper)], model)
    return next(vector.values for vector in vectors if (vector.kind, vector.name) == ("sentences", name))


def test_a_paper_has_vectors_of_all_of_it_and_of_its_parts(model: embedding.Embedding) -> None:
    assert by_kind(of_papers([(7, OWLS)], model)[0]) == {
        "papers": {"7": "Owls at Noon. Owls hunt voles. They hoot. We count them. It rains."},
        "sentences": {
            "7.title": "Owls at Noon",
            "7.0": "Owls hunt voles.",
            "7.1": "They hoot.",
            "7.2": "We count them.",
            "7.3": "It rains.",
        },
        "passages": {"7.0": "Owls hunt voles. They hoot. We count them.", "7.1": "We count them. It rains."},
    }


@pytest.mark.parametrize("abstract", ["Owls.", "Same. Same. Same. Same. Same.", "word " * 2_000, "a " * 300 + ". End."])
def test_every_vector_has_length_one_and_a_name_of_its_own(model: embedding.Embedding, abstract: str) -> None:
    vectors, _ = of_papers([(1, Paper("Title " * 80, abstract)), (2, OWLS)], model)
    assert np.linalg.norm([vector.values for vector in vectors], axis=1) == pytest.approx(1.0, abs=1e-5)
    names = [(vector.kind, vector.name) for vector in vectors]
    assert len(set(names)) == len(names)
    assert {name.split(".")[0] for _, name in names} == {"1", "2"}


def test_papers_embedded_together_have_the_vectors_that_they_have_alone(model: embedding.Embedding) -> None:
    coral = Paper("Coral", "Coral bleaches. " + "Divers swim. " * 3)
    chunk = [(2, coral), (1, OWLS), (3, Paper("Jars", "word " * 600))]
    together, in_context = of_papers(chunk, model)
    each = [of_papers([one], model) for one in chunk]
    alone = list(chain.from_iterable(vectors for vectors, _ in each))
    assert [(one.kind, one.name, one.text) for one in together] == [(one.kind, one.name, one.text) for one in alone]
    assert all(one.values @ other.values > 0.9999 for one, other in zip(together, alone, strict=True))
    for (number, one), (_, [(alike, other)]) in zip(in_context, each, strict=True):
        assert number == alike
        assert one == pytest.approx(other, abs=0.01)


def test_each_word_that_carries_meaning_has_a_context_in_title_and_sentence(model: embedding.Embedding) -> None:
    _, [(number, words)] = of_papers([(7, OWLS)], model)
    assert (number, len(words)) == (7, len("Owls Noon".split()) + len("Owls hunt voles hoot count rains".split()))
    assert np.linalg.norm(words, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_what_comes_again_is_embedded_once(model: embedding.Embedding) -> None:
    found = by_kind(of_papers([(1, Paper("Owls", "Hoot. Hoot. Hoot. Hoot. Hoot. Fly. Hoot."))], model)[0])
    assert found["sentences"] == {"1.title": "Owls", "1.0": "Hoot.", "1.5": "Fly."}
    assert list(found["passages"].values()) == ["Hoot. Hoot. Hoot.", "Hoot. Fly. Hoot."]


def test_the_end_of_a_sentence_that_is_longer_than_the_model_reads_counts(model: embedding.Embedding) -> None:
    filler = "the harbour was calm and " * 80
    ends = ("an octopus opened the jar", "it stayed so")
    vectors = [named("1.0", Paper("Sea", f"{filler}{end}."), model) for end in ends]
    question = np.array(model.get_query_embedding("how do cephalopods unscrew lids?"))
    assert vectors[0] @ question > vectors[1] @ question + 0.05


def test_a_passage_lies_near_what_it_is_composed_of(model: embedding.Embedding) -> None:
    vectors = {(vector.kind, vector.name): vector.values for vector in of_papers([(1, OWLS)], model)[0]}
    first, second = vectors["passages", "1.0"], vectors["passages", "1.1"]
    rain = vectors["sentences", "1.3"]
    assert second @ rain > first @ rain
    assert min(first @ vectors["sentences", "1.title"], second @ vectors["sentences", "1.title"]) > 0.5
