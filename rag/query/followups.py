"""What a question asks for, read from its words alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rag.language.tokens import content_terms
from rag.query.intent import cited_scope

# A question that leans on the one before it: it opens with a connective, or points at something it does not name.
# "that" points only behind a verb or preposition or at the end ("does that hold"); elsewhere it opens a clause.
_DEPENDENT = re.compile(
    r"^\s*(and|or|but|also|then|so|what about|how about|which of)\b|"
    r"\b(it|its|they|them|their|these|those|this|the (first|second|third|last|other|former|latter)|ones?(?!-)|same)\b|"
    r"\b(do|does|did|is|was|use|uses|about|after|at|before|by|for|from|in|like|of|on|than|to|with)\s+that\b|"
    r"\bthat\W*$",
    re.IGNORECASE,
)

# Pointers to papers that an answer cited. An ordinal needs a word for a paper, or none: "the second layer" is no paper.
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_POINTER = re.compile(
    rf"""
    \[(?P<number>[0-9]{{1,3}})\]
    | \b the \s+ (?P<ordinal>{"|".join(_ORDINALS)}|last) \b
        (?: \s+ (?:one|paper|article|study|work|method|approach|model|result|source) \b
            | \s+ of \s+ (?:them|these|those) \b
            | (?= \s+ (?:and|or|with|than|to|from) \s+ the \b | \W*$
                | \s+ (?:differ|compare|do|does|is|are|has|(?:say|need|use|work)s?) \b ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IT = re.compile(r"\b(it|its|(this|that|the) (paper|article|study|work|method|approach|model))\b", re.IGNORECASE)


def refers_back(question: str) -> bool:
    """Whether `question` may speak of a paper by its place in an answer, its number, as "it" or "of those"."""
    return bool(_POINTER.search(question) or _IT.search(question) or cited_scope(question))


def rewrites(
    question: str, earlier: Sequence[str], cited: Sequence[str] = (), numbered: Mapping[int, str] = MappingProxyType({})
) -> list[str]:
    """The ways to look for what `question` asks: as it is, and where it leans on what was said, behind that too.

    `earlier` are the user's earlier questions of the conversation, oldest first; `cited` are the titles that its last
    answer cited, in order, and `numbered` all titles by citation number. "The second one" and "[2]" lean on a title,
    "it" does where the last answer cited one paper, and all else leans on the question before.
    """
    if titles := _pointed_at(question, cited, numbered):
        rest = " ".join(_POINTER.sub(" ", question).split())
        asked = (
            rest if content_terms(rest) or not earlier else earlier[-1]
        )  # "and the last one?" asks what was asked before
        return [f"{' '.join(titles)} {asked}", asked]
    return [f"{earlier[-1]} {question}", question] if earlier and _DEPENDENT.search(question) else [question]


def _pointed_at(question: str, cited: Sequence[str], numbered: Mapping[int, str]) -> list[str]:
    titles = []
    for pointer in _POINTER.finditer(question):
        if pointer["number"]:
            titles.append(numbered.get(int(pointer["number"])))
        elif pointer["ordinal"].lower() == "last":
            titles.append(cited[-1] if cited else None)
        else:
            place = _ORDINALS.index(pointer["ordinal"].lower())
            titles.append(cited[place] if place < len(cited) else None)
    if not titles and len(cited) == 1 and _IT.search(question):
        return list(cited)
    return list(dict.fromkeys(filter(None, titles)))
