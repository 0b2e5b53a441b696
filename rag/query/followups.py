"""Follow-up questions: which earlier question or cited paper a question refers to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.intent import cited_scope

# A question that depends on the one before it: it opens with a connective, or refers to something it does not name.
# "that" only refers to something after a verb or preposition, or at the end; elsewhere it introduces a clause.
_DEPENDENT = re.compile(
    r"^\s*(and|or|but|also|then|so|what about|how about|which of)\b|"
    r"\b(it|its|they|them|their|these|those|this|the (first|second|third|last|other|former|latter)|ones?(?!-)|same)\b|"
    r"\b(do|does|did|is|was|use|uses|about|after|at|before|by|for|from|in|like|of|on|than|to|with)\s+that\b|"
    r"\bthat\W*$",
    re.IGNORECASE,
)

# References to cited papers. An ordinal must precede a word for a paper or nothing: "the second layer" is no paper.
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_REFERENCE = re.compile(
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
    """Whether `question` may refer to cited papers: by position, by number, as "it" or as "of those"."""
    return bool(_REFERENCE.search(question) or _IT.search(question) or cited_scope(question))


def rewrites(
    question: str,
    earlier: Sequence[str],
    cited: Sequence[Paper] = (),
    numbered: Mapping[int, Paper] = MappingProxyType({}),
) -> list[str]:
    """The queries to search with for `question`: itself, and if it is a follow-up, first with its context before it.

    `earlier` are the user's earlier questions in the conversation, oldest first; `cited` are the papers that its last
    answer cited, in order; `numbered` are all papers with a citation number. The context of "the second one" and "[2]"
    is the paper's title, as is that of "it" if the last answer cited one paper; otherwise it is the question before.
    """
    if titles := _referenced_titles(question, cited, numbered):
        rest = " ".join(_REFERENCE.sub(" ", question).split())
        repeats_question = bool(earlier) and not content_terms(rest)  # "and the last one?"
        subject = earlier[-1] if repeats_question else rest
        return [f"{' '.join(titles)} {subject}", subject]
    return [f"{earlier[-1]} {question}", question] if earlier and _DEPENDENT.search(question) else [question]


def _referenced_titles(question: str, cited: Sequence[Paper], numbered: Mapping[int, Paper]) -> list[str]:
    """The titles of the papers that `question` refers to, each once, in order."""
    papers: list[Paper | None] = []
    for reference in _REFERENCE.finditer(question):
        if reference["number"]:
            papers.append(numbered.get(int(reference["number"])))
        elif reference["ordinal"].lower() == "last":
            papers.append(cited[-1] if cited else None)
        else:
            position = _ORDINALS.index(reference["ordinal"].lower())
            papers.append(cited[position] if position < len(cited) else None)
    if not papers and len(cited) == 1 and _IT.search(question):
        papers = [cited[0]]
    return list(dict.fromkeys(paper.title for paper in papers if paper))
