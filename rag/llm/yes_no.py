"""Reading a reply of one word, "yes" or "no", and how sure the model was of it."""

from __future__ import annotations

import re
from itertools import accumulate

from rag.llm.scored import ScoredReply, Token

WORD_TOKENS = 8  # of a reply: a word takes 1 or 2, with a blank before it and a full stop
_WORD = re.compile(r"(yes|no)[.!]?", re.IGNORECASE)


def yes_probability(reply: ScoredReply) -> float:
    """How probable "yes" is, 0 to 1; 0 if `reply` is anything but the one word "yes" or "no".

    It is the share of "yes" among "yes" and "no" where `reply` has the probabilities of tokens; else 1 for "yes" and 0
    for "no".
    """
    text = reply.text.strip()
    if not _WORD.fullmatch(text):
        return 0.0
    token = token_at(reply.tokens, text)
    return _share_of_yes(token) if token else float(text.lower().startswith("yes"))


def token_at(tokens: tuple[Token, ...], text: str, offset: int = 0) -> Token | None:
    """The token of the character at `offset` of `text`, which ends what `tokens` spell; None if they spell another."""
    start = "".join(token.text for token in tokens).rfind(text)
    ends = accumulate(len(token.text) for token in tokens)
    return next((token for token, end in zip(tokens, ends, strict=True) if start >= 0 and start + offset < end), None)


def _share_of_yes(token: Token) -> float:
    """The share of "yes" among the alternatives to `token` that begin "yes" or "no"."""
    yes = no = 0.0
    for text, probability in token.alternatives:
        letters = re.sub(r"[^a-z]", "", text.lower())
        yes += probability * bool(letters and "yes".startswith(letters))
        no += probability * bool(letters and "no".startswith(letters))
    return yes / (yes + no) if yes + no else 0.0
