"""Replies with the probabilities of their tokens, which some servers give."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

TOP_TOKENS = 10  # alternatives asked for at each place: "yes", "no" and their spellings are among the likeliest


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a reply. `alternatives` are the likeliest tokens at its place with their probabilities, 0 to 1."""

    text: str
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class ScoredReply:
    """The `text` of a reply and its `tokens`, which are () if the server gives no probabilities.

    The texts of the tokens joined are not always `text`: some servers omit what a model thinks, or blanks at the ends.
    """

    text: str
    tokens: tuple[Token, ...] = ()


def tokens_of(logprobs: Iterable[Any] | None) -> tuple[Token, ...]:
    """The tokens in `logprobs`, a list in the form that OpenAI and Ollama share; () for None."""
    return tuple(
        Token(one.token, tuple((other.token, math.exp(other.logprob)) for other in one.top_logprobs or ()))
        for one in logprobs or ()
    )
