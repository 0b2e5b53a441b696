"""What is sent to a model, and what earlier calls have shown about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.llm.options import Fields, Options, Wanted
from rag.llm.scored import TOP_TOKENS
from rag.llm.server import Server
from rag.llm.tokens import estimated_tokens
from rag.llm.usage import Pace
from rag.llm.vendors import Vendor

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

THINKING_TOKENS = 8192  # added to the limit of a reply of a model that thinks


@dataclass(slots=True)
class Habits:
    """What calls have shown about a model, and what later ones make use of."""

    thinks: bool = False  # although it was asked not to
    unmarked: bool = False  # whether it begins to think without a mark
    options: Options = field(default_factory=Options)
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True)
class Call:
    """A request of `max_tokens` of text, and of JSON that fits `schema` if there is one."""

    messages: Sequence[ChatMessage]
    max_tokens: int
    schema: Mapping[str, Any] | None = None
    is_scored: bool = False  # whether the probabilities of tokens are asked for

    @property
    def prompt(self) -> str:
        """What the model reads, without the marks between messages."""
        return "\n".join(str(message.content) for message in self.messages)


@dataclass(frozen=True)
class Endpoint:
    """A model of a server, to which calls are sent."""

    server: Server
    vendor: Vendor
    model_id: str
    habits: Habits = field(default_factory=Habits)

    def limit(self, call: Call, context: int) -> int:
        """The number of tokens of a reply to `call`, with those that the model may take to think.

        `context` is the number of tokens of prompt and reply together.
        """
        if not self.habits.thinks:
            return call.max_tokens
        room = context - estimated_tokens(call.prompt) - call.max_tokens
        return call.max_tokens + max(0, min(THINKING_TOKENS, room))

    def wanted(self, call: Call, limit: int) -> Wanted:
        """The fields of a request for at most `limit` tokens, each with what to send if the server does not take it."""
        scores, temperature = [{"logprobs": True, "top_logprobs": TOP_TOKENS}, {}], self.vendor.temperature
        return {
            "limit": [{name: limit} for name in self.vendor.limit_names],
            **({"scores": scores} if call.is_scored else {}),
            **({"schema": _schema_forms(call.schema)} if call.schema else {}),
            "thinking": [*self.vendor.no_thinking, {}],
            **({} if temperature is None else {"temperature": [{"temperature": temperature}, {}]}),
            "usage": [{"stream_options": {"include_usage": True}}, {}],
        }


def _schema_forms(schema: Mapping[str, Any]) -> list[Fields]:
    named = {"name": "reply", "schema": schema}
    strict, lax = {**named, "strict": True}, named
    return [*({"response_format": {"type": "json_schema", "json_schema": form}} for form in (strict, lax)), {}]
