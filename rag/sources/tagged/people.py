"""Names of authors as fields of tagged text have them: mostly one each, but also lists, with notes, initials last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.sources.author_lists import authors_in
from rag.sources.markup import entities
from rag.sources.names import is_suffix, people, without_degrees
from rag.sources.text.wording import is_name

_NOTE = re.compile(r"\[[^\[\]]{0,300}\]|\([^()@]{0,100}@[^()@]{0,100}\)")  # such as "[Inventor]" or an e-mail address
_MARKS = " ,;*†‡§¶+0123456789"  # of footnotes, after a name
_MAX_CHARS = 100_000  # of a field; the longest list of authors known has some 90,000
_MANY = 20  # names of one character each
_SEPARATOR = re.compile(r"[;；|]")
_AND = re.compile(r" (?:and|&|und|et) ")
_LIST = re.compile(r"\[\s?['\"]")  # as pandas writes one
_SENTENCE_END = re.compile(r"(?<=[^\W\d_A-Z]{3})\.$")
_FAMILY_FIRST = re.compile(r"(?![^\W\d_]\.)(.{2,80}?),? ((?:[^\W\d_]\.[ -]?){1,5}|[A-Z]{1,3}(?:-[A-Z])?)")


def authors(names: Iterable[str]) -> list[str]:
    """The people in `names`, each of which may be a list itself, as "Given Family", in order, without "et al."

    ``"Fann E."`` is family name first; so is ``"Fann E"``, if all those without a comma are written so.
    """
    single = [one for name in _whole(list(names)) for one in _singles(_cleaned(name))]
    initials = [None if "," in name else _FAMILY_FIRST.fullmatch(name) for name in single]
    bare = all(found or "," in name for found, name in zip(initials, single, strict=True))
    return list(
        people(
            f"{found[1]}, {found[2]}" if found and not is_suffix(found[2]) and (bare or "." in found[2]) else name
            for found, name in zip(initials, single, strict=True)
        )
    )


def _whole(names: list[str]) -> list[str]:
    """`names`, or the one list that they are if a tool has taken the characters of a list for names."""
    spelled_out = len(names) > _MANY and all(len(name) <= 1 for name in names)
    return ["".join(name or " " for name in names)] if spelled_out else names


def _cleaned(name: str) -> str:
    if _LIST.match(name):
        return "; ".join(authors_in(name))
    lines = entities(name).split("\n")
    text = "; ".join(lines) if len(lines) > 1 and all("," in line for line in lines) else " ".join(lines)
    text = " ".join(_NOTE.sub(" ", text[:_MAX_CHARS]).split()).rstrip(_MARKS)
    return _SENTENCE_END.sub("", text)


def _singles(text: str) -> Iterator[str]:
    """The names in `text`, which is one name unless it is certainly a list."""
    if _SEPARATOR.search(text):
        for part in _SEPARATOR.split(text):
            yield from _singles(part.strip(_MARKS))
        return
    text = without_degrees(text)
    if _may_be_list(parts := [part.strip() for part in text.split(",")]) and _are_names(found := authors_in(text)):
        yield from found
    elif text:
        yield _with_suffix(parts)


def _may_be_list(parts: list[str]) -> bool:
    """Whether `parts`, between commas, are more than a family name, a given name and a suffix."""
    if any(map(_AND.search, parts)):
        return True
    if len(parts) == 2:
        return all(map(_FAMILY_FIRST.fullmatch, parts)) and "." in parts[0]
    return len(parts) > 2 and not (len(parts) == 3 and is_suffix(parts[-1]))


def _are_names(found: list[str]) -> bool:
    return len(found) > 1 and all(map(is_name, found))


def _with_suffix(parts: list[str]) -> str:
    """The name of `parts`, a suffix behind the given name as a part of its own: ``"King, Martin, Jr"``."""
    given, _, last = parts[-1].rpartition(" ")
    if len(parts) == 2 and given and is_suffix(last):
        parts = [parts[0], given, last]
    return ", ".join(parts)
