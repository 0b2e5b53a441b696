"""What says the same as a sentence of an abstract, in other words: an answer may say it."""

from __future__ import annotations

import re

from rag.answer.types import Citation
from rag.language.tokens import STOP_WORDS
from rag.paper import Paper

from .planted import Case, Make, Place, changed, pairs, replaced

OPENINGS = ("Moreover,", "In this work, we show that", "Experiments demonstrate that", "Finally, we find that")
SYNONYMS = (
    "faster quicker shows demonstrates uses employs improves enhances reduces lowers method approach many numerous "
    "important crucial existing current outperforms surpasses significantly considerably often frequently previous "
    "earlier achieves attains requires needs obtain get helps aids difficult hard various several while whereas"
).split()
_LEADING = re.compile(r"^(On|In|For|With|By|Using) ([^,]{5,60}), ([a-z].*)\.$")


def _opening(place: Place) -> Case:
    return _said_as(place, f"{place.chance.choice(OPENINGS)} {lowered(place.text)}")


def _third_person(place: Place) -> Case | None:
    name, colon, _ = place.told.paper.title.partition(":")
    return _said_as(place, f"Our method{place.text[len(name) :]}") if colon and place.text.startswith(name) else None


def _said_as(place: Place, source: str) -> Case:
    """The sentence as it is, of an abstract that says it as its authors do."""
    paper = Paper(place.told.paper.title, source)
    return Case(place.text, (Citation(1, paper, 0, len(source)),))


def _synonyms(place: Place) -> Case | None:
    return changed(place, replaced(place.text, pairs(SYNONYMS)))


def _reordered(place: Place) -> Case | None:
    turned = _LEADING.sub(lambda found: f"{_capital(found[3])} {found[1].lower()} {found[2]}.", place.text)
    return changed(place, turned)


def _merged(place: Place) -> Case:
    written = f"{place.text.rstrip('.')}, and {lowered(place.sibling.text)}"
    return Case(written, (place.told.cited(), place.sibling.cited()))


def _two_papers(place: Place) -> Case:
    written = f"{place.text.rstrip('.')}, while {lowered(place.stranger.text)}"
    return Case(written, (place.told.cited(), place.stranger.cited(2)))


def lowered(text: str) -> str:
    return text[0].lower() + text[1:] if text.split()[0].lower() in STOP_WORDS else text


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


RETOLD: dict[str, Make] = {
    "opening dropped": _opening,
    "third person": _third_person,
    "synonyms": _synonyms,
    "reordered": _reordered,
    "two sentences": _merged,
    "two papers": _two_papers,
}
