"""Replies that do not end as they should. The text of each exception follows the name of the server in a message."""

from __future__ import annotations

from rag.text import count


class BadEnding(Exception):
    """A reply that cannot be used, or only as far as it goes."""


class EmptyReply(BadEnding):
    """A reply without text."""

    def __init__(self) -> None:
        super().__init__("gave an empty reply. Choose another: --llm.")


class NotAStream(BadEnding):
    """A reply without a single event."""

    def __init__(self) -> None:
        super().__init__("gave no usable reply (not a stream of events). Choose another: --llm.")


class Malformed(BadEnding):
    """A reply of another form than that of the chat completions API; `how` says in words what is wrong."""

    def __init__(self, how: str) -> None:
        super().__init__(f"gave no usable reply ({how}). Choose another: --llm.")


class BrokeOff(BadEnding):
    """A stream that ends without saying so."""

    def __init__(self) -> None:
        super().__init__("broke off: its reply has no end. See its log, or choose another: --llm.")


class CutOff(BadEnding):
    """A reply that the server ended at the limit of `tokens`."""

    def __init__(self, tokens: int) -> None:
        super().__init__(f"stopped early: its reply reached the limit of {count(tokens, 'token')}.")


class Endless(BadEnding):
    """A reply that is longer than `bound`, in words."""

    def __init__(self, bound: str) -> None:
        super().__init__(f"does not end: its reply has more than {bound}. Choose another: --llm.")


class Silent(BadEnding):
    """A reply of which nothing that says something came for so many `seconds`, whatever else the server sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"sent nothing for {seconds:g} s. Raise RAG_LLM_TIMEOUT, or choose another: --llm.")


class UnmarkedThinking(BadEnding):
    """A stream whose text turns out to be what the model thinks."""

    def __init__(self) -> None:
        super().__init__("showed what it thinks as its answer. Ask again: from now on that is left out.")


class NeedsRoom(BadEnding):
    """A reply of a model that thinks, to a request that left it no tokens to do so."""

    def __init__(self) -> None:
        super().__init__("thinks for longer than a reply may be. Choose another: --llm.")
