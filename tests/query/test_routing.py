"""What a message wants is recognised in words that the classifiers were not fitted to."""

from __future__ import annotations

import json
from collections import Counter
from typing import get_args

import numpy as np
import pytest

from rag.models import embedding
from rag.query.intent import Intent, Wish
from rag.query.route_training import examples
from rag.query.routing import FRAMES, UTTERANCES, WEIGHTS, Router, features, frame, read_examples, topic
from tests.conftest import DATA

# Written independently of frames and utterances.
HELD_OUT = [json.loads(line) for line in (DATA / "utterances.jsonl").read_text(encoding="utf-8").splitlines()]
LABELS: dict[str, str | None] = {"metadata": "list", "foreign": None, "search": None}
REWRITES = dict.fromkeys(("shorter", "longer", "table", "titles", "rephrase"), "rewrite")


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(embedding.load("bundled"))


def test_most_held_out_utterances_are_recognised(router: Router) -> None:
    right, total = Counter[str](), Counter[str]()
    for example in HELD_OUT:
        expected = LABELS.get(example["route"], example["route"])
        wish = router(example["text"]).wish
        total[str(expected)] += 1
        right[str(expected)] += (REWRITES.get(str(wish), wish)) == expected
    assert right.total() / total.total() >= 0.88
    assert right["None"] / total["None"] >= 0.92  # a question that is searched for is the costliest to lose
    assert min(right[label] / total[label] for label in total if label != "paper") >= 0.7


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("which networks can tell animals apart at night?", "papers"),
        ("my owls fly away. what do people do about it?", "papers"),
        ("what are the limitations of owl tracking?", "survey"),
        ("which is faster, an owl or a bat?", "comparison"),
        ("what does echolocation mean?", "definition"),
        ("is an owl faster than a bat?", "yesno"),
        ("how many voles does an owl eat a night?", "fact"),
    ],
)
def test_the_likeliest_intent_fits_the_question(router: Router, question: str, intent: Intent) -> None:
    assert router(question).intents[0] == intent
    assert sorted(router(question).intents) == sorted(get_args(Intent))


def test_a_frame_keeps_the_words_of_frames_and_a_topic_is_what_is_left() -> None:
    assert frame("How many papers use snowy owls?") == "how many papers use X?"
    assert topic("How many papers use snowy owls?") == "snowy owls"
    assert frame("tell me more about [12]") == "tell me more about [2]"
    assert topic('How many papers mention "snowy owls" or "voles"?') == "snowy owls or voles"
    assert topic("hello") == ""
    assert topic("ok. how many papers use snowy owls? both spellings please") == "snowy owls"
    assert frame("show me the 5 newest papers on owls") == "show me the newest papers on X"
    assert frame("whats an owl?") == frame("what's an owl?")


def test_every_example_has_a_label_and_none_has_two() -> None:
    found = [example for path in (FRAMES, UTTERANCES) for example in read_examples(path)]
    assert {example.label for example in found} == {"topics", "search", *get_args(Wish), *get_args(Intent)}
    labels: dict[str, set[str]] = {}
    for example in found:
        label = "search" if example.label in get_args(Intent) else example.label
        labels.setdefault(example.text.lower(), set()).add(label)
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}


def test_the_weights_were_fitted_to_the_examples() -> None:
    """They decide nearly all of them as labelled; if not, run `make routes`."""

    model = embedding.load("bundled")
    found = [example for example in examples() if example.label in get_args(Wish)]
    seen, labels = features([text for _, text in found], model), [label for label, _ in found]
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        logits = seen @ kept["wish_coefficients"].T + kept["wish_intercepts"]
        decided = kept["wish_labels"][logits.argmax(axis=1)]
        assert set(kept["wish_labels"]) == {"search", *get_args(Wish)}
    assert np.mean(decided == np.array(labels)) >= 0.95
