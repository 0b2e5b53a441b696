"""What is wrong with the index or the model, in one plain line, and what a curator can do about it on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.errors import (
    BusyError,
    ConversationError,
    DamageError,
    EmbeddingError,
    ModelError,
    NoIndexError,
    RagError,
    StoreError,
)
from rag.index import generations, pointer, uploads
from rag.index.opening import OtherVersionError

if TYPE_CHECKING:
    from pathlib import Path

    from rag.web.identity import Visitor

Action = Literal["build", "own", "own instead", "repair", "roll back", "try", "quotes", "choose"]
BUILDING = "are being indexed. You can already ask: the answer comes when that is done."
ASK_SOMEONE = "Ask whoever runs this chat."

# A path or an address of the server, or a command to type there: nothing that a reader could use.
_OF_THE_SERVER = re.compile(r"(?<![\w:/.])(?:~?/|[A-Za-z]:\\)[^\s/\\]+[/\\]|\bhttps?://|\brag [a-z]+")
_INSTEAD = {
    StoreError: "The papers cannot be searched now.",
    ModelError: "The model that writes answers cannot be used now, so papers are quoted.",
    ConversationError: "Conversations cannot be kept now.",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A button: what it does, and what it says."""

    action: Action
    label: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the `part`, in a plain `line`; `detail` is for those who may see paths of the server.

    A reader may do only what the `own_remedies` say, which change nothing for others.
    """

    part: Literal["index", "model"]
    line: str
    detail: str = ""
    remedies: tuple[Remedy, ...] = ()
    own_remedies: tuple[Remedy, ...] = ()


_TRY = Remedy("try", "Try again")
_REPAIR = Remedy("repair", "Repair it")
_BUILD = Remedy("build", "Build it from the papers that come with rag")
_OWN = Remedy("own", "Add your own papers")
_INSTEAD_OWN = Remedy("own instead", "Add your own papers instead")
_QUOTES = Remedy("quotes", "Answer with quotes only")
_CHOOSE = Remedy("choose", "Choose another model")


def of_index(fault: RagError, index_dir: Path) -> Trouble:
    """What is wrong where the index cannot be opened."""
    detail = str(fault)
    if isinstance(fault, BusyError) or (isinstance(fault, NoIndexError) and generations.is_changing(index_dir)):
        return _building(index_dir)
    if isinstance(fault, NoIndexError):
        return Trouble("index", "There are no papers to search yet.", "", (_OWN, _BUILD))
    if isinstance(fault, EmbeddingError):
        line = "The index was built with another embedding than the settings name."
        return Trouble("index", line, detail, (Remedy("repair", "Embed the papers again"),))
    if isinstance(fault, OtherVersionError):
        rebuild = Remedy("repair", "Build it again from its papers")
        return Trouble("index", "Another version of rag built the index.", detail, (rebuild,))
    if isinstance(fault, DamageError):
        back = Remedy("roll back", "Go back to the index before the last change")
        remedies = (_REPAIR, back) if generations.previous(index_dir) else (_REPAIR,)
        return Trouble("index", "The index is damaged, so no paper can be searched.", detail, remedies)
    return Trouble("index", "The papers cannot be opened.", detail, (_TRY,))


def _building(index_dir: Path) -> Trouble:
    """That the papers are being indexed, and which."""
    if uploads.files(index_dir):
        return Trouble("index", f"Your papers {BUILDING}")
    if generations.built_from(index_dir):
        return Trouble("index", f"The papers {BUILDING}")
    return Trouble("index", f"The papers that come with rag {BUILDING}", "", (_INSTEAD_OWN,))


def of_model(fault: RagError) -> Trouble:
    """What is wrong where the model of the settings cannot be used."""
    line = "The model that writes the answers cannot be used, so papers are only quoted."
    return Trouble("model", line, str(fault), (), (_TRY, _CHOOSE, _QUOTES))


def stamp(index_dir: Path) -> str:
    """Changes whenever there is another index to open, or none."""
    return " ".join(pointer.named(index_dir)[:1]) or "none"


def for_visitor(fault: RagError | str, visitor: Visitor) -> str:
    """What `visitor` is told of a `fault`."""
    return str(fault) if visitor.is_curator else for_reader(fault)


def for_reader(fault: RagError | str) -> str:
    """What a reader is told of a `fault`: nothing that only those can use who run the server."""
    message = str(fault)
    if not _OF_THE_SERVER.search(message):
        return message
    instead = next((text for kind, text in _INSTEAD.items() if isinstance(fault, kind)), "This does not work now.")
    return f"{instead} {ASK_SOMEONE}"
