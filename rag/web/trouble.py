"""What is wrong with the index or the model, and what mends it on the page; and what readers are told of errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rag.errors import (
    AccessError,
    BusyError,
    ClosingError,
    ConversationError,
    ConversationFileError,
    DamageError,
    EmbeddingError,
    IndexingError,
    KeepingError,
    ModelError,
    NoIndexError,
    QuestionError,
    RagError,
    StoppedError,
    StoreError,
)
from rag.index import generations, pointer, uploads
from rag.index.opening import OtherVersionError

if TYPE_CHECKING:
    from pathlib import Path

    from rag.answer.types import Answer
    from rag.web.identity import Visitor

Action = Literal["build", "own", "own instead", "repair", "roll back", "try", "quotes", "choose"]
BUILDING = "are being indexed. You can already ask: the answer comes when that is done."
ASK_SOMEONE = "Ask whoever runs this chat."

# What a reader is told of an error, by its type or the nearest of its bases. Those that are only about what the reader
# sent or may do are told in their own words (""). All others may name files, addresses, models and commands of the
# server, which nobody can use but those who run it.
_FOR_READERS: dict[type, str] = {
    QuestionError: "",
    AccessError: "",
    StoppedError: "",
    ClosingError: "",
    IndexingError: "",
    ConversationError: "",
    ConversationFileError: f"Conversations cannot be read or kept now. {ASK_SOMEONE}",
    KeepingError: f"What you keep here cannot be read or changed now. {ASK_SOMEONE}",
    BusyError: "The collection is being changed. Try again in a moment.",
    StoreError: f"The papers cannot be searched now. {ASK_SOMEONE}",
    ModelError: f"A model that this needs cannot be used now. {ASK_SOMEONE}",
    RagError: f"This does not work now. {ASK_SOMEONE}",
}
_NO_MODEL = f"The model that writes answers cannot be used now, so papers are quoted. {ASK_SOMEONE}"
_INCOMPLETE = f"The model could not do all that it was asked. {ASK_SOMEONE}"


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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an error after it was raised: the `whole` of it, and what `readers` may know."""

    whole: str
    readers: str

    def to(self, visitor: Visitor) -> str:
        """What `visitor` is told."""
        return self.whole if visitor.is_curator else self.readers


def for_visitor(fault: RagError, visitor: Visitor) -> str:
    """What `visitor` is told of a `fault`."""
    return told(fault).to(visitor)


def for_reader(fault: RagError) -> str:
    """What a reader is told of a `fault`: what is wrong with what they sent, and nothing of the server."""
    public = next(_FOR_READERS[kind] for kind in type(fault).__mro__ if kind in _FOR_READERS)
    return public or str(fault)


def told(fault: RagError) -> Told:
    """`fault` in words, without what it refers to, which may be large."""
    return Told(str(fault), for_reader(fault))


def answer_for_reader(answer: Answer) -> Answer:
    """`answer`, whose notice tells of a model that failed only that it did; all else of it is for everybody."""
    if not answer.model_fault:
        return answer
    public = _INCOMPLETE if answer.written else _NO_MODEL
    return replace(answer, notice=answer.notice.removesuffix(answer.model_fault) + public, model_fault=public)
