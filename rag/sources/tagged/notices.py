"""What databases add to abstracts, and is no part of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOTICE = re.compile(
    r"""\[ABSTRACT\ FROM\ | \[(?:Author|Publication)\ Abstract\]\W*$
    | Copyright\ of\ .{1,300}\ is\ the\ property\ of\ | \(\s?Psyc\w{2,12}\ Database\ Record\ """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_MAX_CHARS = 1_000  # of a notice, at the end of an abstract


def joined(parts: Iterable[str]) -> str:
    """The abstract of which `parts` are the paragraphs, each once, without notices on copyright and origin."""
    return "\n".join(filter(None, dict.fromkeys(map(_without_notice, parts))))


def _without_notice(text: str) -> str:
    found = _NOTICE.search(text, max(0, len(text) - _MAX_CHARS))
    return text[: found.start()].rstrip() if found else text
