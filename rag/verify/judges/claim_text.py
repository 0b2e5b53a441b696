"""A claim as the prompts of a judge show it: its evidence and its sentence, as data that cannot add lines or markup."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.writers.task import MAX_PROMPT_CHARS, Claim
from rag.language.tokens import content_words
from rag.llm import prompts
from rag.paper import Paper
from rag.verify.judges.premise import quotes_by_paper


def evidence_text(claim: Claim) -> str:
    """What `claim` cites, one line for each paper."""
    return "\n".join(_evidence(claim.written, paper, quotes) for paper, quotes in quotes_by_paper(claim))


def sentence_text(claim: Claim) -> str:
    """The written sentence of `claim`, on one line."""
    return _data(claim.written)


def is_shown_whole(claim: Claim) -> bool:
    """Whether these texts show all of `claim`: nothing is confirmed that was not read to its end."""
    return max(len(claim.written), *(len(citation.quote) for citation in claim.citations)) <= MAX_PROMPT_CHARS


def _evidence(written: str, paper: Paper, quotes: Sequence[str]) -> str:
    """The sentences that are cited of `paper` on one line, after its title if `written` takes a word from there.

    A title that is not needed makes a small model judge worse.
    """
    text = " ".join(map(_data, quotes))
    borrowed = content_words(written) & content_words(paper.title) - content_words(text)
    return f"Title: {_data(paper.title)}\n" * bool(borrowed) + f"Evidence: {text}"


def _data(text: str) -> str:
    return prompts.sanitize(text, MAX_PROMPT_CHARS)
