"""Where a service is, and how it wants to be asked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rag.errors import FetchError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_KEY = re.compile(r"[\w.~-]{1,200}", re.ASCII)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Host:
    """The address of a service, its pace, and where it wants a key and a mail address."""

    label: str  # its name in messages
    base: str  # what every address begins with
    interval: float  # seconds between two requests
    key_name: str = ""  # the environment variable with the key
    key_header: str = ""  # the header for the key …
    key_parameter: str = ""  # … or the parameter
    contact_parameter: str = ""  # the parameter for the mail address of the user
    parameters: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # of every request
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    remedy: str = "Try again later."  # what to do if it refuses or cannot be reached

    def key(self) -> str:
        """The key in the environment, "" if there is none. Raises FetchError if it cannot be a key."""
        key = os.environ.get(self.key_name, "").strip() if self.key_name else ""
        if key and not _KEY.fullmatch(key):
            raise FetchError(f"{self.key_name} contains a character that no key can have. Set it again.")
        return key
