"""Cited sentences as templates/statements.html shows them: in a section for each paper, as a table, as prose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.answer.table import NOT_STATED, Table, split
from rag.answer.types import Citation, Statement
from rag.export import phrases
from rag.paper import Paper
from rag.web import templates
from rag.web.sentences import Wording, wording
from rag.web.templates import DIGEST_NOTE

MAX_UNFOLDED = 5  # papers of a list that are shown before a reader asks for more


@dataclass(frozen=True, slots=True)
class MarkerView:
    """The link from a sentence to source `n`; `spans` are the offsets of the cited sentences, `quote` their text."""

    n: int
    title: str
    spans: str
    quote: str
    check: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A sentence with its markers: quoted, or written by a model, and then possibly unverified.

    One that stands elsewhere in the answer is not repeated: it `repeats` that of the paper of this number.
    """

    text: str
    quoted: bool
    unverified: bool
    markers: tuple[MarkerView, ...]
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """Sentences that cite the same papers, of which `paper`, number `n`, is the first; `alone` if the only.

    One that is `folded` is shown when a reader asks for more papers.
    """

    n: int
    paper: Paper
    alone: bool
    statements: tuple[StatementView, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One aspect of a comparison; a cell is empty where that paper's abstract does not state it."""

    aspect: str
    cells: tuple[tuple[StatementView, ...], ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A comparison: a column for each of the papers, given with their numbers."""

    papers: tuple[tuple[int, Paper], ...]
    rows: tuple[RowView, ...]
    not_stated: str = NOT_STATED


@dataclass(frozen=True, slots=True)
class StatementList:
    """All sentences of an answer."""

    groups: tuple[GroupView, ...]
    table: TableView | None

    @property
    def folded(self) -> int:
        """How many papers are shown when a reader asks for more."""
        return sum(group.folded for group in self.groups)


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """Written sentences in a row on one `theme`, "" for none. Those that are `direct` are the answer in short."""

    theme: str
    statements: tuple[StatementView, ...]
    direct: bool = False


def statement_list(statements: Sequence[Statement], above: Collection[Statement] = ()) -> StatementList:
    """`statements` by paper, those that compare papers in a table after the others. `above` stand in front of them.

    Quotes stand by themselves, so those of one paper are put together; what a model wrote stays in its order.
    """
    running, compared = split(statements)
    known = {wording(statement): statement.citations[0].n for statement in above}
    if _are_quotes(running):
        groups = _by_paper(running, known)
    else:
        groups = [_group(list(run)) for _, run in groupby(running, key=_numbers)]
    return StatementList(tuple(groups), _table(compared, known) if compared else None)


def folded(shown: StatementList) -> StatementList:
    """`shown` with all papers but the first folded."""
    groups = (replace(group, folded=place >= MAX_UNFOLDED) for place, group in enumerate(shown.groups))
    return replace(shown, groups=tuple(groups))


def first_quote(statements: Sequence[Statement]) -> Statement | None:
    """The quote that answers best, None for a comparison or what a model wrote."""
    running, _ = split(statements)
    return running[0] if running and _are_quotes(running) else None


def sentence(statement: Statement) -> StatementView:
    """`statement` with its markers."""
    markers = tuple(_marker(statement, n) for n in _numbers(statement))
    return StatementView(statement.text, statement.verdict == "quote", statement.verdict == "unverified", markers)


def paragraphs(written: Sequence[Statement]) -> list[ParagraphView]:
    """The `written` answer: a paragraph for each theme. A first sentence without a theme has one of its own."""
    first = written[:1] if written and not written[0].theme else ()
    direct = [ParagraphView("", (sentence(statement),), direct=True) for statement in first]
    rest = phrases.themes(written[len(first) :])
    return direct + [ParagraphView(theme, tuple(map(sentence, run))) for theme, run in rest]


def quoted(citations: Sequence[Citation], above: Collection[Statement] = ()) -> StatementList:
    """`citations` as sentences of their own; `above` stand in front of them."""
    return statement_list([Statement(citation.quote, (citation,), "quote") for citation in citations], above)


def statements_html(statements: Sequence[Statement]) -> str:
    """The elements of all `statements`."""
    return templates.fragment("statements.html", "statement_list", statement_list(statements))


def _are_quotes(statements: Sequence[Statement]) -> bool:
    return all(statement.verdict == "quote" for statement in statements)


def _numbers(statement: Statement) -> tuple[int, ...]:
    """The numbers of the papers that a statement cites, each once."""
    return tuple(dict.fromkeys(citation.n for citation in statement.citations))


def _group(run: Sequence[Statement]) -> GroupView:
    first, numbers = run[0].citations[0], _numbers(run[0])
    return GroupView(first.n, first.paper, len(numbers) == 1, tuple(map(sentence, run)))


def _by_paper(quotes: Sequence[Statement], known: Mapping[Wording, int]) -> list[GroupView]:
    """A section for each paper that `quotes` cite, in the order in which they do.

    Each sentence is shown once, at the first of the papers that have it, unless it is `known` by then; a paper that has
    no other says where it is.
    """
    places, papers = dict(known), dict[int, Paper]()
    shown, repeated = dict[int, list[StatementView]](), dict[int, StatementView]()
    for statement in quotes:
        place, is_new = _place(statement, places)
        for marker in (view := sentence(statement)).markers:
            papers.setdefault(marker.n, next(one.paper for one in statement.citations if one.n == marker.n))
            if marker.n != place:
                repeated.setdefault(marker.n, replace(view, markers=(marker,), repeats=place))
        if is_new:
            shown.setdefault(place, []).append(view)
    for n, view in repeated.items():
        shown.setdefault(n, [view])
    return [GroupView(n, paper, True, tuple(shown.get(n, ()))) for n, paper in papers.items()]


def _place(statement: Statement, places: dict[Wording, int]) -> tuple[int, bool]:
    """The number of the paper where the sentence of `statement` stands, and whether it is new there."""
    words = wording(statement)
    is_new = words not in places
    return places.setdefault(words, statement.citations[0].n), is_new


def _table(compared: Table, known: Mapping[Wording, int]) -> TableView:
    places = dict(known)

    def once(statement: Statement) -> StatementView:
        place, is_new = _place(statement, places)
        return replace(sentence(statement), repeats=None if is_new else place)

    rows = (RowView(aspect, tuple(tuple(map(once, cell)) for cell in cells)) for aspect, cells in compared.rows)
    return TableView(tuple(compared.papers.items()), tuple(rows))


def _marker(statement: Statement, n: int) -> MarkerView:
    citations = [citation for citation in statement.citations if citation.n == n]
    paper = citations[0].paper
    spans = " ".join(f"{citation.start}-{citation.end}" for citation in citations)
    quote = " … ".join(citation.quote for citation in citations)
    digest = f"; {DIGEST_NOTE}" if statement.verdict == "quote" and paper.digest else ""
    return MarkerView(n, paper.title, spans, quote, phrases.check(statement) + digest)
