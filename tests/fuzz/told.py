"""What every error that a user may see has in common."""

from __future__ import annotations

from rag.errors import RagError


def assert_told(fault: RagError, *names: str) -> None:
    """Its message is one line, can be printed, and has all of `names`."""
    message = str(fault)
    assert message.strip()
    assert len(message.splitlines()) == 1, message
    message.encode()
    assert all(name in message for name in names), message
