"""The fields of a BibTeX entry whose braces, quotation marks or commas do not match, as far as they are certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

from rag.sources.bibtex.fields import KNOWN_FIELDS, MalformedError, Parsed, parse_value

_NAME = re.compile(r"(?<![\w-])([A-Za-z][\w-]{1,40})[ \t]{0,99}=\s{0,99}(?=[{\"\w])")
_HEADER = re.compile(
    r"@\s{0,99}[A-Za-z][\w-]{0,40}\s{0,99}[{(]([^=]{0,300}?)[,;\s]{1,99}(?=[A-Za-z][\w-]{1,40}[ \t]{0,99}=)"
)
_BARE_VALUE_BEFORE = re.compile(r"=\s{0,99}\w{1,40}\s{0,99},\s{0,99}$")
_FIELD_WITHIN = re.compile(r"[}\"]\s{0,99},?[ \t]{0,99}\n[^\n={}\"]{1,100}=\s{0,99}[{\"]")
_CLOSING_LINE = re.compile(r"\n[ \t]{0,99}[})][ \t,]{0,99}\n")
_BEFORE = 200  # characters before a name that are looked at
_MIN_NAME = 3  # letters of a field that is not known; fewer may be of a formula
_KNOWN = frozenset(KNOWN_FIELDS)


class _Field(NamedTuple):
    name: str
    start: int
    value: int  # where it begins


def repaired(text: str, macros: Mapping[str, str]) -> Parsed:
    """The entry at the start of `text`. Raises MalformedError where the end of a value is not certain.

    A value ends where the next field begins: after a mark that may close a value, or at the start of a line.
    """
    header = _HEADER.match(text)
    fields = list(_fields(text, header.end() if header else 0))
    if not fields:
        raise MalformedError
    read: list[tuple[str, str]] = []
    for field, following in pairwise(fields):
        read.append((field.name, _value(text[field.value : following.start], macros)))
    read.append((fields[-1].name, _last_value(text[fields[-1].value :], macros)))
    return Parsed(header[1].strip(" \t\n,;") if header else "", read, len(text))


def _fields(text: str, first: int) -> Iterator[_Field]:
    """Where fields begin in `text`, the first at `first`; within values there may be text that looks like one."""
    for found in _NAME.finditer(text):
        name, before = found[1].lower(), text[max(0, found.start() - _BEFORE) : found.start()]
        if found.start() == first or _begins_field(name, before, text[found.end()]):
            yield _Field(name, found.start(), found.end())


def _begins_field(name: str, before: str, opening: str) -> bool:
    """Whether `name` is of a field, by the text `before` it and the first character of its value."""
    last = before.rstrip(" \t\n,;")
    between = before[len(last) :]
    is_separate, starts_line = "," in between or ";" in between, "\n" in between
    is_known, is_enclosed = name in _KNOWN, opening in '{"'
    if last.endswith(("}", '"')):
        return ((is_separate or starts_line) and (is_known or len(name) >= _MIN_NAME)) or (is_known and is_enclosed)
    if starts_line:
        return (is_known or is_separate) and (is_enclosed or (is_known and is_separate))
    return is_known and _BARE_VALUE_BEFORE.search(before) is not None


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """The value that `raw` is: by the rules if it keeps them, else without the marks around it.

    Raises MalformedError if there seems to be another field within.
    """
    raw = raw.strip(" \t\n,;")
    try:
        return parse_value(raw, macros)
    except MalformedError:
        if _FIELD_WITHIN.search(raw):
            raise
        return raw[1:].removesuffix("}" if raw.endswith("}") else '"') if raw[:1] in ("{", '"') else raw


def _last_value(raw: str, macros: Mapping[str, str]) -> str:
    """The value that `raw` begins with; the end of the entry follows, and maybe other text."""
    closing = _CLOSING_LINE.search(f"{raw}\n")
    whole = raw[: closing.start()] if closing else raw.rstrip()
    for text in [whole] if closing else [whole[:-1], whole]:
        with suppress(MalformedError):
            return parse_value(text.strip(" \t\n,;"), macros)
    if closing and whole[:1] in ("{", '"'):
        return _value(whole, macros)
    text = whole.removesuffix("}").removesuffix(")").strip(" \t\n,;")
    if len(text) < 2 or text[0] not in '{"' or text[-1] not in '}"':
        raise MalformedError
    return text[1:-1]
