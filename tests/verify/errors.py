"""Sentences of abstracts with an error planted in each, as models make them and no answer may contain."""

from __future__ import annotations

import re

from .cases import Case, Make, Origin, changed, pairs, replaced

REVERSED = (
    "faster slower higher lower better worse more less larger smaller large small superior inferior fewer more "
    "increases decreases improves degrades reduces increases outperforms underperforms improve degrade reduce increase "
    "increase decrease outperform underperform improving degrading reducing increasing lower higher less more"
).split()
UNITS = "% points hours minutes million billion GB MB fps ms times % ms seconds thousand million".split()
REVERSED_BOUNDS = {"up to ": "at least ", "at least ": "up to ", "at most ": "at least "}
STRENGTHENED = "some all often always sometimes always most all usually always many all several all".split()
GENERAL_KNOWLEDGE = (
    "Diffusion models generate images by gradually removing noise from a random sample.",
    "Transformers were introduced in 2017 and rely on self-attention.",
    "Monocular depth estimation is widely used in autonomous driving.",
    "Neural networks are trained with stochastic gradient descent.",
    "Batch normalization stabilizes the training of deep networks.",
    "Large language models can answer questions in natural language.",
    "Bayesian methods quantify uncertainty in predictions.",
    "Convolutional networks share weights across the positions of an image.",
    "Overfitting occurs when a model memorizes its training data.",
    "Attention has a cost that is quadratic in the length of a sequence.",
    "Variational autoencoders maximize a lower bound on the likelihood.",
    "Graph neural networks pass messages between neighbouring nodes.",
    "ImageNet contains more than a million labelled images.",
    "Reinforcement learning agents maximize an expected reward.",
    "Contrastive learning pulls similar samples together and pushes others apart.",
    "Dropout randomly disables neurons during training.",
    "Gaussian processes scale cubically with the number of data points.",
    "Point clouds are commonly captured by LiDAR sensors.",
)
_NAME = re.compile(r"(?<![\w-])(?:[A-Z][a-z]*[A-Z0-9][\w-]*|[A-Z]-[A-Z][\w-]*)\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w-]|[.,]\d)")
_COMPARISON = re.compile(r"\b(?:than|outperforms?|surpass(?:es)?|exceeds?|beats?|compared (?:to|with))\b")
_VERB = re.compile(r"\b(?:is|are|can|does|will|has been|have been)\b(?! not| only| just)")
_HEDGE = re.compile(r"\b(?:may|might|possibly|potentially|probably|perhaps) ")
_ALL = re.compile(r"\b(?:all|any|each|every|always)\b")
_BOUND = re.compile(r"\b(?:up to|at least|at most) (?=\d)")
_NEGATION = re.compile(r"\b(?:not (?!only)|cannot|never |without)")
_AFFIRMED = {"cannot": "can", "without": "with"}


def _number_changed(origin: Origin) -> Case | None:
    numbers = _NUMBER.findall(origin.text)
    if not numbers:
        return None
    old = origin.rng.choice(numbers)
    new = f"{float(old) * origin.rng.choice((0.5, 1.5, 2, 3)) + 1:.1f}".removesuffix(".0")
    return changed(origin, replaced(origin.text, {old: new}, 1)) if new not in origin.sentence.paper.abstract else None


def _numbers_exchanged(origin: Origin) -> Case | None:
    numbers = list(dict.fromkeys(_NUMBER.findall(origin.text)))[:2]
    return changed(origin, replaced(origin.text, dict(zip(numbers, numbers[::-1], strict=True)))) if numbers else None


def _unit_changed(origin: Origin) -> Case | None:
    units = pairs(UNITS)
    either = "|".join(map(re.escape, units))
    return changed(origin, re.sub(rf"(?<=\d)(\s?)({either})(?!\w)", lambda m: f"{m[1]}{units[m[2]]}", origin.text))


def _name_replaced(origin: Origin) -> Case | None:
    own, names = origin.sentence.paper, _NAME.findall(origin.text)
    others = [name for name in _NAME.findall(origin.stranger.text) if name not in f"{own.title} {own.abstract}"]
    return changed(origin, origin.text.replace(names[0], others[0])) if names and others else None


def _names_exchanged(origin: Origin) -> Case | None:
    found = _COMPARISON.search(origin.text)
    if not found:
        return None
    before, after = _NAME.findall(origin.text[: found.start()]), _NAME.findall(origin.text[found.end() :])
    if not before or not after or before[-1] in after[0] or after[0] in before[-1]:
        return None
    return changed(origin, replaced(origin.text, {before[-1]: after[0], after[0]: before[-1]}))


def _negation_added(origin: Origin) -> Case | None:
    return changed(origin, _VERB.sub(lambda found: f"{found[0]} not", origin.text, count=1))


def _negation_dropped(origin: Origin) -> Case | None:
    return changed(origin, _NEGATION.sub(lambda found: _AFFIRMED.get(found[0], ""), origin.text, count=1))


def _hedge_dropped(origin: Origin) -> Case | None:
    return changed(origin, _HEDGE.sub("", origin.text))


def _strengthened(origin: Origin) -> Case | None:
    if _BOUND.search(origin.text):
        return changed(origin, _BOUND.sub(lambda found: REVERSED_BOUNDS[found[0]], origin.text))
    return changed(origin, replaced(origin.text, pairs(STRENGTHENED), 1)) if not _ALL.search(origin.text) else None


def _reversed(origin: Origin) -> Case | None:
    return changed(origin, replaced(origin.text, pairs(REVERSED), 1))


def _other_paper_cited(origin: Origin) -> Case:
    return Case(origin.text, (origin.stranger.cited(),))


def _other_sentence_cited(origin: Origin) -> Case:
    return Case(origin.text, (origin.sibling.cited(),))


def _general_knowledge(origin: Origin) -> Case:
    return Case(origin.rng.choice(GENERAL_KNOWLEDGE), (origin.sentence.cited(),))


ERRORS: dict[str, Make] = {
    "number": _number_changed,
    "numbers exchanged": _numbers_exchanged,
    "unit": _unit_changed,
    "name": _name_replaced,
    "names exchanged": _names_exchanged,
    "negated": _negation_added,
    "negation dropped": _negation_dropped,
    "reversed": _reversed,
    "hedge dropped": _hedge_dropped,
    "strengthened": _strengthened,
    "wrong paper": _other_paper_cited,
    "wrong sentence": _other_sentence_cited,
    "general knowledge": _general_knowledge,
}
