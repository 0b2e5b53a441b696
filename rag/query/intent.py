"""What a question wants: something of the conversation or the collection, or an answer, and then of which kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.language.tokens import tokenize

# What is answered from the collection's data, from the conversation, or in a sentence, without a search.
Wish = Literal[
    "greeting",
    "thanks",
    "help",
    "about",
    "count",
    "newest",
    "list",
    "paper",
    "bibtex",
    "link",
    "similar",
    "shorter",
    "longer",
    "table",
    "titles",
    "rephrase",
]
# What is searched for: papers; one thing about a topic from many papers, such as its limitations; or what papers say.
Intent = Literal["papers", "survey", "comparison", "definition", "yesno", "fact"]
LISTS: frozenset[Intent] = frozenset(("papers", "survey"))  # the intents that want all papers that answer
MAX_COMPARED = 6  # items of one comparison; a table of more would be unreadable
MAX_BARE_WORDS = 5  # of a term that is all of a question
MAX_ITEM_WORDS = 12  # words of an item of a comparison, or of a term to define
MAX_ASKED_CHARS = 400  # of a question, its beginning, in which such items and terms are looked for

_HOW_MUCH = r"\bhow\s+(much|many|fast|large|big|accurate|long|often|small|far|well|strong|good)\b"
_QUANTITY = re.compile(
    _HOW_MUCH + r"|\bspeed(s|ed)?[ -]?up\b|"
    r"\b(faster|speed|fps|rate|rates|factor|share|percent|percentage|fraction|numbers?|size|accuracy|error|scores?|figures)\b",
    re.IGNORECASE,
)
# Asks for papers rather than for what they say: "which papers", "what work is there", "who has studied". The noun is
# plural ("which method" asks for a fact) and not the subject of a further verb ("what do the papers").
_WANTS_PAPERS = re.compile(
    r"""
    \b (?:which|what|how\s+many) (?!\s+(?:do|does|did|is|are|was|were|can|could|has|have)\b) (?:\s+[\w-]+){0,4}? \s+
        (?:papers|articles|studies|publications|preprints|works|methods|approaches|techniques) \b
        (?!\s+(?:do|does|did)\b)
    | \b (?:is\s+there|are\s+there|do\s+you\s+have|have\s+you(?:\s+got)?|got) \s+
        (?:anything|something|much|stuff) \s+ (?:on|about|with|using|for|against) \b
    | ^\W* (?:anything|something|stuff) \s+ (?:on|about) \b
    | \b (?:has|have) \s+ (?:anyone|anybody|someone|people) \s+ \w+
    | \b what (?:\s+(?:other|prior|previous|recent|related))? \s+ (?:work|research|literature) \b
    | \b (?:list|find|name|show|recommend|suggest|any|there\s+(?:is|are)|(?:is|are)\s+there) (?:\s+[\w-]+){0,3}? \s+
        (?:papers|articles|studies|publications|preprints|(?:work|research|literature)\s+(?:on|about|that))\b
    | ^\s* (?:papers|articles|studies|publications|work|research|literature) \s+ (?:on|about|that|which) \b
    | \b who (?:\s+else)? (?:\s+(?:has|have|had))? (?:\s+also)? \s+
        (?:works?|worked|(?:stud|tackl|address|investigat|explor|examin|us)(?:y|ies|ied|es?|ed)?) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IS_QUESTION = re.compile(
    r"\?|\b(what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|has|have|"
    r"tell|explain|describe|define|say|compare)\b",
    re.IGNORECASE,
)
# Asks for one thing: "which network predicts …?", but not "which networks predict …?".
_WHICH_ONE = re.compile(
    r"^\W*(?:which|what)\s+(?:[\w-]+\s+){0,2}?(?:network|model|method|algorithm|architecture|technique|system|framework)"
    r"\s+[a-z]+s\b",
    re.IGNORECASE,
)
_COUNT = r"(?:which|what|how\s+many|any|all|both|each|either|few|many|most|neither|none|one|several|some|two|three)"
# Restricts a question to the papers that an answer cited: "which of those", but not "which of those that skip layers".
_OF_THESE = re.compile(
    rf"\b{_COUNT}(?:\s+ones?)?\s+(?P<written>of\s+(?:those|these|them))\b(?!\s+(?:that|which|who|whose)\b)",
    re.IGNORECASE,
)
# Items named side by side. The last one ends at punctuation or at the aspect that they are compared in.
_SECOND = r"(?P<b>[^?;:,]+?)(?=\s+(?:in\s+terms|with\s+respect|regarding|when|on|for|in)\b|\s*(?:[?;:,]|\.?\s*$))"
_MARKED = r"(?-i:[^\s,;:?]*[^\s,;:?][A-Z\d][^\s,;:?]*)"  # a name with a capital or digit inside
_NAMED = r"(?-i:[^\s,;:?]*[A-Z][^\s,;:?]*(?:\s+[A-Z\d][^\s,;:?]*)*)"  # one with a capital, of one or more words
_COMPARED = tuple(
    re.compile(pattern.replace("SECOND", _SECOND).replace("MARKED", _MARKED).replace("NAMED", _NAMED), re.IGNORECASE)
    for pattern in (
        r"\bhow\s+(?:do|does|did|is|are)\s+(?P<a>.+?)\s+(?:differ|differs|different|distinguished)\s+from\s+SECOND",
        r"\bhow\s+(?:do|does|did)\s+(?P<a>.+?)\s+compare\s+(?:to|with|against)\s+SECOND",
        r"\bhow\s+(?:do|are)\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+(?:differ|different|compare)\b",
        r"\bdifferences?\s+between\s+(?P<a>.+?)\s+and\s+SECOND",
        r"\b(?:compare|comparing|contrast)\s+(?P<a>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+SECOND",
        r"\bhow\s+similar\s+(?:is|are)\s+(?P<a>.+?)\s+(?:and|to)\s+SECOND",
        r"(?P<a>[^?;:,]+?)\s+(?:versus|vs\.?)\s+SECOND",
        r"\b(?:changed?|new)\s+(?:from|between)\s+(?P<a>[^?;:,]+?)\s+(?:to|and)\s+SECOND",
        r"\bhow\s+(?:do|does|did)\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+(?:each|both)\b",
        r"\bhow\s+(?:do|did)\s+(?P<a>MARKED(?:,\s+MARKED)*),?\s+and\s+(?P<b>MARKED)\s+(?=\w)",
        r"^\s*(?P<a>[^?;:,]+?)\s+and\s+(?P<b>[^?;:,]+?)\s+(?:each|both)\b",
        r"\b(?:which|what)\s+(?:one\s+)?(?:is|are|was|runs?|works?|performs?|does|has|needs?|uses?)\b[^?;:,]*,\s*(?P<a>[^?;:,]+?)\s+or\s+(?P<b>[^?;:,]+?)\s*(?:[?;:,]|$)",
        r"\b(?:use|choose|prefer|pick|take)\s+(?P<a>[^?;:,]+?)\s+or\s+SECOND",
        r"^\s*(?!(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have)\b)(?P<a>(?:\S+\s+){0,2}[^\s?;:,]+)\s+or\s+(?P<b>(?:\S+\s+){0,2}[^\s?;:,]+)\s*\?\s*$",
        r"\b(?:two|both)\b[^?;:,.]*:\s*(?P<a>[^?;:,.]+?)\s+and\s+(?P<b>[^?;:,.]+?)\s*[.?]",
        r"(?:^|[.!?]\s)\s*(?P<a>[^?;:,.!]+?)\s+(?:or|and)\s+(?P<b>[^?;:,.!]+?)(?:\s*:|\s+[-–—]+\s|,\s+(?=w\w*ch\b|what|who))",
        r"\b(?:is|are|was|were|does|do)\s+(?P<a>NAMED)\s+[^?;:,]*?\b(?:\w+er|more\s+\w+|less\s+\w+)\s+than\s+(?P<b>NAMED)",
        r"\b(?:does|do|did|can)\s+(?P<a>NAMED)\s+(?:\w+\s+)?(?:beat|outperform|surpass|exceed)\s+(?P<b>NAMED)",
    )
)
_THE_PAPER = re.compile(r"^(?:the\s+)?(?:paper|article|study)\s+(?=\S)", re.IGNORECASE)
_QUOTES = " \"'“”‘’"
_COMPARISON = re.compile(
    r"\b(differ|differs|differences?|compare|compares|comparison|versus|vs)\b|"
    r"\b(the\s+two|both)\b.*\b(papers|articles|studies|works|methods|approaches|models|networks)\b.*\beach\b|"
    r"\bhow\s+do(es)?\s+(each|both)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(they|them|these|those|both|the\s+(two|three|four)|each)\b", re.IGNORECASE)
