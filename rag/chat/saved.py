"""What has changed in the answer to a saved question: two snapshots of it, and their difference. Pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rag.answer.retrieve import MAX_CANDIDATES
from rag.answer.types import Answer
from rag.paper import Paper, title_key
from rag.sources.agreement import NAMESPACES
from rag.text import count

MAX_MATCHES = 200  # papers of a snapshot
MAX_KEPT_SENTENCES = 5  # of a paper
MAX_KEPT_CHARS = 1_000
MAX_KEPT_AUTHORS = 3
_OF_THE_BEST = ("newest", "similar")  # wishes that only so many papers are listed for, the best
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """A paper in an answer: what a reader is shown of it, and what tells it from others.

    `sentences` are those that are quoted. `authors` are the first few. `abstract` is a fingerprint of the abstract.
    """

    title: str
    abstract: str
    sentences: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    ids: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[bytes]:
        """What the collection knows the paper by; see `paper_keys`."""
        return frozenset(paper_keys(self.title, self.ids))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The answer at one time, from one `generation` of the index.

    `edition` counts the states of the collection that were looked at. `is_cut` says that more papers may match than are
    in `matches`. An answer that `is_listing` comes from the records of the papers: its `headline` says it all.
    """

    generation: str
    edition: int
    at: datetime
    headline: str = ""
    refused: bool = False
    matches: tuple[Match, ...] = ()
    is_cut: bool = False
    is_listing: bool = False


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A paper whose abstract was changed: `match` has the sentences that are quoted only now, `before` those before."""

    match: Match
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What is different in an answer from one time to another.

    `added` papers have come into the collection and match, `removed` ones have left it. Where only the scores have
    moved, as the collection around them changed, papers that were there are `matching` now or `unmatched`. `answered`
    is whether the question is answered now that was not, False for the opposite, None for neither.
    """

    since: datetime
    until: datetime
    added: tuple[Match, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    removed: tuple[Match, ...] = ()
    matching: tuple[Match, ...] = ()
    unmatched: tuple[Match, ...] = ()
    answered: bool | None = None

    def __bool__(self) -> bool:
        return self.matters or bool(self.matching or self.unmatched)

    @property
    def matters(self) -> bool:
        """Whether it comes from papers that were added, changed or removed, and not only from scores that moved."""
        return bool(self.added or self.rewritten or self.removed) or self.answered is not None

    def __str__(self) -> str:
        """What is new in a few words: ``3 new papers, 1 removed``; "" for nothing."""
        matching, unmatched = len(self.matching), len(self.unmatched)
        parts = [
            {True: "answered now", False: "no longer answered", None: ""}[self.answered],
            count(len(self.added), "new paper") if self.added else "",
            f"{len(self.rewritten):,} changed" if self.rewritten else "",
            f"{len(self.removed):,} removed" if self.removed else "",
            f"{count(matching, 'earlier paper')} now match{'es' * (matching == 1)}" if matching else "",
            f"{unmatched:,} no longer match{'es' * (unmatched == 1)}" if unmatched else "",
        ]
        return ", ".join(filter(None, parts))


def paper_keys(title: str, ids: Iterable[str]) -> list[bytes]:
    """What a paper is known by, 8 bytes each: its title, and the identifiers that no other paper has.

    Made for many: of the title just letters and digits count.
    """
    names = [_NO_WORD.sub("", title.casefold()) or title, *filter(_tells_apart, ids)]
    return [hashlib.blake2b(name.encode(errors="replace"), digest_size=8).digest() for name in names]


def _tells_apart(id: str) -> bool:
    return id.partition(":")[0] in NAMESPACES


def snapshot(answer: Answer, generation: str, edition: int, at: datetime) -> Snapshot:
    """What is kept of `answer`, which quotes, to be compared later."""
    quotes: dict[Paper, dict[str, None]] = {listed.paper: {} for listed in answer.listed}
    for statement in answer.statements:
        for citation in statement.citations:
            quotes.setdefault(citation.paper, {})[statement.text[:MAX_KEPT_CHARS]] = None
    is_cut = answer.wish in _OF_THE_BEST or len(answer.listed) >= MAX_MATCHES or len(quotes) >= MAX_CANDIDATES
    matches = tuple(_match(paper, list(sentences)) for paper, sentences in list(quotes.items())[:MAX_MATCHES])
    return Snapshot(generation, edition, at, answer.headline, answer.refused, matches, is_cut, answer.wish is not None)


def _match(paper: Paper, sentences: Sequence[str]) -> Match:
    abstract = hashlib.blake2b(paper.abstract.encode(errors="replace"), digest_size=16).hexdigest()
    shown = (tuple(sentences[:MAX_KEPT_SENTENCES]), paper.authors[:MAX_KEPT_AUTHORS], paper.year)
    return Match(paper.title, abstract, *shown, paper.ids)


def difference(
    before: Snapshot, now: Snapshot, was_here: Callable[[Match], bool], is_here: Callable[[Match], bool]
) -> News:
    """What is new in the answer `now`. `was_here` and `is_here` say whether a paper was in the collection, and is.

    Where an answer lists just the best papers, it is not known which others match: none becomes `matching` by being
    listed now, or `unmatched` by being listed no more.
    """
    pairs = _paired(before.matches, now.matches)
    stayed = {id(one) for _, one in pairs if one}
    come = [match for match, one in pairs if one is None]
    gone = [match for match in before.matches if id(match) not in stayed]
    return News(
        before.at,
        now.at,
        added=tuple(match for match in come if not was_here(match)),
        rewritten=tuple(_rewritten(match, one) for match, one in pairs if one and _is_rewritten(match, one)),
        removed=tuple(match for match in gone if not is_here(match)),
        matching=() if before.is_cut else tuple(match for match in come if was_here(match)),
        unmatched=() if now.is_cut else tuple(match for match in gone if is_here(match)),
        answered=None if before.refused == now.refused else before.refused,
    )


def _is_rewritten(now: Match, before: Match) -> bool:
    return now.abstract != before.abstract and set(now.sentences) != set(before.sentences)


def _rewritten(now: Match, before: Match) -> Rewritten:
    shown = replace(now, sentences=tuple(one for one in now.sentences if one not in before.sentences))
    return Rewritten(shown, tuple(one for one in before.sentences if one not in now.sentences))


def _paired(before: Sequence[Match], now: Sequence[Match]) -> list[tuple[Match, Match | None]]:
    """Each paper of `now` with the one of `before` that it is: by abstract and title, by identifier, then by title."""
    names: list[Callable[[Match], Iterable[Hashable]]] = [
        lambda match: [(match.abstract, match.title)],
        lambda match: filter(_tells_apart, match.ids),
        lambda match: filter(None, [title_key(match.title)]),
    ]
    found: dict[int, Match] = {}
    used: set[int] = set()
    for names_of in names:
        left = {name: one for one in reversed(before) if id(one) not in used for name in names_of(one)}
        for n, match in enumerate(now):
            one = None if n in found else next(filter(None, map(left.get, names_of(match))), None)
            if one and id(one) not in used:
                found[n] = one
                used.add(id(one))
    return [(match, found.get(n)) for n, match in enumerate(now)]


def day(at: datetime) -> str:
    """The local time of `at` as a reader says it: ``9:30 today``, ``12 November``, ``12 November 2025``."""
    local, now = at.astimezone(), datetime.now().astimezone()
    if local.date() == now.date():
        return f"{local.hour}:{local:%M} today"
    return f"{local.day} {local:%B}{'' if local.year == now.year else f' {local.year}'}"
