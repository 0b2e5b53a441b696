"""Names of authors as "Given Family", from the spellings that bibliographies have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NOBODY = re.compile(
    r"(?:and )?(?:others|(?:et\.? )?al\.?|et alii|anonymous|anon\.?|\[?no author[s]? (?:listed|name available)\]?)",
    re.IGNORECASE,
)
_AND = re.compile(r",?\s(?:and|&|et|und|y)\s")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
_NOTE_MARKS = re.compile(r"[\d*†‡§¶⋆∗^]{1,20}$")
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


def listed(text: str) -> Iterator[str]:
    """The people in `text`, as "Given Family".

    They are separated by semicolons; or, as in BibTeX, by "and", each with the family name first; or by commas, which
    may also precede initials: ``"Lind, M., Okaf, J."``.
    """
    text = text.removeprefix("by ").strip(" []")
    joined = _AND.split(text)
    if ";" in text:
        parts = text.split(";")
    elif all(part.count(",") == 1 for part in joined) and (len(joined) > 1 or len(text.split()) == 2):
        parts = joined
    else:
        parts = list(_with_initials([part for names in joined for part in names.split(",")]))
    return people(_NOTE_MARKS.sub("", part.strip(" \"'")) for part in parts)


def _with_initials(parts: list[str]) -> Iterator[str]:
    """`parts` between commas, after initials and suffixes are joined to the name that precedes them."""
    name = ""
    for part in map(str.strip, parts):
        if name and (_SUFFIX.fullmatch(part) or (_INITIALS.fullmatch(part) and part.isupper() and "," not in name)):
            name += f", {part}"
        else:
            yield name
            name = part
    yield name