# What people put around what they ask: "could you please explain …", "… to me in one sentence".
_AROUND = re.compile(
    r"^\s*(?:(?:ok|okay|so|hi|hello|hey|please|pls|sorry)\b[\s,]*)*"
    r"(?:(?:can|could|would|will)\s+(?:you|someone|anyone)\s+(?:please\s+)?(?:tell\s+(?:me|us)\s+)?"
    r"|i\s+(?:want|need|would\s+like|['’]?d\s+like)\s+to\s+know\s+|(?:please\s+)?tell\s+(?:me|us)\s+(?=what|who))?"
    r"|(?:[\s,]*\b(?:to\s+me|for\s+me|(?:in|with)\s+(?:a|one|few|a\s+few|simple|plain|other|your\s+own|short)\s+"
    r"(?:sentences?|words?|nutshell|terms|english|lines?)|simple\s+(?:words|terms)|briefly|please|pls|plz|again))+(?=\W*$)",
    re.IGNORECASE,
)
_ARTICLE = r"(?:an?\s+|the\s+)?"
_DEFINITIONS = tuple(
    re.compile(pattern.replace("ARTICLE", _ARTICLE), re.IGNORECASE)
    for pattern in (
        r"^\s*(?:(?:what|who)(?:\s+exactly)?(?:\s+(?:is|are|was|were)|['’]?s)\s+(?:meant\s+by\s+)?ARTICLE"
        # "what X is", after "tell me"
        r"|what\s+(?!(?:do|does|did|is|are|was|were|can|could|makes?|causes?|happens|kinds?|types?)\b)ARTICLE"
        r"(?=[^?;:,.]+\s+(?:is|are|means?)\s*[?.!]*\s*$)"
        r"|(?:the\s+)?(?:meaning|definition)\s+of\s+ARTICLE|define\s+ARTICLE|explain\s+(?:what\s+)?ARTICLE)"
        r"(?P<term>[^?;:,.]+?)(?:\s+(?:is|are|means?))?\s*[?.!]*\s*$",
        r"^\s*what\s+do(?:es)?\s+(?:it\s+mean\s+(?:when|if|that)\b.*\b(?:called|termed|described\s+as|said\s+to\s+be)\s+"
        r"|they\s+mean\s+by\s+|people\s+mean\s+by\s+)ARTICLE(?P<term>[^?;:,.]+?)\W*$",
        r"^\s*what\s+do(?:es)?\s+(?P<term>[^?;:,.]+?)\s+(?:mean|stand\s+for|refer\s+to)(?:\s+(?:in|for)\s+[^?;:,.]+)?\W*$",
        r"^\s*(?P<term>[^?;:,.]+?)(?:\s+[-–—]+|\s*[:,?.])\s+what(?:\s+(?:is|are)|['’]?s)\s+"
        r"(?:that|it|this|these|those|they)\W*$",
        r"^\s*(?P<term>[^?;:,.=]+?)(?:\s+[-–—]+|\s*[:,]|\s+)\s*(?:meaning|definition|means?)\W*$",
        r"^\s*(?P<term>[^?;:,.=]+?)\s*=\s*\W*$",
    )
)
_RELATION = re.compile(
    r"\b(of|for|in|to|by|between|on|that|which|used|about|from|with|known|newest|latest|most|least|best|papers?)\b",
    re.IGNORECASE,
)

