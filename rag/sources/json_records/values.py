"""Values of JSON objects, which may be of any type, as texts, years and names. None of these functions raises."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from rag.paper import MAX_ABSTRACT
from rag.sources import markup, names
from rag.sources.author_lists import authors_in
from rag.sources.record import year_in

Fields = Mapping[str, Any]

_MARKUP = re.compile(r"(?:<|&lt;)/[a-z][\w:-]{0,30}\s{0,5}(?:>|&gt;)|<(?:br|p)\s{0,5}/?>", re.IGNORECASE)
_WRAPPERS = ("value", "text", "#text", "content")  # where services put a text that has attributes
# Keys of names, as `folded` has them.
_WHOLE_NAMES = ("name", "fullname", "displayname", "text", "creator", "rawauthorname")
_GIVEN = ("given", "firstname", "first", "givenname")
_MIDDLE = ("middle", "middlename")
_PARTICLES = ("droppingparticle", "nondroppingparticle")
_FAMILY = ("family", "lastname", "last", "familyname", "surname")
_MAX_PARTS = 100_000  # of a list that is one text
_MAX_MARKED_UP = 10 * MAX_ABSTRACT


def string(value: Any) -> str:
    """A text or a number as text; the parts of a list, such as sentences, joined; "" for null, NaN and the like."""
    if isinstance(value, str):
        return value
    parts = value[:_MAX_PARTS] if isinstance(value, list) else [value]
    return " ".join(text for part in parts if (text := _leaf(part)))


def first(fields: Fields, *keys: str) -> str:
    """The text of the first of `keys` that has one."""
    return next((text for key in keys if (text := string(fields.get(key)).strip())), "")


def prose(value: Any) -> str:
    """A text without the markup that it may have, and with its entities decoded; "a<b and c>d" stays as it is."""
    text = string(value)
    may_have = "<" in text or "&lt;" in text  # the search is slow
    if may_have and _MARKUP.search(text) and len(text) < _MAX_MARKED_UP:  # what is longer is no abstract
        return markup.plain(text)
    return markup.entities(text)


def is_given(value: Any) -> bool:
    """Whether there is a text, an object or a list of some in `value`."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and bool(string(value).strip() or objects(value))


def is_true(value: Any) -> bool:
    """Whether `value` is true, or a text or a number that says so."""
    return value is True or string(value).strip().lower() in ("true", "yes", "1")


@lru_cache(maxsize=4096)
def folded(key: str) -> str:
    """`key` in lower case, without anything but letters: ``"Full_Name"`` is ``"fullname"``."""
    return re.sub(r"[^a-z]", "", key[:100].lower())


def by_folded(fields: Fields) -> dict[str, Any]:
    """The fields by their folded keys; of those that are equal, the first that has a value."""
    named: dict[str, Any] = {}
    for key, value in fields.items():
        if not named.get(folded(key)):
            named[folded(key)] = value
    return named


def objects(value: Any) -> list[Fields]:
    """The objects in a list, or the one that `value` is."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


def inner(fields: Fields, key: str) -> Fields:
    """The object that is the value of `key`, or else an empty one."""
    value = fields.get(key)
    return value if isinstance(value, Mapping) else {}


def year(value: Any) -> int | None:
    """The year of a number or a text, or of the first part of a list."""
    while isinstance(value, list):
        value = value[0] if value else None
    return year_in(string(value))


def people(value: Any, groups: Collection[str] = ("literal", "collectivename")) -> Iterator[str]:
    """The names, as "Given Family", in a list of texts or objects, or in a text that lists them.

    `groups` are the folded keys of names that are to be left as they are, commas and all.
    """
    if isinstance(value, str):
        yield from authors_in(value)
    elif isinstance(value, list):
        for one in value:
            yield from _name(one, groups)
    elif isinstance(value, Mapping):  # {"author": [...]}, or one alone
        lists = [one for one in value.values() if isinstance(one, list)]
        for one in lists[0] if len(lists) == 1 and not _in_parts(by_folded(value)) else [value]:
            yield from _name(one, groups)


def _name(value: Any, groups: Collection[str]) -> Iterator[str]:
    """The name of a person or a group; several if they stand in one text."""
    if not isinstance(value, Mapping):
        text = string(value)
        yield from authors_in(text) if ";" in text else names.people(filter(_has_letters, [text]))
        return
    person = by_folded(value)
    if name := _in_parts(person) or first(person, *groups):
        yield name
    else:
        yield from names.people([first(person, *_WHOLE_NAMES)])


def _in_parts(person: Fields) -> str:
    given = [first(person, *_GIVEN), first(person, *_MIDDLE)]
    family = [*(first(person, key) for key in _PARTICLES), first(person, *_FAMILY), first(person, "suffix")]
    return " ".join(part for part in (*given, *family) if part)


def _leaf(value: Any) -> str:
    if isinstance(value, Mapping):
        value = next((value[key] for key in _WRAPPERS if isinstance(value.get(key), str)), None)
    if isinstance(value, float):
        return "" if not math.isfinite(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))
