"""Errors planted in a sentence of an abstract: what models write and no answer may say."""

from __future__ import annotations

import re

from .planted import Case, Make, Place, changed, pairs, replaced

TURNED = (
    "faster slower higher lower better worse more less larger smaller large small superior inferior fewer more "
    "increases decreases improves degrades reduces increases outperforms underperforms improve degrade reduce increase "
    "increase decrease outperform underperform improving degrading reducing increasing lower higher less more"
).split()
UNITS = "% points hours minutes million billion GB MB fps ms times % ms seconds thousand million".split()
BOUNDED = {"up to ": "at least ", "at least ": "up to ", "at most ": "at least "}
STRICT = "some all often always sometimes always most all usually always many all several all".split()
GENERAL = (
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
_DENIAL = re.compile(r"\b(?:not (?!only)|cannot|never |without)")
_AFFIRMED = {"cannot": "can", "without": "with"}


def _number(place: Place) -> Case | None:
    numbers = _NUMBER.findall(place.text)
    if not numbers:
        return None
    old = place.chance.choice(numbers)
    new = f"{float(old) * place.chance.choice((0.5, 1.5, 2, 3)) + 1:.1f}".removesuffix(".0")
    return changed(place, replaced(place.text, {old: new}, 1)) if new not in place.told.paper.abstract else None


def _numbers(place: Place) -> Case | None:
    numbers = list(dict.fromkeys(_NUMBER.findall(place.text)))[:2]
    return changed(place, replaced(place.text, dict(zip(numbers, numbers[::-1], strict=True)))) if numbers else None


def _unit(place: Place) -> Case | None:
    units = pairs(UNITS)
    either = "|".join(map(re.escape, units))
    return changed(place, re.sub(rf"(?<=\d)(\s?)({either})(?!\w)", lambda m: f"{m[1]}{units[m[2]]}", place.text))


def _name(place: Place) -> Case | None:
    own, names = place.told.paper, _NAME.findall(place.text)
    others = [name for name in _NAME.findall(place.stranger.text) if name not in f"{own.title} {own.abstract}"]
    return changed(place, place.text.replace(names[0], others[0])) if names and others else None


def _names(place: Place) -> Case | None:
    found = _COMPARISON.search(place.text)
    if not found:
        return None
    before, behind = _NAME.findall(place.text[: found.start()]), _NAME.findall(place.text[found.end() :])
    if not before or not behind or before[-1] in behind[0] or behind[0] in before[-1]:
        return None
    return changed(place, replaced(place.text, {before[-1]: behind[0], behind[0]: before[-1]}))


def _negated(place: Place) -> Case | None:
    return changed(place, _VERB.sub(lambda found: f"{found[0]} not", place.text, count=1))


def _affirmed(place: Place) -> Case | None:
    return changed(place, _DENIAL.sub(lambda found: _AFFIRMED.get(found[0], ""), place.text, count=1))


def _certain(place: Place) -> Case | None:
    return changed(place, _HEDGE.sub("", place.text))


def _strengthened(place: Place) -> Case | None:
    if _BOUND.search(place.text):
        return changed(place, _BOUND.sub(lambda found: BOUNDED[found[0]], place.text))
    return changed(place, replaced(place.text, pairs(STRICT), 1)) if not _ALL.search(place.text) else None


def _turned(place: Place) -> Case | None:
    return changed(place, replaced(place.text, pairs(TURNED), 1))


def _of_stranger(place: Place) -> Case:
    return Case(place.text, (place.stranger.cited(),))


def _of_sibling(place: Place) -> Case:
    return Case(place.text, (place.sibling.cited(),))


def _general(place: Place) -> Case:
    return Case(place.chance.choice(GENERAL), (place.told.cited(),))


ERRORS: dict[str, Make] = {
    "number": _number,
    "numbers exchanged": _numbers,
    "unit": _unit,
    "name": _name,
    "names exchanged": _names,
    "negated": _negated,
    "negation dropped": _affirmed,
    "turned": _turned,
    "hedge dropped": _certain,
    "strengthened": _strengthened,
    "wrong paper": _of_stranger,
    "wrong sentence": _of_sibling,
    "general knowledge": _general,
}
