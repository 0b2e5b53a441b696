"""Vendors that host models: where each answers, which key it asks for, and which of rag's extras brings its client."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec

from rag.errors import ModelError
from rag.llm.server import Server, key_from, without_password


@dataclass(frozen=True)
class Vendor:
    """Who is meant by a spec such as "openai:MODEL"."""

    name: str  # as a reader knows it
    kind: str  # what a spec begins with; also the extra that brings `package`
    package: str
    key_name: str  # the variable that holds the key
    url: str
    url_name: str  # the variable that names another address

    def lacks(self) -> str:
        """What stands between a user and this vendor, with what to do; "" if nothing."""
        if find_spec(self.package) is None:
            return f'not installed. Run: pip install "rag[{self.kind}]"'
        return "" if os.environ.get(self.key_name) else f"{self.key_name} is not set"

    def server(self, timeout: float) -> Server:
        """Where it answers; it may be silent for `timeout` seconds. Raises ModelError without its client or a key."""
        if find_spec(self.package) is None:
            raise ModelError(f"{self.name} is {self.lacks()}  (or choose --llm none)")
        key = key_from(self.key_name)
        if not key:
            raise ModelError(f"{self.name} asks for a key. Set {self.key_name} to yours, or choose --llm none")
        url = (os.environ.get(self.url_name) or self.url).rstrip("/")
        return Server(url, timeout, key, where=f"{self.name} at {without_password(url)}", key_name=self.key_name)


OPENAI = Vendor(
    "OpenAI",
    "openai",
    "llama_index.llms.openai_like",
    "OPENAI_API_KEY",
    "https://api.openai.com/v1",
    "OPENAI_BASE_URL",
)
ANTHROPIC = Vendor(
    "Anthropic",
    "anthropic",
    "llama_index.llms.anthropic",
    "ANTHROPIC_API_KEY",
    "https://api.anthropic.com",
    "ANTHROPIC_BASE_URL",
)
GEMINI = Vendor(
    "Gemini",
    "gemini",
    "llama_index.llms.google_genai",
    "GOOGLE_API_KEY",
    "https://generativelanguage.googleapis.com",
    "GOOGLE_GEMINI_BASE_URL",
)
VENDORS = (OPENAI, ANTHROPIC, GEMINI)
THOUGHTS = 8192  # tokens that a model may think before it writes, where that counts as its reply
