"""What the vendors that host models have in common: an address, a key, and the extra of rag that brings the client."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec

from rag.errors import ModelError
from rag.llm.server import Server, key_from, without_password

THINKING_TOKENS = 8192  # added to the limit of a reply where a model's thinking counts towards it


@dataclass(frozen=True)
class Vendor:
    """The vendor of a spec such as "openai:MODEL"."""

    name: str  # to show
    kind: str  # what a spec starts with, and the extra of rag that installs `package`
    package: str  # of its LlamaIndex integration
    key_name: str  # the environment variable with the key
    url: str
    url_name: str  # the environment variable with another address

    def missing(self) -> str:
        """What is missing to use this vendor, and the next command; "" if nothing is."""
        if find_spec(self.package) is None:
            return f'not installed. Run: pip install "rag[{self.kind}]"'
        return "" if os.environ.get(self.key_name) else f"{self.key_name} is not set"

    def server(self, timeout: float) -> Server:
        """The vendor's server. Raises ModelError if its client is not installed, or its key is not set or invalid."""
        if find_spec(self.package) is None:
            raise ModelError(f"{self.name} is {self.missing()}  (or choose --llm none)")
        key = key_from(self.key_name)
        if not key:
            raise ModelError(f"{self.name} requires a key. Set {self.key_name} to yours, or choose --llm none")
        url = (os.environ.get(self.url_name) or self.url).rstrip("/")
        return Server(url, timeout, key, label=f"{self.name} at {without_password(url)}", key_name=self.key_name)
