"""What each sentence of an abstract is worth as evidence, and what it tells: the problem, the approach or the result.

The weights were fitted to the judged evidence of development questions by a pairwise logistic regression, each question
left out in turn, and rounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.aspects import NAME, PROPOSAL_PATTERN, aspect_of, describes_own_work
from rag.language.sentences import Span
from rag.language.tokens import stem, stems
from rag.paper import Paper
from rag.query.intent import Intent, asks_for_quantity, term_to_define
from rag.retrieval.expansion import Term
from rag.retrieval.hits import ScoredSentence
from rag.text import normalize

# What a sentence is worth beside its cosine to the question.
WORDS = 0.5  # times the share, by weight, that it holds of the terms that the title does not
OPENING = -0.5  # for the first one where it does not tell the paper's own work: it is what was known before
OWN_WORK = 0.15
PROPOSAL = 0.15  # where it is told what the paper brings
CENTRALITY = 0.5  # times its cosine to the whole paper
QUANTITY = 0.3  # for one with a number, where a number is asked for; there the two above do not count
DEFINES = 0.5  # for one that says what the term is whose meaning is asked for
ELSEWHERE = -0.3  # for one that says where the code or the project page is

_NUMBER = re.compile(r"\d|\b(twice|half|orders? of magnitude|times)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"https?://|\b(code|data|models?|page|website)\b.*\b(available|released|found at)\b", re.IGNORECASE
)
_COMPOUND = re.compile(r"\w+(?:[-‐‑–]\w+)+")  # is a name of its own: "S-KAN" does not name KAN


def best_sentences(
    question: str, intent: Intent, paper: Paper, sentences: Sequence[ScoredSentence], terms: Sequence[Term], count: int
) -> tuple[Span, ...]:
    """The `count` sentences of `paper` that answer best, in the order of the abstract; for a fact the best one first.

    `terms` are those of `question`. For a comparison there is one more for each of ASPECTS that they do not tell.
    """
    telling = {stem(term.word): term.idf for term in terms_beyond_title(paper.title, terms)}
    quantity, cue = asks_for_quantity(question), _defining(term_to_define(question))

    def worth(sentence: ScoredSentence) -> float:
        text = paper.abstract[sentence.span.start : sentence.span.end]
        own, said = describes_own_work(text, paper.title), stems(text)
        held = sum(weight for term, weight in telling.items() if term in said)
        aim = QUANTITY * has_number(text) if quantity else _brings(text, sentence.centrality)
        return (
            sentence.cosine
            + WORDS * held / (sum(telling.values()) or 1.0)
            + (OWN_WORK if own else OPENING * (sentence.span.start == 0))
            + aim
            + DEFINES * bool(cue and cue.search(text))
            + ELSEWHERE * bool(_ELSEWHERE.search(text))
        )

    ranked = [sentence.span for sentence in sorted(sentences, key=worth, reverse=True)]
    chosen = ranked[:count]
    if intent == "comparison":
        chosen = _for_each_aspect(paper, ranked, count)
    return tuple(chosen[: intent == "fact"] + sorted(chosen[intent == "fact" :], key=lambda span: span.start))


def _for_each_aspect(paper: Paper, ranked: Sequence[Span], count: int) -> list[Span]:
    """The first `count` spans, and the first of each aspect that those do not tell."""
    told = [aspect_of(paper.abstract[span.start : span.end], paper.title) for span in ranked]
    return [span for at, span in enumerate(ranked) if at < count or told[at] not in told[:at]]


def terms_beyond_title(title: str, terms: Sequence[Term]) -> list[Term]:
    """Those of `terms` that the paper `title` does not say already by its title."""
    known = stems(title)
    return [term for term in terms if stem(term.word) not in known]


def names_paper(question: str, title: str) -> bool:
    """Whether `question` names the paper `title`: by the method's name before its colon, or all of it."""
    name, colon, _ = title.partition(":")
    short = name if colon and len(name.split()) <= NAME else title
    called = f" {normalize(short)} "

    def whole(compound: re.Match[str]) -> str:
        return compound[0] if f" {normalize(compound[0])} " in called else normalize(compound[0]).replace(" ", "")

    return called in f" {normalize(_COMPOUND.sub(whole, question))} "


def has_number(text: str) -> bool:
    """Whether `text` gives a number, in digits or as "twice"."""
    return bool(_NUMBER.search(text))


def _brings(text: str, centrality: float) -> float:
    return PROPOSAL * bool(PROPOSAL_PATTERN.search(text)) + CENTRALITY * centrality


def _defining(term: str) -> re.Pattern[str] | None:
    """What stands in a sentence that says what `term` is; None for no term."""
    if not term:
        return None
    named = r"[\s-]+".join(map(re.escape, term.split())) + "s?"
    known_as = r"known\s+as|called|termed|named|coined|defined\s+as|referred\s+to\s+as"
    return re.compile(
        rf"\b(?:{known_as})\W+(?:an?\s+|the\s+)?\W*{named}\b|"
        rf"\b{named}\b\W*(?:\([^)]*\)\W*)?(?:\b(?:is|are|refers?|denotes?|means?|i\.e\.|namely)\b|,\s+(?:an?|the|which)\b)",
        re.IGNORECASE,
    )
