"""The servers of models, and how they differ: the table that stands in for one client per vendor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import ModelError
from rag.llm.server import Server, key_from, without_password

_EFFORTS = tuple({"reasoning_effort": effort} for effort in ("none", "minimal", "low"))


@dataclass(frozen=True)
class Vendor:
    """A kind of server with an OpenAI-compatible API. What it does not take of a request is found out in calls."""

    name: str  # to show
    kind: str  # what a spec starts with, as in "openai:MODEL"
    key_name: str  # the environment variable with the key
    url: str = ""
    url_name: str = ""  # the environment variable with another address
    is_hosting: bool = False  # whether it runs the models itself, on the internet
    path: str = ""  # of the OpenAI-compatible API, below `url`
    # What the limit of a reply is called: the second where a server does not take the first.
    limit_names: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    temperature: float | None = 0.0  # None for the vendor's own
    no_thinking: tuple[Mapping[str, Any], ...] = _EFFORTS  # fields that keep a model from thinking, the best first

    def missing(self) -> str:
        """What is missing to use this vendor, in words; "" if nothing is."""
        return "" if os.environ.get(self.key_name) else f"{self.key_name} is not set"

    def server(self, timeout: float) -> Server:
        """The vendor's server. Raises ModelError if the key is not set or invalid."""
        key = key_from(self.key_name)
        if not key:
            raise ModelError(f"{self.name} requires a key. Set {self.key_name} to yours, or choose --llm none")
        root = (os.environ.get(self.url_name) or self.url).rstrip("/").removesuffix(self.path)
        label = f"{self.name} at {without_password(root)}"
        return Server(root + self.path, timeout, key, label=label, key_name=self.key_name)


OPENAI = Vendor(
    "OpenAI",
    "openai",
    "OPENAI_API_KEY",
    "https://api.openai.com/v1",
    "OPENAI_BASE_URL",
    is_hosting=True,
    limit_names=("max_completion_tokens", "max_tokens"),  # models that reason reject the other
)
ANTHROPIC = Vendor(
    "Anthropic",
    "anthropic",
    "ANTHROPIC_API_KEY",
    "https://api.anthropic.com",
    "ANTHROPIC_BASE_URL",
    is_hosting=True,
    path="/v1",
    no_thinking=({"thinking": {"type": "disabled"}},),
)
GEMINI = Vendor(
    "Gemini",
    "gemini",
    "GOOGLE_API_KEY",
    "https://generativelanguage.googleapis.com",
    "GOOGLE_GEMINI_BASE_URL",
    is_hosting=True,
    path="/v1beta/openai",
    temperature=None,  # with a lower one than their own, its models repeat themselves
)
HOSTED = (OPENAI, ANTHROPIC, GEMINI)
OLLAMA = Vendor("Ollama", "ollama", "OLLAMA_API_KEY", "http://127.0.0.1:11434", "OLLAMA_HOST", path="/v1")
# llama.cpp, vLLM, LM Studio and others. The templates of most models know the first field, that of gpt-oss the second.
COMPATIBLE = Vendor(
    "LLM",
    "openai-like",
    "OPENAI_API_KEY",
    no_thinking=({"chat_template_kwargs": {"enable_thinking": False, "reasoning_effort": "low"}},),
)
