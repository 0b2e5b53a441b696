"""The relations between the content words of a sentence, whatever its wording."""

from __future__ import annotations

import pytest

from rag.verify.rules.relations import relations_of
from rag.verify.rules.sentence import read
from tests.verify.rules.checked import kinds


def relations(text: str) -> set[tuple[str, str, str]]:
    """Each relation in `text`: its head, its name, and what depends on the head."""
    sentence = read(text)
    words = sentence.words
    pairs = relations_of(sentence).between.items()
    return {(words[head].text, kind, words[end].text) for (head, end), found in pairs for kind in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Teachers supervise students.", "supervise subj teachers, supervise obj students"),
        ("Students are supervised by teachers.", "supervised subj teachers, supervised obj students"),
        ("OwlNet is a network that finds voles.", "network rel finds, finds subj network, finds obj voles"),
        ("The sensor uses a network trained on echoes.", "trained obj network, trained on echoes"),
        ("The density of bats falls.", "density of bats, falls subj density"),
        ("The matrix is sparse.", "matrix mod sparse"),
        ("The network filters the noise and counts the owls.", "filters conj counts, counts subj network"),
        ("The owl left because the barn burned.", "left comp burned, burned subj barn"),
        ("The owl listens to find voles.", "listens comp find, find obj voles"),
    ],
    ids=lambda text: text[:24],
)
def test_what_a_word_is_to_another(text: str, expected: str) -> None:
    assert {tuple(relation.split()) for relation in expected.split(", ")} <= relations(text)


def test_no_word_is_related_to_itself() -> None:
    assert all(head != end for head, end in relations_of(read("A long-range, vole-eating owl-like owl.")).between)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Students are supervised by teachers.", "Teachers supervise students."),
        ("Teachers supervise students.", "Students are supervised by teachers."),
        ("Echoes are recorded by the microphone at night.", "The microphone records echoes at night."),
        ("The network recognizes the wingbeats of moths.", "The wingbeats of moths are recognized by the network."),
        ("BatNet is outperformed by OwlNet.", "OwlNet outperforms BatNet."),
        ("Stress in owls is caused by noise.", "Noise causes stress in owls."),
    ],
)
def test_active_and_passive_say_the_same(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The segmentation of images requires labels.", "Image segmentation requires labels."),
        ("The network estimates the depth of ponds.", "The network estimates pond depth."),
        ("A detector for moths is trained on echoes.", "A moth detector is trained on echoes."),
        ("A network trained on echoes locates moths.", "A network that is trained on echoes locates moths."),
        ("The network uses microphones mounted on trees.", "The network uses microphones that are mounted on trees."),
        ("Owls hunting at night rely on their ears.", "Owls that hunt at night rely on their ears."),
        ("The sensors measuring wind use little power.", "The sensors that measure wind use little power."),
    ],
)
def test_a_compound_is_a_phrase_with_of_and_a_participle_a_relative_clause(first: str, second: str) -> None:
    assert kinds(first, second) == set()
    assert kinds(second, first) == set()
