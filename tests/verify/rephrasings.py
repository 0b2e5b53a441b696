"""Sentences of abstracts in other words with the same meaning, which an answer may contain."""

from __future__ import annotations

import re

from rag.answer.types import Citation
from rag.language.tokens import STOP_WORDS
from rag.paper import Paper

from .cases import Case, Make, Origin, changed, pairs, replaced

OPENINGS = ("Moreover,", "In this work, we show that", "Experiments demonstrate that", "Finally, we find that")
SYNONYMS = (
    "faster quicker shows demonstrates uses employs improves enhances reduces lowers method approach many numerous "
    "important crucial existing current outperforms surpasses significantly considerably often frequently previous "
    "earlier achieves attains requires needs obtain get helps aids difficult hard various several while whereas"
).split()
_LEADING = re.compile(r"^(On|In|For|With|By|Using) ([^,]{5,60}), ([a-z].*)\.$")


def _opening_dropped(origin: Origin) -> Case:
    return _from_source(origin, f"{origin.rng.choice(OPENINGS)} {_lowered(origin.text)}")


def _third_person(origin: Origin) -> Case | None:
    name = origin.sentence.paper.short_name
    return (
        _from_source(origin, f"Our method{origin.text[len(name) :]}") if name and origin.text.startswith(name) else None
    )


def _from_source(origin: Origin, source: str) -> Case:
    """The sentence unchanged, citing an abstract that consists of `source`, the same in the words of its authors."""
    paper = Paper(origin.sentence.paper.title, source)
    return Case(origin.text, (Citation(1, paper, 0, len(source)),))


def _synonyms(origin: Origin) -> Case | None:
    return changed(origin, replaced(origin.text, pairs(SYNONYMS)))


def _reordered(origin: Origin) -> Case | None:
    written = _LEADING.sub(lambda found: f"{_capitalized(found[3])} {found[1].lower()} {found[2]}.", origin.text)
    return changed(origin, written)


def _merged(origin: Origin) -> Case:
    written = f"{origin.text.rstrip('.')}, and {_lowered(origin.sibling.text)}"
    return Case(written, (origin.sentence.cited(), origin.sibling.cited()))


def _two_papers(origin: Origin) -> Case:
    written = f"{origin.text.rstrip('.')}, while {_lowered(origin.stranger.text)}"
    return Case(written, (origin.sentence.cited(), origin.stranger.cited(2)))


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:] if text.split()[0].lower() in STOP_WORDS else text


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]


REPHRASINGS: dict[str, Make] = {
    "opening dropped": _opening_dropped,
    "third person": _third_person,
    "synonyms": _synonyms,
    "reordered": _reordered,
    "two sentences": _merged,
    "two papers": _two_papers,
}
