"""Names of authors as "Given Family", from the spellings that bibliographies have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NOBODY = re.compile(
    r"(?:and )?(?:others|(?:et\.? )?al\.?|et alii|anonymous|anon\.?|\[?no author[s]? (?:listed|name available)\]?)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|II|III|IV|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)


def is_suffix(text: str) -> bool:
    """Whether `text` is what follows a name, such as "Jr." or "III"."""
    return _SUFFIX.fullmatch(text) is not None


def given_family(name: str) -> str:
    """``"Lovelace, Ada"`` as ``"Ada Lovelace"``; a suffix such as "Jr." comes last. Without a comma, as it is."""
    parts = [part.strip() for part in name.split(",")]
    parts = [part for part in parts if part]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    given = [part for part in parts[1:] if part not in suffixes]
    return " ".join([*given, *parts[:1], *suffixes])


def people(names: Iterable[str]) -> Iterator[str]:
    """Each of `names` as "Given Family", in order, without "et al." and its like."""
    for name in names:
        written = " ".join(name.split()).strip(" ;,")
        if written and not _NOBODY.fullmatch(written):
            yield given_family(written)
