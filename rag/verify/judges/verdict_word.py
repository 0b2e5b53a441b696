"""Reading a judge's reply: the word "yes" or "no", and how sure the model was of it."""

from __future__ import annotations

import re
from itertools import accumulate

from rag.llm.scored import ScoredReply, Token

VERDICT_TOKENS = 8  # of a reply: a word takes 1 or 2, with a blank before it and a full stop
_WORD = re.compile(r"(yes|no)[.!]?", re.IGNORECASE)
_END_OF_THOUGHT = "</think>"


def without_thought(reply: str) -> str:
    """`reply` without what some models write before it: what they think."""
    return reply.rpartition(_END_OF_THOUGHT)[2].strip()


def yes_probability(reply: ScoredReply) -> float:
    """How probable "yes" is, 0 to 1; 0 if `reply` is anything but the one word "yes" or "no".

    It is the share of "yes" among "yes" and "no" where `reply` has the probabilities of tokens; else 1 for "yes" and 0
    for "no".
    """
    text = without_thought(reply.text)
    if not _WORD.fullmatch(text):
        return 0.0
    token = _first_token(reply.tokens, text)
    return _share_of_yes(token) if token else float(text.lower().startswith("yes"))


def _first_token(tokens: tuple[Token, ...], text: str) -> Token | None:
    """The token with which `text` begins, at the end of what `tokens` spell; None if they spell something else."""
    start = "".join(token.text for token in tokens).rfind(text)
    ends = accumulate(len(token.text) for token in tokens)
    return next((token for token, end in zip(tokens, ends, strict=True) if 0 <= start < end), None)


def _share_of_yes(token: Token) -> float:
    """The share of "yes" among the alternatives to `token` that begin "yes" or "no"."""
    yes = no = 0.0
    for text, probability in token.alternatives:
        letters = re.sub(r"[^a-z]", "", text.lower())
        yes += probability * bool(letters and "yes".startswith(letters))
        no += probability * bool(letters and "no".startswith(letters))
    return yes / (yes + no) if yes + no else 0.0