# Begins what belongs to something named before: "what are their limitations?" asks for no meaning.
_POSSESSIVE = re.compile(r"(?:its|their|his|her|these|those|this|that)\b", re.IGNORECASE)
_NO_TERM = re.compile(r"(?:any|some|no|and|or|but|also|ok|more)\b", re.IGNORECASE)  # begins what is no term


def intent_of(question: str, likely: Sequence[Intent] = ()) -> Intent:
    """The intent of `question`: what its wording shows, or else the first of the `likely` ones that it can have.

    Naming just a topic ("depth from a single image") asks for papers.
    """
    if _WANTS_PAPERS.search(question) or _OF_THESE.search(question):
        return "papers"
    if compared_items(question):
        return "comparison"
    if term_to_define(question) or (likely and is_bare_term(question)):
        return "definition"
    wants_one = bool(re.search(_HOW_MUCH, question, re.IGNORECASE) or _WHICH_ONE.search(question))
    possible = {
        "papers": not wants_one,
        "survey": not wants_one,
        "comparison": bool(_COMPARISON.search(_beginning(question))),
        "definition": bool(likely and bare_term(question)),
        "fact": bool(_IS_QUESTION.search(question)),
    }
    by_default: tuple[Intent, ...] = ("comparison", "fact", "papers")
    return next(intent for intent in (*likely, *by_default) if possible.get(intent, True))


