"""The sources beside a conversation: a card per paper, with what the answers quote from it marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar, Literal
from urllib.parse import quote

from rag.answer.types import Citation, Statement
from rag.export import phrases
from rag.export.references import link
from rag.paper import Paper
from rag.text import count
from rag.web import templates
from rag.web.mathml import formulas
from rag.web.sentences import wording
from rag.web.templates import DIGEST_NOTE
from rag.web.turns import Turn, cited, nearest, related

MAX_SHOWN_AUTHORS = 10  # on a card
_QUOTED = phrases.CHECKED["quote"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an abstract that begins at the offset `start`."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces in a row that are all quoted, or all not."""

    quoted: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A heading above cards, or a hint in their place."""

    id: str
    text: str
    kind: Literal["heading", "hint"] = "heading"


@dataclass(frozen=True, slots=True)
class Card:
    """One paper; its abstract is closed until a reader opens it, and `citations` of it are marked there.

    `checks` counts the sentences that cite it by what was checked of them, in words. A paper with citations and no such
    sentence may match the question besides those that do. On the Papers page it is `selectable`.
    """

    kind: ClassVar[str] = "card"

    paper: Paper
    citations: tuple[Citation, ...] = ()
    checks: tuple[tuple[str, int], ...] = ()
    selectable: bool = False

    @property
    def id(self) -> str:
        """The id of its element; without a number it is the same wherever the paper is named."""
        if self.citations:
            return f"source-{self.n}"
        return f"paper-{self.paper.identity_hash}"

    @property
    def n(self) -> int | None:
        """The citation number, None for a paper that is not cited."""
        return self.citations[0].n if self.citations else None

    @property
    def url(self) -> str:
        """Where the paper is on the web, "" where that is unknown: javascript:, data: and file: never become a link."""
        return link(self.paper)

    @property
    def search_address(self) -> str:
        """The page that finds the paper by its title."""
        return f"/papers?q={quote(self.paper.title, safe='')}"

    @property
    def ask_address(self) -> str:
        """A new conversation that is limited to the paper."""
        return f"/?papers={self.paper.identity_hash}"

    @property
    def similar_address(self) -> str:
        """The papers that are most like it."""
        return f"/papers?like={self.paper.identity_hash}"

    @property
    def byline(self) -> str:
        """The first authors and the year, as far as they are known."""
        names = ", ".join(self.paper.authors[:MAX_SHOWN_AUTHORS])
        more = len(self.paper.authors) - MAX_SHOWN_AUTHORS
        return " · ".join(
            filter(None, [f"{names} and {more:,} more" if more > 0 else names, str(self.paper.year or "")])
        )

    @property
    def badge(self) -> str:
        if not self.citations:
            return ""
        return "match" if self.checks else "may match"

    @property
    def check(self) -> str:
        """What was checked of its quotes, in words; how many these are is said where they are marked."""
        notes = [_QUOTED] if self._is_quoted else _notes(self.checks)
        if self.citations and not self.checks:
            notes = ["not quoted in the answer"]
        return "; ".join([*notes, DIGEST_NOTE] if self.paper.digest else notes)

    @property
    def written_check(self) -> str:
        """What was checked of the sentences that a model wrote of a quoted paper: of one that is not, `check` says it.

        It changes with each sentence, and must not move the cards below while they are closed.
        """
        return "; ".join(_notes(self.checks)) if self._is_quoted else ""

    @property
    def _is_quoted(self) -> bool:
        return any(check == _QUOTED for check, _ in self.checks)

    @property
    def quotes(self) -> int:
        """How many different sentences are marked."""
        return len({(citation.start, citation.end) for citation in self.citations})

    @property
    def runs(self) -> list[Run]:
        return mark(self.paper.abstract, [(citation.start, citation.end) for citation in self.citations])


Entry = Card | Words
HINT = Words(
    "no-sources",
    "Papers that an answer cites appear here. A number in the answer opens the sentence behind it.",
    "hint",
)


def sources(turns: Sequence[Turn]) -> list[Entry]:
    """The cards by number: first those of the last turn, or the papers it names instead of an answer."""
    now, ever = _citations(turns[-1:]), _citations(turns)
    checks = _checks(turns)
    numbered = {n: Card(found[0].paper, _by_offset(found), checks.get(n, ())) for n, found in sorted(ever.items())}
    known = {card.paper.identity for card in numbered.values()}
    uncited = [Card(paper) for paper in nearest(turns) if paper.identity not in known]
    earlier = [card for n, card in numbered.items() if n not in now]
    entries: list[Entry] = [card for n, card in numbered.items() if n in now]
    entries += [Words("nearest-papers", "Named, not cited"), *uncited] if uncited else []
    entries += [Words("earlier-papers", "Cited before"), *earlier] if earlier else []
    return entries or [HINT]


def entry_html(entry: Entry) -> str:
    """The element of one entry."""
    return templates.fragment("card.html", "entry_of", entry)


def card_html(card: Card) -> str:
    """The element of a card that stands alone."""
    return templates.fragment("card.html", "card", card)


def mark(text: str, spans: Sequence[tuple[int, int]]) -> list[Run]:
    """`text` in runs, quoted where `spans` cover it.

    A quoted run is cut where a span begins or ends, and each piece carries its offset, so that the page can point out
    one quote among several, also where they overlap. A formula that a cut would break stays whole, in the piece before.
    """
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span)})
    whole = _unquoted_parts(text, spans)
    bounds = [_after_formula(cut, whole) for cut in cuts]
    pieces = [
        (any(s <= start and end <= e for s, e in spans), Piece(start, text[shown_start:shown_end]))
        for (start, end), (shown_start, shown_end) in zip(pairwise(cuts), pairwise(bounds), strict=True)
    ]
    return [
        Run(quoted, tuple(piece for _, piece in run)) for quoted, run in groupby(pieces, key=lambda piece: piece[0])
    ]


def _unquoted_parts(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The formulas of `text`, less those of which a span is only a part: drawn whole, it would have nothing to mark."""
    return [(a, b) for a, b in formulas(text) if not any(a < start and end <= b for start, end in spans)]


