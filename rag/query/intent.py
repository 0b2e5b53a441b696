"""What kind of answer a question wants: papers, a comparison, what a term means, or else a fact."""

from __future__ import annotations

import re
from typing import Literal

from rag.language.tokens import tokenize

Intent = Literal["papers", "comparison", "definition", "fact"]
MAX_COMPARED = 6  # things that a question may name to be compared; a table of more is no table to read
MAX_ITEM_WORDS = 12  # words that name one side of a comparison, or what is to be defined

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
_ASKS = re.compile(
    r"\?|\b(what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|has|have|"
    r"tell|explain|describe|define|say|compare)\b",
    re.IGNORECASE,
)
_COUNT = r"(?:which|what|how\s+many|any|all|both|each|either|few|many|most|neither|none|one|several|some|two|three)"
# A question about the papers that an answer cited, as "which of those": not "which of those that skip layers".
_OF_THESE = re.compile(
    rf"\b{_COUNT}(?:\s+ones?)?\s+(?P<written>of\s+(?:those|these|them))\b(?!\s+(?:that|which|who|whose)\b)",
    re.IGNORECASE,
)
# Things named side by side, the last up to a mark or to what they are compared in.
_SECOND = r"(?P<b>[^?;:,]+?)(?=\s+(?:in\s+terms|with\s+respect|regarding|when|on|for|in)\b|\s*(?:[?;:,]|\.?\s*$))"
_SIDES = tuple(
    re.compile(pattern.replace("SECOND", _SECOND), re.IGNORECASE)
    for pattern in (
        r"\bhow\s+(?:do|does|did|is|are)\s+(?P<a>.+?)\s+(?:differ|differs|different|distinguished)\s+from\s+SECOND",
        r"\bhow\s+(?:do|does|did)\s+(?P<a>.+?)\s+compare\s+(?:to|with|against)\s+SECOND",
        r"\bhow\s+(?:do|are)\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+(?:differ|different|compare)\b",
        r"\bdifferences?\s+between\s+(?P<a>.+?)\s+and\s+SECOND",
        r"\b(?:compare|comparing|contrast)\s+(?P<a>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+SECOND",
        r"(?P<a>[^?;:,]+?)\s+(?:versus|vs\.?)\s+SECOND",
        r"^\s*(?P<a>[^?;:,]+?)\s+(?:or|and)\s+(?P<b>[^?;:,]+?)\s*:",
    )
)
_COMPARISON = re.compile(
    r"\b(differ|differs|differences?|compare|compares|comparison|versus|vs)\b|"
    r"\b(the\s+two|both)\b.*\b(papers|articles|studies|works|methods|approaches|models|networks)\b.*\beach\b|"
    r"\bhow\s+do(es)?\s+(each|both)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(they|them|these|those|both|the\s+(two|three|four)|each)\b", re.IGNORECASE)
_DEFINITION = re.compile(
    r"^\s*(?:(?:what|who)(?:\s+exactly)?(?:\s+(?:is|are|was|were)|['’]s)\s+(?:meant\s+by\s+)?(?:an?\s+|the\s+)?"
    r"|define\s+|explain\s+)(?P<a>[^?;:,.]+?)\s*[?.!]*\s*$|"
    r"^\s*what\s+do(?:es)?\s+(?P<b>[^?;:,.]+?)\s+(?:mean|stand\s+for|refer\s+to)\W*$",
    re.IGNORECASE,
)
_RELATION = re.compile(r"\b(of|for|in|to|by|between|on|that|which|used)\b", re.IGNORECASE)


def intent_of(question: str) -> Intent:
    """What `question` wants. "papers" are all that match, a "comparison" sets what they say side by side.

    Who only names a topic ("depth from a single image") wants papers.
    """
    if _FOR_PAPERS.search(question) or _OF_THESE.search(question):
        return "papers"
    if compared_items(question) or _COMPARISON.search(question):
        return "comparison"
    if term_to_define(question):
        return "definition"
    return "fact" if _ASKS.search(question) else "papers"


def cited_scope(question: str) -> str:
    """The words of `question` that keep it to the papers an answer cited: "of those"; "" where it has none."""
    found = _OF_THESE.search(question)
    return found["written"] if found else ""


def compared_items(question: str) -> tuple[str, ...]:
    """The things that `question` sets against each other, two or more, as written; none where it names no two."""
    for pattern in _SIDES:
        if found := pattern.search(question):
            named = (*re.split(r",\s+", found["a"].strip(" ,")), found["b"].strip())
            if len(named) <= MAX_COMPARED and all(0 < len(side.split()) <= MAX_ITEM_WORDS for side in named):
                return named
    return ()


def compares_unnamed(question: str) -> bool:
    """Whether `question` speaks of several things without a name: "how do they differ?"."""
    return bool(_SEVERAL.search(question))


def term_to_define(question: str) -> str:
    """The term whose meaning `question` asks for, "" where it asks for something else.

    "What is the X of Y?" asks for a fact about Y, and so does what asks for a quantity.
    """
    found = _DEFINITION.match(question)
    term = (found["a"] or found["b"]) if found else ""
    is_term = (
        0 < len(list(tokenize(term))) <= MAX_ITEM_WORDS and not _RELATION.search(term) and not asks_for_quantity(term)
    )
    return term if is_term else ""


def asks_for_quantity(question: str) -> bool:
    """Whether a number is likely to be the answer: how much, how fast, at what rate."""
    return bool(_QUANTITY.search(question))
