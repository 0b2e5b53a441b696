"""What a reader can save, in the formats of `rag.export.formats`: an answer, a whole conversation, papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Response

from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.paper import Paper
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
    """The files of an "answer" or of the whole "conversation", and the page that prints it."""

    scope: str
    links: tuple[Link, ...]
    print_address: str


def menu(address: str, turns: Sequence[Turn], n: int) -> list[Group]:
    """The files of turn `n` of the conversation at `address`; with the last of several turns, also those of all."""
    groups = [_group("answer", turns[n : n + 1], f"{address}/{n}", f"{address}/{n}/print")]
    if len(turns) > 1 and n == len(turns) - 1:
        groups.append(_group("conversation", turns, f"{address}/all", f"{address}/print"))
    return groups


def file(turns: Sequence[Turn], format_: str) -> tuple[str, str]:
    """The name and the text of the file that holds the answers of `turns`. Raises KeyError for an unknown format."""
    topic = turns[0].question if len(turns) == 1 else f"conversation {turns[0].question}"
    return _named(topic, "answer", format_, EXPORTS[format_].answers(*replies(turns)))


def papers_file(papers: Sequence[Paper], query: str, format_: str) -> tuple[str, str]:
    """The name and the text of the file that holds `papers`, which `query` found.

    Raises KeyError for a format that is unknown or only for answers.
    """
    return _named(query, "papers", format_, PAPER_EXPORTS[format_](papers))


def download(name: str, text: str, format_: str) -> Response:
    """The reply that saves `text` as a file called `name`."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text, media_type=f"{EXPORTS[format_].media_type}; charset=utf-8", headers=headers)


def no_file() -> Response:
    """The reply where nothing can be saved."""
    return Response("There is no such file.", 404)


def _named(topic: str, otherwise: str, format_: str, text: str) -> tuple[str, str]:
    """The file name that `topic` makes, or `otherwise` if it makes none, and the text as programs expect it."""
    name = normalize(topic).replace(" ", "-")[:MAX_FILE_NAME] or otherwise
    return f"{name}.{EXPORTS[format_].extension}", _BYTE_ORDER_MARK + text if format_.endswith("csv") else text


def _group(scope: str, turns: Sequence[Turn], address: str, print_address: str) -> Group:
    """A refusal cites nothing, so only its text can be saved; an answer may list papers and cite no sentence."""
    answers = replies(turns)
    has_papers = any(answer.citations or answer.listed for answer in answers)
    left_out = set() if any(answer.measurements for answer in answers) else {"numbers.csv"}
    formats = [name for name in EXPORTS if name not in left_out and (name == "md" or has_papers)]
    links = (Link(EXPORTS[format_].label, f"{address}.{format_}") for format_ in formats)
    return Group(scope, tuple(links), print_address)
