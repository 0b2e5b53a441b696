"""Strings that make a regular expression backtrack, derived from the expression itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

LONG = 8  # times that a repeat allows, from which on it is worth an attack
MAX_TEXTS = 8  # of what a repeat or a node matches
CHARACTERS = " aA1,.-\"'([{<&$\\|=:;/\n\té_*#@)]}>!?"
NO_MATCH = "\x00"
ENDS = ("", NO_MATCH, "a")
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """The beginning, what follows again and again, and the end of texts that `pattern` nearly matches in many ways."""
    for before, body in dict.fromkeys(_repeats(sre_parse.parse(pattern.pattern, pattern.flags), "")):
        yield from ((before, body, end) for end in ENDS)
        yield "", before + body, ""
        yield "", before or body, NO_MATCH


def attack(parts: tuple[str, str, str], size: int) -> str:
    """The text of about `size` characters that `parts`, of `attacks`, describe."""
    begin, body, end = parts
    return begin + body * (size // len(body) + 1) + end


def _repeats(nodes: Iterable[tuple[Any, Any]], before: str) -> Iterator[tuple[str, str]]:
    """Each repeat without a small bound: a text that leads to it, and one that it matches once."""
    for kind, value in nodes:
        if kind in _REPEATS:
            _, most, body = value
            if most >= LONG:
                yield from ((before, text) for text in _texts(body) if text)
            yield from _repeats(body, before)
        else:
            for branch in _within(kind, value):
                yield from _repeats(branch, before)
        before += next(iter(_texts([(kind, value)])), "")


def _within(kind: Any, value: Any) -> list[Any]:
    """The sequences of nodes within a node."""
    if kind is sre.BRANCH:
        return list(value[1])
    if kind is sre.SUBPATTERN:
        return [value[3]]
    if kind is sre.ATOMIC_GROUP:
        return [value]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return []


def _texts(nodes: Iterable[tuple[Any, Any]]) -> list[str]:
    """Texts that `nodes` match in a row."""
    choices = [list(dict.fromkeys(islice(_node_texts(kind, value), MAX_TEXTS))) or [""] for kind, value in nodes]
    firsts = [texts[0] for texts in choices]
    each = ("".join([*firsts[:i], text, *firsts[i + 1 :]]) for i, texts in enumerate(choices) for text in texts)
    return list(dict.fromkeys(islice([*each, *map("".join, islice(product(*choices), MAX_TEXTS))], 2 * MAX_TEXTS)))


def _node_texts(kind: Any, value: Any) -> Iterator[str]:
    if kind is sre.LITERAL:
        yield chr(value)
    elif kind is sre.IN and value[0][0] is not sre.NEGATE:
        yield from (text for node in value for text in _member_texts(*node))
    elif kind in (sre.NOT_LITERAL, sre.ANY, sre.IN):
        yield from (character for character in CHARACTERS if not _excludes(kind, value, character))
    elif kind in _REPEATS:
        least, most, body = value
        yield from (text * max(least, min(most, 1)) for text in _texts(body))
    elif kind not in (sre.ASSERT, sre.ASSERT_NOT):
        for branch in _within(kind, value):
            yield from _texts(branch)


def _member_texts(kind: Any, member: Any) -> list[str]:
    """Characters that a member of a set stands for."""
    if kind is sre.LITERAL:
        return [chr(member)]
    if kind is sre.RANGE:
        return [chr(member[0])]
    return [character for character in CHARACTERS if _is_in(member, character)][:2]


def _excludes(kind: Any, value: Any, character: str) -> bool:
    """Whether a node that names what it does not match names `character`."""
    if kind is sre.ANY:
        return character == "\n"
    if kind is sre.NOT_LITERAL:
        return ord(character) == value
    return any(
        _is_in(member, character)
        if kind is sre.CATEGORY
        else member[0] <= ord(character) <= member[1]
        if kind is sre.RANGE
        else ord(character) == member
        for kind, member in value[1:]
    )


def _is_in(category: Any, character: str) -> bool:
    if category in (sre.CATEGORY_DIGIT, sre.CATEGORY_NOT_DIGIT):
        return character.isdigit() == (category is sre.CATEGORY_DIGIT)
    if category in (sre.CATEGORY_SPACE, sre.CATEGORY_NOT_SPACE):
        return character.isspace() == (category is sre.CATEGORY_SPACE)
    return (character.isalnum() or character == "_") == (category is sre.CATEGORY_WORD)
