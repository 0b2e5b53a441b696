"""What a question asks for, read from its words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.words import words

MAX_TERMS = 64  # of one question in the word index; a pasted page must not become a query of thousands

# Function words, politeness, and the words with which one asks for papers: they match everything and mean nothing.
STOP_WORDS = frozenset(
    """
    a about all also am an and any are as at be because been but by can could did do does doing done each else even
    ever every few for from get gets give given go had has have having he hello help her here hey hi him his how i if
    in into is it its just kind let like list many may me might more most much must my need no nor not now of off on
    one ones only or other our out over please same several shall she should show so some something such tell than
    thank thanks that the their them then there these they thing things this those to too under up use used uses
    using very via want was way we well were what when where whether which while who whom whose why will with without
    would yes yet you your
    d ll m re s t ve
    abstract abstracts article articles authors literature paper papers publication publications study studies work
    works
    """.split()
)

_QUANTITY = re.compile(
    r"\bhow\s+(much|many|fast|large|big|accurate|long|often|small|far|well|strong|good)\b|\bspeed(s|ed)?[ -]?up\b|"
    r"\b(faster|speed|fps|rate|rates|factor|share|percent|percentage|fraction|number|size|accuracy|error|score)\b",
    re.IGNORECASE,
)
# A question that asks for papers and not for what they say: "which papers", "what work is there", "who has studied".
# Several must be meant ("which method" asks for one), and they must not be what is asked about ("what do the papers").
_FOR_PAPERS = re.compile(
    r"""
    \b (?:which|what|how\s+many) (?!\s+(?:do|does|did|is|are|was|were|can|could|has|have)\b) (?:\s+[\w-]+){0,4}? \s+
        (?:papers|articles|studies|publications|preprints|works|methods|approaches|techniques) \b
        (?!\s+(?:do|does|did)\b)
    | \b what (?:\s+(?:other|prior|previous|recent|related))? \s+ (?:work|research|literature) \b
    | \b (?:list|find|name|show|recommend|suggest|any|there\s+(?:is|are)|(?:is|are)\s+there) (?:\s+[\w-]+){0,3}? \s+
        (?:papers|articles|studies|publications|preprints|(?:work|research|literature)\s+(?:on|about|that))\b
    | ^\s* (?:papers|articles|studies|publications|work|research|literature) \s+ (?:on|about|that|which) \b
    | \b who (?:\s+else)? (?:\s+(?:has|have|had))? (?:\s+also)? \s+
        (?:works?|worked|(?:stud|tackl|address|investigat|explor|examin|us)(?:y|ies|ied|es?|ed)?) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A question that leans on the one before it: it opens with a connective, or points at something it does not name.
# "that" points only behind a verb or preposition or at the end ("does that hold"); elsewhere it opens a clause.
_DEPENDENT = re.compile(
    r"^\s*(and|or|but|also|then|so|what about|how about|which of)\b|"
    r"\b(it|its|they|them|their|these|those|this|the (first|second|third|last|other|former|latter)|ones?(?!-)|same)\b|"
    r"\b(do|does|did|is|was|use|uses|about|after|at|before|by|for|from|in|like|of|on|than|to|with)\s+that\b|"
    r"\bthat\W*$",
    re.IGNORECASE,
)

# A word with a capital or digit inside it, and one with a capital at its beginning where no sentence begins.
_NAME = re.compile(r"\b\w[\w-]*[A-Z0-9][\w-]*|(?<=[^\s.?!:])\s+[A-Z][\w-]+")


def terms(question: str) -> list[str]:
    """The words of `question` that carry meaning, as `rag.words.words` gives them, each once, in order."""
    found = dict.fromkeys(words(question))
    return [word for word in found if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())][:MAX_TERMS]


def names(question: str) -> frozenset[str]:
    """The terms of `question` that name one thing, told by their capitals: "LoRA", "SDXL", "Paris".

    None where most words have capitals, which then tell nothing.
    """
    found = frozenset(word for word in terms(" ".join(_NAME.findall(question))) if not word.isdigit())
    return found if 2 * len(found) <= len(terms(question)) + 1 else frozenset()


def asks_for_quantity(question: str) -> bool:
    """Whether a number is likely to be the answer: how much, how fast, at what rate."""
    return bool(_QUANTITY.search(question))


def asks_for_papers(question: str) -> bool:
    """Whether several papers are asked for, all that there are, rather than what one says."""
    return bool(_FOR_PAPERS.search(question))


def phrasings(question: str, earlier: Sequence[str]) -> list[str]:
    """The ways to look for what `question` asks: as it is, and where it leans on the one before, behind that too.

    `earlier` are the user's earlier questions of the conversation, oldest first.
    """
    return [f"{earlier[-1]} {question}", question] if earlier and _DEPENDENT.search(question) else [question]
