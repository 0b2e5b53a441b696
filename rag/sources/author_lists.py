"""Lists of authors that stand in one text, with whatever separates them → single names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.sources.names import is_suffix, people, without_degrees

_SURE = re.compile(r"[;|\n\r•；、]|//")  # no name has these
_AND = re.compile(r",? (?:and|und|et) |,? ?& ?", re.IGNORECASE)
_PYTHON_LIST = re.compile(r"""'((?:[^'\\]|\\.){0,300})'|"((?:[^"\\]|\\.){0,300})\"""")  # what pandas makes of a list
_NUMBER = re.compile(r" ?[(\[](?:[\d, -]{4,30}|https?://orcid\S{1,40})[)\]]")  # of the author at Scopus, or ORCID
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){1,5}|[A-Z]{1,3}|[A-Z](?:[ -][A-Z]){1,3}")
_INITIALS_LAST = re.compile(r"(.{2,80}?) ((?:[^\W\d_]\.[ -]?){1,5}|[A-Z]{1,3})")
_BARE_INITIALS = re.compile(r"[^,.]{2,80} [A-Z]{1,3}, [^.]*\.")  # as in PubMed, where the full stop ends the list
_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")  # whose names need no comma
_PARTICLE = re.compile(r"(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ter|ten|zu)\b")


def authors_in(text: str) -> list[str]:
    """The authors in `text` as "Given Family", in order, without "et al."

    It may be ``"Lind, M.; Okaf, J."``, ``"Maja Lind and Josef Okaf"``, ``"Lind M., Okaf J."``, ``"Lind, Maja"``,
    ``"['Maja Lind', 'Josef Okaf']"``, and so on.
    """
    text = _NUMBER.sub("", text.strip())
    names = list(people(_names(text.removesuffix(".") if _BARE_INITIALS.fullmatch(text) else text)))
    last = [_initials_last(name) for name in names]
    most = 2 * sum(map(bool, last)) > len(last)  # not all: there may be groups
    return [
        f"{found[2].strip()} {found[1]}" if found and ("." in found[2] or most) else name
        for name, found in zip(names, last, strict=True)
    ]


def _initials_last(name: str) -> re.Match[str] | None:
    found = _INITIALS_LAST.fullmatch(name)
    return found if found and not is_suffix(found[2]) else None


def _names(text: str) -> Iterator[str]:
    if text.startswith("[") and text.endswith("]"):
        yield from (single or double for single, double in _PYTHON_LIST.findall(text))
    elif _SURE.search(text):
        yield from _SURE.split(text)
    else:
        for part in _AND.split(" ".join(text.split())):
            yield from _between_commas([name for name in map(str.strip, without_degrees(part).split(",")) if name])


def _between_commas(parts: list[str]) -> Iterator[str]:
    """The names in `parts`, which commas separate: from each other, or a family name from the given one."""
    pairs = [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=False)]
    if parts and len(parts) % 2 == 0 and _are_pairs(parts):
        yield from pairs
    else:
        yield from parts


def _are_pairs(parts: list[str]) -> bool:
    """Whether `parts`, an even number of them, are a family name, a given name, a family name and so on."""
    families, given = parts[::2], parts[1::2]
    if _CJK.search(parts[0]):
        return False
    if all(map(_INITIALS.fullmatch, given)):
        return True
    if len(parts) == 2:
        if all(map(_initials_last, parts)):
            return False
        return " " not in families[0] or _PARTICLE.match(families[0]) is not None
    return not any(" " in part for part in parts)
