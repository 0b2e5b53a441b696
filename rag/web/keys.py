"""Random keys that nobody can guess: ids of conversations, and what a browser is known by."""

from __future__ import annotations

import hashlib
import re
import secrets

_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)


def new_key(size: int) -> str:
    """A random key of `size` bytes, in characters that fit into an address and a cookie."""
    return secrets.token_urlsafe(size)


def is_key(text: str) -> bool:
    """Whether `text` has the form of a key."""
    return _KEY.fullmatch(text) is not None


def hashed(key: str) -> str:
    """What is kept of a secret key: whoever reads it cannot tell the key. 64 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()
