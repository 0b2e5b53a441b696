"""What a reader can save: one answer, or the whole conversation, in each of `rag.export.formats.FORMATS`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.export.formats import FORMATS
from rag.text import normalize
from rag.web.turns import Turn, replies

MAX_FILE_NAME = 60  # characters, without the ending
_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel does not read a CSV file as UTF-8


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says and where it leads, "" where there is nothing to show."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The files of an "answer" or of the whole "conversation"."""

    scope: str
    links: tuple[Link, ...]


def menu(address: str, turns: Sequence[Turn], n: int) -> list[Group]:
    """The files of turn `n` of the conversation at `address`; with the last of several turns, also those of all."""
    groups = [_group("answer", turns[n : n + 1], f"{address}/{n}")]
    if len(turns) > 1 and n == len(turns) - 1:
        groups.append(_group("conversation", turns, f"{address}/all"))
    return groups


def file(turns: Sequence[Turn], format_: str) -> tuple[str, str]:
    """The name and the text of the file that holds the answers of `turns`. Raises KeyError for an unknown format."""
    answers = replies(turns)
    name = normalize(turns[0].question).replace(" ", "-")[:MAX_FILE_NAME] if len(turns) == 1 else ""
    text = FORMATS[format_].render(*answers)
    return f"{name or 'conversation'}.{format_}", _BYTE_ORDER_MARK + text if format_ == "csv" else text


def _group(scope: str, turns: Sequence[Turn], address: str) -> Group:
    """A refusal cites nothing, so only its text can be saved."""
    cites = any(answer.citations for answer in replies(turns))
    formats = FORMATS if cites else ["md"]
    return Group(scope, tuple(Link(FORMATS[format_].label, f"{address}.{format_}") for format_ in formats))
