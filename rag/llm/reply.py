"""A streamed reply as it arrives: its text, what the model thinks, its tokens' probabilities, and what it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeVar

from rag.llm.cleaning import Cleaner
from rag.llm.endings import Endless, Malformed
from rag.llm.piece import Piece
from rag.llm.scored import Token, tokens_of
from rag.llm.thoughts import ThoughtSplitter

_T = TypeVar("_T")
_CHARS_PER_TOKEN = 16  # of text at most: the longest words that are one token
_MIN_BOUND = 1000  # characters, and chunks
_MAX_COUNT = 100_000_000  # tokens that a server can claim
_THINKING_FIELDS = ("reasoning_content", "reasoning", "thinking")  # of different servers


class Reply:
    """What has arrived of a reply of at most `limit` tokens.

    `unmarked` says whether the model begins to think without a mark.
    """

    def __init__(self, limit: int, unmarked: bool) -> None:
        self._max_chars, self._max_chunks = _MIN_BOUND + _CHARS_PER_TOKEN * limit, _MIN_BOUND + 2 * limit
        self._split, self._text, self._thoughts = ThoughtSplitter(unmarked), Cleaner(), Cleaner()
        self._chars = 0
        self._started, self._thinking_since = time.monotonic(), 0.0
        self.chunks = 0
        self.telling = 0  # of the chunks, those with text or thinking that is not blank
        self.finish = ""  # why it ended, in the server's word; "" if that did not arrive
        self.tokens: list[Token] = []
        self.prompt_tokens = self.reply_tokens = 0  # as the server says; 0 if it does not
        self.thought_unseen = False  # whether the model thought, as the server says, without showing it
        self.cached_tokens = 0  # of the prompt, which the server did not have to read
        self.wait = 0.0  # seconds until the first piece, or to read the prompt if the server says
        self.thinking_seconds = 0.0

    @property
    def unmarked(self) -> bool:
        """Whether the model began to think without a mark."""
        return self._split.unmarked

    def add(self, chunk: Any) -> Iterator[Piece]:
        """The pieces in a `chunk` of the stream.

        Raises `Endless` for what is too long for a reply, and `Malformed` for what is none.
        """
        self.chunks += 1
        if self.chunks > self._max_chunks:
            raise Endless(f"{self._max_chunks:,} pieces")
        self._read_usage(chunk)
        for choice in _field(chunk, "choices", list, "a list")[:1]:
            self.finish = _field(choice, "finish_reason", str, "a text") or self.finish
            self.tokens += tokens_of(choice.logprobs and choice.logprobs.content)
            yield from self._watched(self._pieces(choice.delta))

    def end(self) -> Iterator[Piece]:
        """The pieces that are left when the stream has ended."""
        yield from self._watched(self._split.feed(self._text.end()))
        yield from self._watched(self._split.end(self.finish != "length"))
        self._add_thinking(time.monotonic())

    def _pieces(self, delta: Any) -> Iterator[Piece]:
        fields = (getattr(delta, name, None) for name in _THINKING_FIELDS)
        thinking = next((found for found in fields if found and isinstance(found, str)), "")
        text = _field(delta, "content", str, "a text")
        self._chars += len(thinking) + len(text)
        self.telling += bool((thinking + text).strip())
        if self._chars > self._max_chars:
            raise Endless(f"{self._max_chars:,} characters")
        if thought := self._thoughts.feed(thinking):
            yield Piece(thinking=thought)
        yield from self._split.feed(self._text.feed(text))

    def _watched(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The `pieces`, noting when the first came, and for how long only thinking came."""
        for piece in pieces:
            now = time.monotonic()
            self.wait = self.wait or now - self._started
            if piece.thinking.strip():
                self._thinking_since = self._thinking_since or now
            elif piece.text.strip():
                self._add_thinking(now)
            yield piece

    def _add_thinking(self, now: float) -> None:
        if self._thinking_since:
            self.thinking_seconds += now - self._thinking_since
            self._thinking_since = 0.0

    def _read_usage(self, chunk: Any) -> None:
        usage, timings = getattr(chunk, "usage", None), getattr(chunk, "timings", None)
        if usage:
            self.prompt_tokens, self.reply_tokens = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
            self.cached_tokens = _count(getattr(usage, "prompt_tokens_details", None), "cached_tokens")
            self.thought_unseen = bool(_count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens"))
        if isinstance(timings, dict) and isinstance(milliseconds := timings.get("prompt_ms"), float):
            self.wait = milliseconds / 1000  # of llama.cpp, more exact
            self.cached_tokens = self.prompt_tokens - int(timings.get("prompt_n") or 0)


def _field(data: Any, name: str, kind: type[_T], described: str) -> _T:
    """The value under `name`, empty if it is null. Raises Malformed if it is missing or no `kind`, as `described`."""
    if not hasattr(data, name):  # clients do not validate what they receive
        raise Malformed(f"“{name}” is missing in it")
    value = getattr(data, name)
    if not isinstance(value, kind | None):
        raise Malformed(f"“{name}” in it is not {described}")
    return kind() if value is None else value


def _count(data: Any, name: str) -> int:
    """The number of tokens under `name`; 0 if it is missing or no such number."""
    number = getattr(data, name, None)
    return number if isinstance(number, int) and 0 <= number < _MAX_COUNT else 0
