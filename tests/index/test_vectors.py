"""A paper has vectors of its whole, its sentences and its passages, each with an id of its own."""

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


def texts(vectors: list[Vector]) -> dict[Granularity, dict[str, str]]:
    """For each granularity, the ids of its vectors with their texts."""
    return {
        granularity: {vector.id: vector.text for vector in vectors if vector.granularity == granularity}
        for granularity in GRANULARITIES
    }


def sentence_vector(id: str, paper: Paper, model: embedding.Embedding) -> np.ndarray:
    """The vector with this id, of a sentence or the title of `paper`, number 1."""
    vectors, _ = of_papers([(1, paper)], model)
    return next(vector.values for vector in vectors if (vector.granularity, vector.id) == ("sentences", id))


def test_a_paper_has_vectors_of_its_whole_and_of_its_parts(model: embedding.Embedding) -> None:
    assert texts(of_papers([(7, OWLS)], model)[0]) == {
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
def test_every_vector_has_length_one_and_a_unique_id(model: embedding.Embedding, abstract: str) -> None:
    vectors, _ = of_papers([(1, Paper("Title " * 80, abstract)), (2, OWLS)], model)
    assert np.linalg.norm([vector.values for vector in vectors], axis=1) == pytest.approx(1.0, abs=1e-5)
    ids = [(vector.granularity, vector.id) for vector in vectors]
    assert len(set(ids)) == len(ids)
    assert {vector.paper for vector in vectors} == {1, 2}


def test_papers_have_the_same_vectors_embedded_together_as_alone(model: embedding.Embedding) -> None:
    coral = Paper("Coral", "Coral bleaches. " + "Divers swim. " * 3)
    chunk = [(2, coral), (1, OWLS), (3, Paper("Jars", "word " * 600))]
    together, in_context = of_papers(chunk, model)
    each = [of_papers([one], model) for one in chunk]
    alone = list(chain.from_iterable(vectors for vectors, _ in each))
    assert [(each.granularity, each.id, each.text) for each in together] == [
        (each.granularity, each.id, each.text) for each in alone
    ]
    assert all(one.values @ other.values > 0.9999 for one, other in zip(together, alone, strict=True))
    for (number, one), (_, [(alike, other)]) in zip(in_context, each, strict=True):
        assert number == alike
        assert one == pytest.approx(other, abs=0.01)


def test_each_content_word_of_title_and_abstract_is_embedded_once(model: embedding.Embedding) -> None:
    _, [(number, words)] = of_papers([(7, OWLS)], model)
    assert (number, len(words)) == (7, len("Owls Noon".split()) + len("Owls hunt voles hoot count rains".split()))
    assert np.linalg.norm(words, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_repeated_text_is_embedded_once(model: embedding.Embedding) -> None:
    found = texts(of_papers([(1, Paper("Owls", "Hoot. Hoot. Hoot. Hoot. Hoot. Fly. Hoot."))], model)[0])
    assert found["sentences"] == {"1.title": "Owls", "1.0": "Hoot.", "1.5": "Fly."}
    assert list(found["passages"].values()) == ["Hoot. Hoot. Hoot.", "Hoot. Fly. Hoot."]


def test_the_end_of_a_sentence_beyond_the_limit_of_the_model_counts(model: embedding.Embedding) -> None:
    filler = "the harbour was calm and " * 80
    ends = ("an octopus opened the jar", "it stayed so")
    vectors = [sentence_vector("1.0", Paper("Sea", f"{filler}{end}."), model) for end in ends]
    question = np.array(model.get_query_embedding("how do cephalopods unscrew lids?"))
    assert vectors[0] @ question > vectors[1] @ question + 0.05


def test_a_passage_is_near_its_sentences_and_its_title(model: embedding.Embedding) -> None:
    vectors = {(vector.granularity, vector.id): vector.values for vector in of_papers([(1, OWLS)], model)[0]}
    first, second = vectors["passages", "1.0"], vectors["passages", "1.1"]
    rain = vectors["sentences", "1.3"]
    assert second @ rain > first @ rain
    assert min(first @ vectors["sentences", "1.title"], second @ vectors["sentences", "1.title"]) > 0.5
