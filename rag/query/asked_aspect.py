"""Which aspect of given papers a question asks for, where it names nothing else: "what do they propose?"."""

from __future__ import annotations

import re
from typing import Literal

from rag.language.tokens import content_stems, stem_set

Aspect = Literal["a limitation", "a dataset", "a result", "a problem", "an approach"]

# The nouns that ask for each, then verbs that do so only where no noun is: "what problem does it address?".
_NOUNS: dict[Aspect, str] = {
    "a limitation": "limitation drawback weakness weaknesses shortcoming disadvantage downside",
    "a dataset": "data dataset benchmark corpus corpora",
    "a result": "result finding outcome conclusion",
    "a problem": "problem motivation goal aim",
    "an approach": "approach method proposal contribution idea novelty",
}
_VERBS: dict[Aspect, str] = {
    "a result": "find found achieve conclude show",
    "a problem": "address solve tackle",
    "an approach": "propose contribute introduce present",
}
_SUMMARY = "summarize summarise summary overview gist"
_NEUTRAL = "report describe state main key major evaluate test train"
_OTHERWISE = re.compile(r"\b(?:why|how|who|when|where|not|both)\b|n['’]t\b", re.IGNORECASE)


def asked_aspects(question: str, summaries: bool = False) -> tuple[Aspect, ...]:
    """The aspects of its papers that `question` asks for, () if it is about anything else.

    With `summaries`, one that asks for a summary asks for the approach and the results.
    """
    words = content_stems(question)
    known = " ".join([*_NOUNS.values(), *_VERBS.values(), _SUMMARY, _NEUTRAL])
    if _OTHERWISE.search(question) or not words <= _stems(known):
        return ()
    found = _having(_NOUNS, words) or _having(_VERBS, words)
    return found or (("an approach", "a result") if summaries and words & _stems(_SUMMARY) else ())


def _having(asking: dict[Aspect, str], words: set[str]) -> tuple[Aspect, ...]:
    return tuple(aspect for aspect, terms in asking.items() if words & _stems(terms))


def _stems(words: str) -> frozenset[str]:
    return stem_set(tuple(words.split()))
