"""Names, acronyms and data sets, told by their capitals and digits: does a source know those of a sentence?"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from rag.language.tokens import STOP_WORDS, stem, tokenize
from rag.paper import Paper

# Words with which one tells of papers: they add nothing to what a source says.
NEUTRAL = frozenset(
    map(
        stem,
        """
    paper work study author authors method approach model framework propose present introduce show demonstrate find
    describe develop address aim achieve provide offer allow enable use using based called named known new novel
    specifically particularly additionally furthermore moreover however similarly respectively respective both each
    while whereas example instance including include focus technique result results report state make help compare
    compared differ difference contrast like unlike thus therefore also according key main further different
    """.split(),
    )
)
_NAME = re.compile(r"\b(?:[A-Z][\w]*[A-Z0-9][\w-]*|[a-z]+[A-Z0-9][\w-]*|[A-Z][\w-]*)\b|\b\w*\d[\w-]*[a-zA-Z]\w*\b")
_NAMING = re.compile(
    r"\((?P<a>[A-Z][\w-]*[A-Z0-9][\w-]*)\)|"
    r"\b(?:propose|introduce|present|develop|call(?:ed)?|term(?:ed)?|named?|dub(?:bed)?)\s+(?:it\s+)?(?P<b>[A-Z][\w-]+)"
)


def introduced_entities(paper: Paper) -> frozenset[str]:
    """What the abstract calls its method or data, wherever it says so: "we propose X", "some long name (X)"."""
    found = (match["a"] or match["b"] for match in _NAMING.finditer(paper.abstract))
    return frozenset(map(_flat, found))


def entities_in(text: str) -> list[str]:
    """Names, acronyms and data sets, told by capitals and digits; a first word is one if there is more to it."""
    return [match[0] for match in _NAME.finditer(text) if not NEUTRAL.intersection([stem(match[0].lower())])]


def unknown_entity(clause: str, title: str, quoted: str, own: frozenset[str]) -> str:
    """The first name in `clause` that neither `title` nor `quoted` has, nor is one of the paper's `own`.

    One that `clause` has twice and `quoted` once stands there in place of another. The first word is none if it is an
    ordinary one, or one of theirs in another form: "We train" may become "Training", and not "Zorblax trains".
    """
    here, counts, its_own = _forms(f"{title} {quoted}") | own, Counter(entities_in(quoted)), _forms(title) | own
    theirs = {stem(word) for word in tokenize(f"{title} {quoted}")}
    for name, count in Counter(entities_in(clause)).items():
        ordinary = clause.startswith(name) and (name.lower() in STOP_WORDS or stem(name.lower()) in theirs)
        again = 0 < counts[name] < count and _flat(name) not in its_own
        if again or (_flat(name) not in here and not ordinary):
            return name
    return ""


def _forms(text: str) -> set[str]:
    """All words of `text` and their parts, pairs of neighbours in one, and without the ending of a plural."""
    tokens = [_flat(token) for token in text.split()]
    parts = [_flat(part) for part in re.findall(r"[^\W_]+", text)]
    found = {*tokens, *parts, *map("".join, pairwise(tokens)), *map("".join, pairwise(parts))}
    return found | {form[:-1] for form in found if form.endswith("s")} | {f"{form}s" for form in found}


def _flat(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
