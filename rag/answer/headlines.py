"""The first line of an answer: what the evidence comes to, made from its structure and its own words, never guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from rag.answer.comparison import Compared
from rag.answer.evidence import Selection
from rag.answer.facets import counted_noun, facet_of
from rag.answer.grounding import Grounding
from rag.answer.sentence_ranking import definition_pattern
from rag.language.sentences import span_texts
from rag.language.tokens import content_terms, stem
from rag.query.intent import asks_for_quantity
from rag.query.names import is_marked
from rag.query.understanding import Query
from rag.retrieval.expansion import Term
from rag.text import count, in_quotes

MAX_UNKNOWN = 3  # words that no paper has, of those of a question
MAX_NAMES = 12  # of datasets, the most frequent
MAX_WORDS_TO_NOUN = 3  # from a number to what it counts: "6,000 high-quality cloth models"

_NUMBER = re.compile(r"(?<![\w.-])(?<![\d.,],)\d++(?:[.,]++\d++)*+")
_WORD = re.compile(r"\w+")
# What asks for a number, and how a sentence states it.
_UNITS = (
    (
        re.compile(r"\bfactor\b|\btimes\b|\bfaster\b|\bspeed(?:s|ed)?[ -]?up\b", re.IGNORECASE),
        re.compile(
            rf"(?P<shown>{_NUMBER.pattern}\s?(?:×|x\b|times\b|-?fold\b))(?=.{{0,300}}\b(?:fast|speed))", re.IGNORECASE
        ),
    ),
    (
        re.compile(r"\bfast\b|\bframe\s?rate\b|\bfps\b|\bframes\s+per\b", re.IGNORECASE),
        re.compile(rf"(?P<shown>{_NUMBER.pattern}\s?(?:fps|frames\s+per\s+second)\b)", re.IGNORECASE),
    ),
    (
        re.compile(r"\baccura\w+", re.IGNORECASE),
        re.compile(rf"(?P<shown>{_NUMBER.pattern}\s?(?:%|percent\b))\s+(?:[\w-]+\s+)?accuracy", re.IGNORECASE),
    ),
)


# Names in a row, where those of datasets stand: "on KITTI, NYU Depth v2 and the Make3D dataset".
_DATASET = r"(?:data\s?sets?|benchmarks?)"
_NAME = r"(?<![\w+-])[a-z]{0,3}[A-Z\d][\w+-]*+(?:[ -](?:v?\d[\w.]*+|[A-Z][\w-]*+)){0,8}+"
_ENUMERATION = re.compile(
    rf"\b(?i:on|from|including|such\s+as|namely|{_DATASET})\W+(?:the\s+|both\s+)*"
    rf"(?P<names>{_NAME}(?:(?:\s*,\s*|\s+)(?:and\s+|&\s+)?(?:the\s+)?{_NAME})*)|"
    rf"(?P<before>{_NAME})(?=\s+(?:[a-z-]+\s+)?{_DATASET}\b)"
)
_CALLED_DATASET = re.compile(rf"\s+(?:[a-z-]+\s+)?{_DATASET}\b")
_BETWEEN = re.compile(r",|\band\b|&|\bthe\b")


def headline(query: Query, selection: Selection, grounding: Grounding, terms: Sequence[Term]) -> str:
    """The first line of the answer to `query`, or the reason of a refusal; "" if there is nothing to say.

    `terms` are those of the question.
    """
    if not selection.relevant:
        return _refusal(selection, grounding)
    if query.intent == "definition":
        return _definition(selection, grounding)
    lines = [_mentions(query, grounding) if query.intent == "papers" else _found(query, selection)]
    if grounding.missing:
        lines.append(f"No abstract here mentions {_quoted(grounding.missing)}.")
    elif unlike := _unlike_any(grounding.unknown, terms):
        lines.append(f"No abstract here has the word {_quoted(unlike[:MAX_UNKNOWN])}, or one like it.")
    if grounding.mentioned_only:
        lines.append(f"No abstract here introduces {_quoted(grounding.mentioned_only)}; these only mention it.")
    return " ".join(filter(None, lines))


def compared_headline(compared: Compared, selection: Selection, filters: Sequence[str]) -> str:
    """Whether any abstract has all sides of a comparison, or the reason why it is refused; only some pass `filters`."""
    if not compared.hits.papers:
        return missing_side(compared.missing, filters)
    if selection.unstated:
        return f"Neither abstract states {selection.unstated.name}." if len(compared.names) == 2 else ""
    if compared.missing and not compared.together:
        return missing_side(compared.missing, filters)
    if not compared.names:
        return ""
    is_pair = len(compared.names) == 2
    all_sides = f"{'both ' if is_pair else ''}{_quoted(compared.names, 'and')}"
    if not compared.together:  # of more than two, some may be compared with one another
        reason = f"No abstract here mentions {all_sides}, so nothing compares them; each is quoted by itself."
        return reason if is_pair else ""
    mention = "mentions" if compared.together == 1 else "mention"
    return f"{count(compared.together, 'abstract')} {mention} {all_sides}."


def missing_side(sides: Sequence[str], filters: Sequence[str]) -> str:
    """Says that no paper, of those that pass `filters`, is about any of `sides`."""
    where = f"within {_quoted(filters, 'and')}" if filters else "here"
    return f"No paper {where} is about {_quoted(sides)}."


def _unlike_any(words: Sequence[str], terms: Sequence[Term]) -> list[str]:
    """Those of `words`, which no paper has, to which no other word of the collection is similar either."""
    expanded = {term.word for term in terms if len(term.expansions) > 1}
    return [word for word in words if re.sub(r"\W", "", word.lower()) not in expanded]


def _refusal(selection: Selection, grounding: Grounding) -> str:
    """Why nothing answers, where there is a better reason than that nothing does."""
    if grounding.missing:
        only = " Only a title has it." if grounding.titles else ""
        return f"No abstract here mentions {_quoted(grounding.missing)}.{only}"
    if grounding.apart:
        return f"No abstract here mentions {_quoted(grounding.apart, 'together with')}."
    if selection.unstated:
        return f"The abstracts on this topic do not state {selection.unstated.name}."
    if grounding.unknown and not selection.not_stated_by:
        return f"The abstracts do not answer this; none has the word {_quoted(grounding.unknown[:MAX_UNKNOWN])}."
    return ""


def _definition(selection: Selection, grounding: Grounding) -> str:
    if not grounding.defined:
        return ""
    patterns = [pattern for form in grounding.defined if (pattern := definition_pattern(form))]
    if any(pattern.search(text) for text in _texts(selection) for pattern in patterns):
        return ""
    papers = len(grounding.papers or ())
    use = "uses" if papers == 1 else "use"
    return (
        f"{count(papers, 'abstract')} {use} {in_quotes(grounding.defined[0])}; none says in so many words what it is."
    )


def _mentions(query: Query, grounding: Grounding) -> str:
    """How many abstracts have the topic in its own words."""
    numbers = list(filter(query.allows, grounding.naming))
    if not numbers:
        return ""
    mention = "mentions" if len(numbers) == 1 else "mention"
    topic = " or ".join(_quoted(phrases, "and") for phrases in grounding.topic)
    return f"{len(numbers):,} of {count(query.searched, 'paper')} {mention} {topic}."


def _found(query: Query, selection: Selection) -> str:
    """What was asked for, as it stands in the evidence: the names of datasets, or a number."""
    facet = facet_of(query.question)
    if facet and facet.name == "a dataset":
        found = _dataset_names(selection)
        return f"Named: {', '.join(found)}." if found else ""
    texts = _texts(selection)
    if asks_for_quantity(query.rewrites[0]) and texts:
        return _number(texts[0], query.question)
    return ""


def _dataset_names(selection: Selection) -> list[str]:
    """The names that stand where those of datasets do, the most frequent first."""
    methods = {evidence.paper.short_name for evidence in selection.relevant}
    found: Counter[str] = Counter()
    for text in _texts(selection):
        for match in _ENUMERATION.finditer(text):
            parts = [part.strip() for part in _BETWEEN.split(match["names"] or match["before"])]
            # A plain capital is no dataset, unless it is called one, or stands beside one: "on Cityscapes and KITTI".
            is_called_one = match.start() > 0 and _CALLED_DATASET.match(text, match.end())
            if is_called_one or any(map(is_marked, parts)):
                names = (part for part in parts if content_terms(part) and not part.isdigit())
                found.update(list(dict.fromkeys(name for name in names if name not in methods)))
    return [name for name, _ in found.most_common(MAX_NAMES)]


def _number(text: str, question: str) -> str:
    """The number in `text` that `question` asks for, with its noun or unit; "" unless there is just one."""
    if noun := counted_noun(question):
        near = [shown for match in _NUMBER.finditer(text) if (shown := _up_to(noun, text, match))]
        return f"{near[0]}." if len(near) == 1 else ""
    stated = next((stated for asked, stated in _UNITS if asked.search(question)), None)
    found = [match["shown"] for match in stated.finditer(text)] if stated else []
    return f"{found[0]}." if len(found) == 1 else ""


def _up_to(noun: str, text: str, number: re.Match[str]) -> str:
    """The piece of `text` from `number` to the `noun` that it counts: "6,000 cloth models"; "" if that is not near."""
    words = islice(_WORD.finditer(text, number.end()), MAX_WORDS_TO_NOUN)
    end = next((word.end() for word in words if stem(word[0].lower()) == stem(noun.lower())), None)
    return "" if end is None else text[number.start() : end]


def _texts(selection: Selection) -> list[str]:
    return [text for found in selection.relevant for text in span_texts(found.paper.abstract, found.spans)]


def _quoted(items: Sequence[str], joint: str = "or") -> str:
    return f" {joint} ".join(map(in_quotes, items))