def is_bare_term(question: str) -> bool:
    """Whether `question` is nothing but a term and a question mark."""
    return question.rstrip().endswith("?") and bool(bare_term(question))


def bare_term(question: str) -> str:
    """The term that is all of `question`, as in "neural tangent kernel?"; "" if it is more than a few words."""
    term = question.strip(" ?!.")
    is_term = (
        0 < len(term.split()) <= MAX_BARE_WORDS
        and not _NO_TERM.match(term)
        and not _IS_QUESTION.search(term)
        and not _RELATION.search(term)
    )
    return term if is_term else ""


def cited_scope(question: str) -> str:
    """The words of `question` that restrict it to the papers an answer cited, such as "of those"; "" if none do."""
    match = _OF_THESE.search(question)
    return match["written"] if match else ""


def compared_items(question: str) -> tuple[str, ...]:
    """The items that `question` compares, two or more, as written; none if it does not name them."""
    for pattern in _COMPARED:
        if match := pattern.search(_beginning(question)):
            sides = (*re.split(r",\s+", match["a"].strip(" ,")), match["b"].strip())
            items = tuple(_THE_PAPER.sub("", side).strip(_QUOTES) for side in sides)
            if len(items) <= MAX_COMPARED and all(0 < len(item.split()) <= MAX_ITEM_WORDS for item in items):
                return items
    return ()


def compares_unnamed(question: str) -> bool:
    """Whether `question` refers to several things without naming them: "how do they differ?"."""
    return bool(_SEVERAL.search(question))


def term_to_define(question: str) -> str:
    """The term whose meaning `question` asks for; "" if it asks for something else.

    "What is the X of Y?" asks for a fact about Y, and "What is the accuracy?" for a number.
    """
    text = _AROUND.sub("", _beginning(question))
    match = next((match for pattern in _DEFINITIONS if (match := pattern.match(text))), None)
    term = match["term"].strip(_QUOTES) if match else ""
    is_term = (
        0 < len(list(tokenize(term))) <= MAX_ITEM_WORDS
        and not _RELATION.search(term)
        and not _POSSESSIVE.match(term)
        and not asks_for_quantity(term)
    )
    return term if is_term else ""


def _beginning(question: str) -> str:
    """The first words of `question`, as many as expressions may search whose time grows with the square of them."""
    return question if len(question) <= MAX_ASKED_CHARS else question[:MAX_ASKED_CHARS].rpartition(" ")[0]


def asks_for_quantity(question: str) -> bool:
    """Whether the answer is likely to be a number: how much, how fast, at what rate."""
    return bool(_QUANTITY.search(question))
