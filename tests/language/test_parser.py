"""Which word of a sentence depends on which."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from rag.language.parser import MAX_SENTENCE_LENGTH, Arc, parse
from rag.language.parser_features import murmurhash64a, shape
from tests.loading import loaded_by

# Sentences, tokens separated by spaces, with the arcs that spaCy 2.3.9 draws with the published weights.
PARSES = Path(__file__).parent.parent / "data" / "parses.jsonl"


def relations(sentence: str) -> set[tuple[str, str, str]]:
    """Each word of `sentence`, its label, and its head."""
    words = sentence.split()
    return {(word, arc.label, words[arc.head]) for word, arc in zip(words, parse(words), strict=True)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Teachers supervise students .", "Teachers nsubj supervise, students dobj supervise"),
        ("Students supervise teachers .", "Students nsubj supervise, teachers dobj supervise"),
        ("Students are supervised by teachers .", "Students nsubjpass supervised, teachers nmod supervised"),
        ("The model does not need labels .", "model nsubj need, not neg need, labels dobj need"),
        ("No drug lowered the risk .", "No neg drug, drug nsubj lowered, risk dobj lowered"),
        ("The owl that hunts at night hears mice .", "owl nsubj hears, hunts acl:relcl owl, that nsubj hunts"),
        (
            "The papers which we cite are old .",
            "papers nsubj old, which dobj cite, we nsubj cite, cite acl:relcl papers",
        ),
        ("The network was trained on images of owls .", "images nmod trained, owls nmod images, on case images"),
        ("Pruning removes weights and keeps biases .", "keeps conj removes, weights dobj removes, biases dobj keeps"),
        ("Results improve .", "improve ROOT improve, Results nsubj improve, . punct improve"),
    ],
    ids=lambda text: text[:24],
)
def test_what_a_word_is_to_its_head(sentence: str, expected: str) -> None:
    assert {tuple(relation.split()) for relation in expected.split(", ")} <= relations(sentence)


def test_the_trees_are_those_of_the_reference() -> None:
    parses = [json.loads(line) for line in PARSES.read_text(encoding="utf-8").splitlines()]
    ours = [arc for each in parses for arc in parse(each["sentence"].split())]
    theirs = [Arc(*arc) for each in parses for arc in zip(each["heads"], each["labels"].split(), strict=True)]
    assert len(ours) == len(theirs) > 500
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    assert same / len(theirs) > 0.99  # rounding differs between processors, and could tip a close decision


def test_every_parse_is_a_forest_without_crossing_arcs() -> None:
    for line in PARSES.read_text(encoding="utf-8").splitlines():
        heads = [arc.head for arc in parse(json.loads(line)["sentence"].split())]
        for word, head in enumerate(heads):
            low, high = sorted((word, head))
            assert all(low <= heads[between] <= high for between in range(low + 1, high))
            seen = {word}
            while heads[head] != head:
                assert head not in seen
                seen.add(head)
                head = heads[head]


def test_a_parse_does_not_depend_on_what_was_parsed_before() -> None:
    sentence = "Attention lets each token look at every other token in the sequence .".split()
    first = parse(sentence)
    parse("Results improve .".split())
    assert parse(list(sentence)) == parse(tuple(sentence)) == first


@pytest.mark.parametrize(
    "words",
    [
        [],
        [""],
        [" ", "\n", "\t"],
        ["."] * 40,
        ["(", ")"] * 100,
        ["\ud800", "\0", "\uffff", "🦉", "e\u0301", "İ", "漢字"],
        ["a" * 50_000, "is", "é" * 50_000],
        ["owls"] * (MAX_SENTENCE_LENGTH + 100),
    ],
    ids=["nothing", "empty", "white", "dots", "parentheses", "odd characters", "long words", "many words"],
)
def test_any_list_of_words_has_a_head_and_a_label_for_each(words: list[str]) -> None:
    arcs = parse(words)
    assert len(arcs) == len(words)
    assert all(0 <= arc.head < len(words) and arc.label for arc in arcs)
    assert all((arc.head == index) == (arc.label == "ROOT") for index, arc in enumerate(arcs))


def test_long_sentences_take_time_in_proportion_to_their_length() -> None:
    def seconds(words: list[str]) -> float:
        start = time.process_time()
        parse(words)
        return time.process_time() - start

    seconds(["owls"])  # loads the weights
    assert seconds(["owls", "hear", "mice"] * 1_000) < 40 * seconds(["owls", "hear", "mice"] * 100)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("MiniLM-12", "XxxxXX-dd"), ("3,000", "d,ddd"), ("transformers", "xxxx"), ("…", "…"), ("a" * 100, "LONG")],
)
def test_the_shape_of_a_word(word: str, expected: str) -> None:
    assert shape(word) == expected


def test_the_hash_of_a_string_is_that_of_spacy() -> None:
    assert murmurhash64a(b"coffee") == 3197928453018144401  # in spaCy's documentation of its string store


def test_importing_the_parser_loads_no_weights_and_no_framework() -> None:
    loaded = loaded_by("from rag.language import parser\nassert parser._parser.cache_info().currsize == 0")
    assert not {"torch", "onnxruntime", "spacy", "msgpack"} & loaded
