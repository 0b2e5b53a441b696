"""Follow-up questions: which earlier question or cited paper a question refers to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.intent import is_bare_term
from rag.query.names import names
from rag.query.routing import topic

# A question that depends on the one before it: it opens with a connective, or refers to something it does not name.
# "that" only refers to something after a verb or preposition, or at the end; elsewhere it introduces a clause.
_DEPENDENT = re.compile(
    r"^\s*(and|or|but|also|then|so|what about|how about|which of)\b|"
    r"\b(it|its|they|them|their|these|those|this|the (first|second|third|last|other|former|latter)|ones?(?!-)|same)\b|"
    r"\b(do|does|did|is|was|use|uses|about|after|at|before|by|for|from|in|like|of|on|than|to|with)\s+that\b|"
    r"\b(?:that|there)\W*$",
    re.IGNORECASE,
)
# An "it" that stands for nothing: "is it possible to train without labels?"
_EXPLETIVE = re.compile(
    r"\b(?:(?:is|was|be|makes?)\s+it|it\s+(?:is|was))\s+(?:even\s+|really\s+|not\s+)?(?:possible|impossible|true|necessary|"
    r"better|best|worth\w*|useful|hard|easy|enough|common|known|clear|likely|safe|important|ok|okay)\b"
    r"|\b(?:does|do|did|will|would)\s+it\s+(?:help|matter|pay|make\s+sense)\b(?=.*\bto\b)",
    re.IGNORECASE,
)
# A thing of the paper spoken of before, without a word that says which: "how many images does the dataset have?"
_OF_THE_PAPER = re.compile(
    r"\bthe\s+(?:paper|study|method|model|approach|network|algorithm|benchmark|data\s?set|data|authors?|results?|"
    r"experiments?|training|evaluation|code)\b(?!\s+(?:of|for|in|on|from|that|which|behind|with|called|[A-Z]))"
)
MAX_TERMS_OF_THE_PAPER = 3  # content words of such a question; one with more stands for itself

# References to cited papers. An ordinal must precede a word for a paper or nothing: "the second layer" is no paper.
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_REFERENCE = re.compile(
    rf"""
    \[(?P<number>[0-9]{{1,3}})\] | \b (?:paper|number|no\.) \s+ (?P<bare>[0-9]{{1,3}}) \b
    | \b (?:the \s+)? first \s+ (?P<several>two|three|four|[2-4]) \b
    | \b the \s+ (?P<ordinal>{"|".join(_ORDINALS)}|last) \b
        (?: \s+ (?:one|paper|article|study|work|method|approach|model|result|source) \b
            | \s+ of \s+ (?:them|these|those) \b
            | (?= \s+ (?:and|or|with|than|to|from) \s+ the \b | \W*$
                | \s+ (?:differ|compare|do|does|is|are|has|(?:say|need|use|work)s?) \b ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_SEVERAL = re.compile(r"\b(?:one|paper|article|study|work|(?:them|these|those))$", re.IGNORECASE)  # what is counted
MAX_NUMBER = 99  # that is taken for a citation where no paper has it
_SEVERAL = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_IT = re.compile(r"\b(it|its|(this|that|the) (paper|article|study|work|method|approach|model))\b", re.IGNORECASE)


def repeats(question: str) -> bool:
    """Whether `question` has no content of its own, such as "why?", and so asks on about the one before."""
    return not content_terms(question)


def depends(question: str) -> bool:
    """Whether `question` may only make sense after the one before it.

    It refers to that, has no topic of its own, or is nothing but a topic: "in medicine?", "transparent objects?".
    """
    text = _EXPLETIVE.sub(" ", question)
    is_short = len(content_terms(question)) <= MAX_TERMS_OF_THE_PAPER and not names(question)
    return bool(
        _DEPENDENT.search(text)
        or (is_short and _OF_THE_PAPER.search(text))
        or not topic(question)
        or is_bare_term(question)
    )


def points_at_papers(question: str) -> bool:
    """Whether `question` refers to papers by number or position."""
    return bool(_REFERENCE.search(question))


def references(question: str) -> list[str]:
    """The words of `question` that refer to papers by number or position, as written."""
    return [match[0] for match in _REFERENCE.finditer(question)]


def speaks_of_it(question: str) -> bool:
    """Whether `question` has an "it", or another word for one paper, that stands for something."""
    return bool(_IT.search(_EXPLETIVE.sub(" ", question)))


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
    if earlier and repeats(question) and not _REFERENCE.search(question):
        return [f"{question} {earlier[-1]}"]
    if titles := [paper.title for paper in referenced(question, cited, numbered)]:
        rest = " ".join(_REFERENCE.sub(" ", question).split())
        repeats_question = bool(earlier) and not content_terms(rest)  # "and the last one?"
        subject = earlier[-1] if repeats_question else rest
        return [f"{' '.join(titles)} {subject}", subject]
    return [f"{earlier[-1]} {question}", question] if earlier and depends(question) else [question]


def referenced(question: str, cited: Sequence[Paper], numbered: Mapping[int, Paper]) -> tuple[Paper, ...]:
    """The papers that `question` refers to by number or position, or as "it", each once, in order."""
    found = [paper for match in _REFERENCE.finditer(question) for paper in _papers_of(match, cited, numbered)]
    if not points_at_papers(question) and len(cited) == 1 and speaks_of_it(question):
        found = [cited[0]]
    return tuple(dict.fromkeys(found))


def absent(question: str, cited: Sequence[Paper], numbered: Mapping[int, Paper]) -> tuple[str, ...]:
    """The words of `question` that refer to papers, where any were cited, but to none of those: "[9]" of three."""
    found = _REFERENCE.finditer(question) if cited and numbered else ()
    missing = (match for match in found if not _papers_of(match, cited, numbered))
    return tuple(dict.fromkeys(match[0] for match in missing if _must_be_paper(match, cited)))


def _papers_of(reference: re.Match[str], cited: Sequence[Paper], numbered: Mapping[int, Paper]) -> list[Paper]:
    """The papers that `reference`, a match of `_REFERENCE`, refers to."""
    if number := reference["number"] or reference["bare"]:
        return [numbered[int(number)]] if int(number) in numbered else []
    if reference["several"]:
        return list(cited[: _SEVERAL[reference["several"].lower()]])
    if reference["ordinal"].lower() == "last":
        return list(cited[-1:])
    position = _ORDINALS.index(reference["ordinal"].lower())
    # In a conversation, "the second one" may also be [2], if the last answer cites a single paper.
    found = cited[position] if position < len(cited) else numbered.get(position + 1)
    return [found] if found else []


def _must_be_paper(reference: re.Match[str], cited: Sequence[Paper]) -> bool:
    """Whether `reference` cannot be to anything else; "the second method" may be one of a single paper."""
    if number := reference["number"] or reference["bare"]:
        return 0 < int(number) <= MAX_NUMBER
    return len(cited) > 1 and bool(_OF_SEVERAL.search(reference[0]))
