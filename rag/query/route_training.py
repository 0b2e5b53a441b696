"""Fits the classifiers of `rag.query.routing` to their examples. `make routes` runs it; nothing else needs it."""

from __future__ import annotations

import random
import re
from typing import get_args

from rag.models import embedding
from rag.query.intent import Intent
from rag.query.routing import FRAMES, TOPIC, UTTERANCES, WEIGHTS, Example, features, read_examples

COPIES = 4  # of a frame, each with other topics
BARE_COPIES = 15  # of a frame that is little but topics, as most of what people type is
INVERSE_REGULARIZATION = 30.0  # a flat optimum: from 10 to 100, as many of the held-out utterances are right
_SEED = 1


def examples() -> list[Example]:
    """All examples, the frames filled with topics."""
    frames = read_examples(FRAMES)
    topics = [example.text for example in frames if example.label == "topics"]
    rng = random.Random(_SEED)

    def filled(text: str) -> str:
        return re.sub(rf"\b{TOPIC}\b", lambda _: rng.choice(topics), text)

    return read_examples(UTTERANCES) + [
        Example(label, filled(text)) for label, text in frames if label != "topics" for _ in range(_copies(text))
    ]


def _copies(frame: str) -> int:
    words = re.findall(r"\w+", frame)
    if TOPIC not in words:
        return 1
    return BARE_COPIES if len(set(words) - {TOPIC}) <= 1 and len(words) <= 3 else COPIES  # "X", "X or X?"


def main() -> None:
    """Writes WEIGHTS: a classifier of wishes, for which all intents are "search", and one of intents."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    found = examples()
    seen = features([text for _, text in found], embedding.load("bundled"))
    intents = np.array([label in get_args(Intent) for label, _ in found])
    labels = np.array([label for label, _ in found])
    weights: dict[str, np.ndarray] = {}
    for name, rows, targets in (
        ("wish", np.ones(len(found), dtype=bool), np.where(intents, "search", labels)),
        ("intent", intents, labels),
    ):
        model = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=5_000, class_weight="balanced")
        model.fit(seen[rows], targets[rows])
        weights[f"{name}_labels"] = np.array(model.classes_, dtype=str)
        weights[f"{name}_coefficients"] = model.coef_.astype(np.float32)
        weights[f"{name}_intercepts"] = model.intercept_.astype(np.float32)
    np.savez(WEIGHTS, **weights)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