def _after_formula(cut: int, whole: Iterable[tuple[int, int]]) -> int:
    """`cut`, or the end of the formula that it would break."""
    return next((end for start, end in whole if start < cut < end), cut)


def _citations(turns: Sequence[Turn]) -> dict[int, list[Citation]]:
    """All that `turns` show of each paper, by its number, in order of appearance."""
    found: dict[int, list[Citation]] = {}
    for citation in (*(c for statement in cited(turns) for c in statement.citations), *related(turns)):
        found.setdefault(citation.n, []).append(citation)
    return found


def _by_offset(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each citation once, in the order of the abstract: a card does not change with the order of the sentences."""
    return tuple(sorted(dict.fromkeys(citations), key=lambda citation: (citation.start, citation.end)))


def _checks(turns: Sequence[Turn]) -> Mapping[int, tuple[tuple[str, int], ...]]:
    """How many sentences cite a paper, each once, by its number and by what was checked of them."""
    found: dict[int, Counter[str]] = {}
    shown = {
        (wording(one), phrases.check(one), n): n for one in sorted(cited(turns), key=_order) for n in _numbers(one)
    }
    for (_, check, _), n in shown.items():
        found.setdefault(n, Counter())[check] += 1
    return {n: tuple(checks.items()) for n, checks in found.items()}


def _notes(checks: Iterable[tuple[str, int]]) -> list[str]:
    """How many sentences passed each of `checks`, less the quotes."""
    return [f"{count(n, 'sentence')} {check}" for check, n in checks if check != _QUOTED]


def _numbers(statement: Statement) -> set[int]:
    return {citation.n for citation in statement.citations}


def _order(statement: Statement) -> tuple[int, str]:
    """Quotes first, sentences that are not verified last; a card does not change with the order of the sentences."""
    return list(phrases.CHECKED).index(statement.verdict), statement.judge
