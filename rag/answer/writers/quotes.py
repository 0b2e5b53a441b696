"""Writing without a model: the abstracts' own sentences, shortened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answer.types import Citation, Statement
from rag.language.cues import is_conditional
from rag.language.tokens import content_words, tokenize
from rag.text import normalize

LONG_SENTENCE_WORDS = 30  # only longer sentences are shortened at the end,
MIN_KEPT_WORDS = 15  # and never to fewer words than these
ELLIPSIS = "…"
_CONNECTIVE = re.compile(
    r"(?:in this (?:paper|work|article|study)|here|to this end|to (?:address|tackle|solve|overcome) (?:this|these) \w+|"
    r"moreover|furthermore|additionally|in addition|in particular|specifically|notably|remarkably|finally|thus|hence|"
    r"therefore|consequently|however|also|besides|as a result|as a solution|accordingly),?\s+",
    re.IGNORECASE,
)
_CLAUSE_BOUNDARY = re.compile(r"(?:;|,\s+(?:which|while|whereas|thus))\s+")


def quote(question: str, evidence: Sequence[Sequence[Citation]]) -> Iterator[Statement]:
    """One statement for each distinct sentence of `evidence`, which cites every paper that has the sentence."""
    by_wording: dict[str, list[Citation]] = {}
    for citation in (citation for citations in evidence for citation in citations):
        by_wording.setdefault(normalize(citation.quote) or citation.quote, []).append(citation)
    for citations in by_wording.values():
        yield Statement(shorten(citations[0].quote, question), tuple(citations), "quote")


def shorten(sentence: str, question: str) -> str:
    """`sentence` without an opening connective and, if it is long, without final clauses that do not answer.

    The result is one verbatim piece, with ELLIPSIS where something was cut off. A clause that contains a word of
    `question`, a condition, a negation or a number is kept.
    """
    connective = _CONNECTIVE.match(sentence)
    start, end = connective.end() if connective else 0, len(sentence)
    question_words = content_words(question)
    is_long = len(sentence.split()) > LONG_SENTENCE_WORDS
    for boundary in reversed(list(_CLAUSE_BOUNDARY.finditer(sentence, start))) if is_long else ():
        cut_off = sentence[boundary.start() :]
        if question_words.intersection(tokenize(cut_off)) or is_conditional(cut_off) or re.search(r"\d", cut_off):
            break
        kept = sentence[start : boundary.start()]
        if len(kept.split()) >= MIN_KEPT_WORDS and kept.count("(") == kept.count(")"):
            end = boundary.start()
    return f"{ELLIPSIS} " * bool(start) + sentence[start:end] + f" {ELLIPSIS}" * (end < len(sentence))
