"""What calls of a model take: tokens and time."""

from __future__ import annotations

from dataclasses import dataclass

_MIN_PROMPT = 100  # tokens that are not cached, from which the time to read them says something


@dataclass(slots=True)
class Usage:
    """What calls of a model took, summed."""

    calls: int = 0
    prompt_tokens: int = 0  # as the server says, else estimated
    reply_tokens: int = 0  # as the server says, else estimated; with those of thinking
    thinking_seconds: float = 0.0  # in which only thinking arrived


@dataclass(slots=True)
class Pace:
    """How fast a model reads prompts, as measured last."""

    prompt_rate: float | None = None  # tokens of prompt per second; None until it is measured

    def measure(self, tokens: int, seconds: float) -> None:
        """Notes that `tokens`, of which none were cached, took `seconds` until the first piece of a reply."""
        if tokens >= _MIN_PROMPT and seconds > 0:
            self.prompt_rate = tokens / seconds
