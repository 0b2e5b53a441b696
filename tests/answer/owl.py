"""A language model whose replies depend on which prompt it is asked with, and an assistant that works with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Event
from typing import Any

from rag import llm
from rag.answer.assistant import Assistant
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.answer.writers.task import Check, Checks, Judge
from rag.llm import prompts
from rag.llm.model import Model
from rag.llm.usage import Usage
from rag.query.reading import Reader
from rag.query.terms import TermReader
from rag.retrieval.grading.grader import Grader
from tests.llm import protocol
from tests.llm.protocol import Chat
from tests.llm.server import Handler, Server

Says = str | Callable[[str], str]  # a reply, also as a function of the last message
COST = 0.25  # US dollars


@dataclass
class Owl:
    """The model "owl" of a `server`, by the names of prompts.

    It is `silent` to some, the server is `failing` at some, `cut` off after so many words of the reply to some, and the
    replies to others are `endless`. To what is not in `replies` it says what the server's model does.
    """

    server: Server
    replies: dict[str, Says] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    cut: dict[str, int] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        owl = self

        class ByPrompt(_ByPrompt):
            def __init__(self, *arguments: Any) -> None:
                self.owl = owl
                super().__init__(*arguments)

        self.server.RequestHandlerClass = ByPrompt

    @property
    def spec(self) -> str:
        return f"openai-like:{self.server.url}/v1#owl"

    @property
    def asked(self) -> list[str]:
        """The names of the prompts that it was asked with, in order."""
        return [prompt_of(chat) for chat in self.server.chats]

    def question(self, name: str) -> str:
        """The last message of the first chat with the prompt `name`."""
        return next(chat.messages[-1][1] for chat in self.server.chats if prompt_of(chat) == name)


def opened(server: Server, timeout: float = 20.0) -> Model:
    """The model of `server`, which is waited for `timeout` seconds."""
    found = llm.load(f"openai-like:{server.url}/v1#owl", timeout)
    assert found is not None
    return found


def with_room(server: Server, tokens: int) -> Model:
    """The model of `server` with a context of so many tokens, where each word counts as one."""
    server.models = {"object": "list", "data": [{"id": "owl", "owned_by": "llamacpp"}]}
    server.known = {"/props": {"default_generation_settings": {"n_ctx": tokens}}, "/tokenize": True}
    return opened(server)


def assistant(
    owl: Owl,
    check: Check,
    judge: Judge | None = None,
    *,
    is_quick: bool = True,
    is_capable: bool = True,
    show_unverified: bool = False,
    timeout: float = 20.0,
) -> Assistant:
    """All that the model can do; if it is not `is_capable`, it names terms and writes of each paper by itself."""
    usage = Usage()
    model = opened(owl.server, timeout).counting(usage)
    return Assistant(
        "owl",
        usage,
        lambda used: COST if used.calls else None,
        Reader(model, None) if is_capable else TermReader(model, None),
        Grader(model, None) if is_capable else None,
        (SynthesisWriter if is_capable else SentenceWriter)(model, Checks(check, judge, show_unverified), None),
        reads_all=is_capable,
        is_quick=is_quick,
    )


def reading(**fields: Any) -> Callable[[str], str]:
    """The reading of any question as one for papers, with these other `fields`."""

    def read(prompt: str) -> str:
        question = prompt.rpartition("Question: ")[2]
        found = {"question": question, "queries": [], "intent": "papers", "compared": [], "authors": []}
        return json.dumps({**found, "first_year": None, "last_year": None, **fields})

    return read


def grading(of: Mapping[str, str]) -> Callable[[str], str]:
    """Grades papers by how their titles begin, as in {"SwiftDepth": "2c"} with a sentence; others get 0."""

    def grade(prompt: str) -> str:
        entries = []
        for n, title in re.findall(r"^Paper (\d+): (.*)$", prompt, re.MULTILINE):
            given = next((grade for start, grade in of.items() if title.startswith(start)), "0")
            entries.append({"n": int(n), "grade": int(given[0]), "sentence": given[1:]})
        return json.dumps({"papers": entries})

    return grade


@cache
def _names() -> dict[str, str]:
    """The names of prompts by their first messages."""
    return {str(prompts.load(name).message_templates[0].content): name for name in prompts.PLACEHOLDERS}


def prompt_of(chat: Chat) -> str:
    """The name of the prompt that `chat` is made with, "" for none of ours."""
    return _names().get(chat.messages[0][1], "")


class _ByPrompt(Handler):
    owl: Owl

    def _chat(self, chat: Chat, body: dict[str, Any]) -> None:
        name = prompt_of(chat)
        if name in self.owl.silent:
            self._wait(Event())
        elif name in self.owl.failing:
            self._send(500, b"{}", {})
        else:
            super()._chat(chat, body)

    def _reply(self, chat: Chat) -> None:
        name = prompt_of(chat)
        if name not in self.owl.replies:
            super()._reply(chat)
            return
        said = self.owl.replies[name]
        text = said if isinstance(said, str) else said(chat.messages[-1][1])
        certainty = self.server.certainty if chat.scored else None
        deltas = [{"content": word} for word in protocol.words(text)][: self.owl.cut.get(name)]
        for chunk in protocol.events(chat.model, deltas, certainty):
            self._chunk(chunk)
        if name in self.owl.cut:
            self.close_connection = True
        elif name in self.owl.endless:
            self._wait(Event())
        else:
            self._chunk(protocol.ending(chat.model, "stop", self.server.last) + protocol.DONE)
            self._chunk(b"")
