"""The papers that a reader selected, as addresses and pages name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.errors import QuestionError
from rag.index.store import Store
from rag.paper import HASH_DIGITS, Paper
from rag.query.selected import name, selected
from rag.text import count

MAX_SELECTED = 100  # papers: an address of 1,300 characters
MAX_SELECTED_CHARS = MAX_SELECTED * (HASH_DIGITS + 1)  # of an address's `papers`
_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}")


def paper_hashes(hashes: Iterable[str]) -> tuple[str, ...]:
    """`hashes`, each once. Raises QuestionError if one is none of `Paper.identity_hash`, or if they are too many."""
    found = tuple(dict.fromkeys(hashes))
    if not all(map(is_hash, found)):
        raise QuestionError(f"A selected paper is named by {HASH_DIGITS} digits. Select the papers on the Papers page.")
    if len(found) > MAX_SELECTED:
        raise QuestionError(f"At most {MAX_SELECTED} papers can be selected, not {len(found):,}. Leave some out.")
    return found


def is_hash(text: str) -> bool:
    """Whether `text` may be a `Paper.identity_hash`."""
    return _HASH.fullmatch(text) is not None


def hashes_in(address: str) -> tuple[str, ...]:
    """Those that the `papers` of an address names: "ID.ID.ID". Raises QuestionError as `paper_hashes` does."""
    return paper_hashes(filter(None, address.split(".")))


@dataclass(frozen=True, slots=True)
class SelectedView:
    """Selected papers by their `hashes`; `papers` are those that are in the collection."""

    hashes: tuple[str, ...]
    papers: tuple[Paper, ...]

    @property
    def address(self) -> str:
        """All `hashes` as addresses have them."""
        return ".".join(self.hashes)

    @property
    def list_address(self) -> str:
        """The page that lists them."""
        return f"/papers?papers={self.address}"

    @property
    def is_one(self) -> bool:
        return len(self.papers) == 1

    @property
    def name(self) -> str:
        """What the filter of these papers is called in an answer."""
        return name(self.papers)

    @property
    def missing(self) -> str:
        """How many are not in the collection, "" if all are."""
        gone = len(self.hashes) - len(self.papers)
        return f"{count(gone, 'other')} {'is' if gone == 1 else 'are'} no longer in the collection." if gone else ""


def selected_view(hashes: Sequence[str], store: Store) -> SelectedView | None:
    """The papers in `store` with these `hashes`, in this order; None without any.

    Raises QuestionError if the store has none of them.
    """
    found = selected(hashes, store)
    return SelectedView(tuple(hashes), found.papers) if found else None
