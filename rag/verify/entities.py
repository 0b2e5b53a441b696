"""Names of methods, data sets and people, recognised by capitals and digits: does the source have them?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from rag.language.cues import PROPOSAL_VERBS
from rag.language.tokens import HYPHEN, STOP_WORDS, Token, scan, stem, stem_set, tokenize
from rag.paper import Paper

# Words with which papers are described: they add nothing to what the source says.
NEUTRAL_WORDS = tuple(
    """
    paper work study author authors method approach model framework propose present introduce show demonstrate find
    describe develop address aim achieve provide offer allow enable use using based called named known new novel
    specifically particularly additionally furthermore moreover however similarly respectively respective both each
    while whereas example instance including include focus technique result results report state make help compare
    compared differ difference contrast like unlike thus therefore also according key main further different
    """.split()
)
_NAMED = "|".join([*PROPOSAL_VERBS, "call(?:ed)?", "term(?:ed)?", "named?", "dub(?:bed)?"])
# "A long name (ACRONYM)", "we propose it, Name".
_INTRODUCTION = re.compile(
    rf"\((?P<acronym>[A-Z][\w-]*[A-Z0-9][\w-]*)\)|\b(?:{_NAMED})\s+(?:it\s+)?(?P<name>[A-Z][\w-]+)"
)
_CAPITAL_OR_DIGIT = re.compile(r"[A-Z0-9]")


def introduced_entities(paper: Paper) -> frozenset[str]:
    """The names that the abstract gives to its own method or data, in normal form: "we propose X", "long name (X)"."""
    found = (match["acronym"] or match["name"] for match in _INTRODUCTION.finditer(paper.abstract))
    return frozenset(map(_normal_form, found))


def entities_in(text: str) -> list[str]:
    """The names in `text`, in order. Every capitalised word counts, also the first, except NEUTRAL_WORDS."""
    names = (name for token in scan(text, HYPHEN, decimals=False) if (name := _name_in(token)))
    return [name for name in names if stem(name.lower()) not in stem_set(NEUTRAL_WORDS)]


def unknown_entity(clause: str, title: str, quoted: str, own: frozenset[str]) -> str:
    """The first name in `clause` that is in neither `title` nor `quoted`, nor one of the paper's `own`; "" if all are.

    A name that occurs once in `quoted` and twice in `clause` has replaced another there. The first word is not a name
    if it is a stop word or another form of a word of the source: "We train" may become "Training", not "Zorblax
    trains".
    """
    source = f"{title} {quoted}"
    known, own_names = _forms(source) | own, _forms(title) | own
    source_stems, quoted_counts = set(map(stem, tokenize(source))), Counter(entities_in(quoted))
    for name, count in Counter(entities_in(clause)).items():
        is_ordinary = clause.startswith(name) and (name.lower() in STOP_WORDS or stem(name.lower()) in source_stems)
        is_repeated = 0 < quoted_counts[name] < count and _normal_form(name) not in own_names
        if is_repeated or (_normal_form(name) not in known and not is_ordinary):
            return name
    return ""


def _name_in(token: Token) -> str:
    """The name in `token`: "Gaussian" in "non-Gaussian", "ResNet-50" as it is; "" if it has none."""
    if token.kind == "mark":
        return ""
    parts = (part for part in scan(token.text, decimals=False) if part.kind != "mark")
    start = next((part.start for part in parts if _CAPITAL_OR_DIGIT.search(part.text)), len(token.text))
    name = token.text[start:]
    return name if any(map(str.isalpha, name)) else ""


def _forms(text: str) -> set[str]:
    """The words of `text`, their parts and pairs of neighbours in normal form, all also in singular and plural."""
    tokens = [_normal_form(token) for token in text.split()]
    parts = list(_parts(text))
    found = {*tokens, *parts, *map("".join, pairwise(tokens)), *map("".join, pairwise(parts))}
    return found | {form[:-1] for form in found if form.endswith("s")} | {f"{form}s" for form in found}


def _normal_form(text: str) -> str:
    return "".join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    tokens = scan(text.lower().replace("_", " "), decimals=False)
    return (token.text for token in tokens if token.kind != "mark")
