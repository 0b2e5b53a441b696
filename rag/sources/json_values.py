"""Values of JSON objects, which may be of any type, as texts, years and names. None of these functions raises."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rag.paper import MAX_ABSTRACT
from rag.sources import markup, names
from rag.sources.record import year_in

Fields = Mapping[str, Any]

_MARKUP = re.compile(r"</[a-z][\w:-]{0,30}\s{0,5}>|<(?:br|p)\s{0,5}/?>", re.IGNORECASE)
_WRAPPERS = ("value", "text", "#text", "content")  # where services put a text that has attributes
_WHOLE_NAMES = ("literal", "name", "full_name", "fullname", "display_name", "text", "creator", "raw_author_name")
_GIVEN = ("given", "firstName", "first_name", "firstname", "first", "given_name", "givenName")
_MIDDLE = ("middle", "middleName", "middle_name")
_PARTICLES = ("dropping-particle", "non-dropping-particle")
_FAMILY = ("family", "lastName", "last_name", "lastname", "last", "family_name", "familyName", "surname")
_MAX_PARTS = 100_000  # of a list that is one text
_MAX_MARKED_UP = 10 * MAX_ABSTRACT


def string(value: Any) -> str:
    """A text or a number as text; the parts of a list, such as sentences, joined; "" for null, NaN and the like."""
    parts = value[:_MAX_PARTS] if isinstance(value, list) else [value]
    return " ".join(text for part in parts if (text := _leaf(part)))


def first(fields: Fields, *keys: str) -> str:
    """The text of the first of `keys` that has one."""
    return next((text for key in keys if (text := string(fields.get(key)).strip())), "")


def marked_up(value: Any) -> str:
    """A text in HTML or JATS, without the markup; what is longer than any abstract is left as it is."""
    text = string(value)
    return markup.plain(text) if len(text) < _MAX_MARKED_UP else text


def prose(value: Any) -> str:
    """A text that may have markup in it, without that, and without entities; "a<b and c>d" stays as it is."""
    text = string(value)
    return marked_up(text) if _MARKUP.search(text) else markup.entities(text)


def is_given(value: Any) -> bool:
    """Whether there is a text, an object or a list of some in `value`."""
    return bool(string(value).strip() or objects(value))


def is_true(value: Any) -> bool:
    """Whether `value` is true, or a text or a number that says so."""
    return value is True or string(value).strip().lower() in ("true", "yes", "1")


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


def people(value: Any) -> Iterator[str]:
    """The names, as "Given Family", in a list of texts or objects, or in a text that lists them."""
    if isinstance(value, str):
        yield from names.listed(value)
    elif isinstance(value, list):
        for one in value:
            several = isinstance(one, str) and ";" in one
            yield from names.listed(one) if several else names.people(filter(_has_letters, [person(one)]))
    elif isinstance(value, Mapping):  # {"author": [...]}, or one alone
        lists = [one for one in value.values() if isinstance(one, list)]
        yield from people(lists[0]) if len(lists) == 1 and not person(value) else names.people([person(value)])


def person(value: Any) -> str:
    """The name of a person or a group, from its parts if it is given in parts."""
    if not isinstance(value, Mapping):
        return string(value)
    parts = [first(value, *_GIVEN), first(value, *_MIDDLE), *(first(value, key) for key in _PARTICLES)]
    family = first(value, *_FAMILY)
    if not family and not parts[0]:
        return first(value, *_WHOLE_NAMES)
    return " ".join(part for part in (*parts, family, first(value, "suffix")) if part)


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
