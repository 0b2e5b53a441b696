"""Text → the words that the parser reads, with phrases that work as one function word joined: "because of"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.language.cues import expand_negations

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:[-‐‑–]\w+|['’](?!s\b)\w+)*|['’]s\b|[^\w\s]")
_LATEX = re.compile(r"\\[a-zA-Z]+\{|[{}$\\]")
_BEFORE_NUMBER = r"(?= (?:[\d~]|an? |one|two|three|four|five|six|seven|eight|nine|ten))"
# Phrases → what stands for them, in the order in which they are replaced.
_PHRASES: Mapping[str, str] = {
    r"as well as": "and",
    r"(?:in order|so as) to": "to",
    r"such as|e\.g\.,?|for (?:example|instance),?": "like",
    r"due to|because of|owing to|on account of": "because_of",
    r"by means of|with the (?:help|aid) of|via|by using|(?:through )?the use of": "by",
    r"in (?:comparison|contrast) (?:with|to)|compared (?:to|with)|relative to": "versus",
    r"different(?:ly)? from": "unlike",
    r"rather than|instead of|in place of|(?:as )?(?:an )?alternatives? to": "rather_than",
    r"according to|in accordance with": "per",
    r"as soon as": "once",
    r"iff": "if and only if",
    r"each other|one another": "themselves",
    r"turn(?:s|ed)? out to be": "be",
    r"prior to": "before",
    r"all but(?! also)": "all except",
    r"in addition to": "besides",
    r"with respect to|with regard to|in terms of": "in",
    r"apart from|other than|with the exception of": "except",
    r"(?:have|has|had|need|needs|needed) to": "must",
    r"(?:is|are|was|were) able to": "can",
    r"not only": "notonly",
    r"no longer": "not",
    r"in spite of": "despite",
    r"i\.e\.,?": ",",
    rf"(?:up to|no more than|at most){_BEFORE_NUMBER}": "up_to",
    rf"(?:at least|no less than|no fewer than){_BEFORE_NUMBER}": "at_least",
    r"more than(?= [\d~])": "over",
    r"(?:less|fewer) than(?= [\d~])": "under",
    r"per ?cent": "%",
    r"state[- ]of[- ]the[- ]arts?": "state-of-the-art",
}
JOINED = frozenset(word for word in _PHRASES.values() if "_" in word)  # these are no words of any text
_REPLACED = [(re.compile(rf"\b(?:{phrase})(?!\w)", re.IGNORECASE), word) for phrase, word in _PHRASES.items()]


def words_of(text: str) -> list[str]:
    """The words and marks of `text`, a sentence, as written, but with "not" apart and function phrases as one word."""
    text = _LATEX.sub(" ", re.sub(r"(\w)n['’]t\b|\bcannot\b", lambda m: expand_negations(m[0]), text))
    for phrase, word in _REPLACED:
        text = phrase.sub(word, text)
    return _TOKEN.findall(text)
