"""A turn as templates/turn.html shows it: its question, its status, the answer, and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.types import Form, Statement
from rag.chat.saved_asking import is_savable
from rag.export import phrases
from rag.export.bibtex import bibtex
from rag.export.references import papers_of
from rag.paper import Paper
from rag.query.intent import LISTS
from rag.text import count
from rag.web import export, measurements_view, sentences, statement_view, status, templates
from rag.web.cards import Card
from rag.web.export import Group
from rag.web.mathml import rich
from rag.web.measurements_view import MeasurementsView
from rag.web.statement_view import ParagraphView, StatementList, StatementView
from rag.web.turns import Turn, cited

WAITING_FOR_MODEL = "The model is writing for others…"
MODEL_IS_NEXT = "The model reads the papers next…"


@dataclass(frozen=True, slots=True)
class ListedView:
    """A paper that an answer lists, by its number `n`: its title, and in some forms its abstract or its link."""

    n: int
    card: Card
    form: Form


@dataclass(frozen=True, slots=True)
class TurnView:
    """Turn `n` of the conversation called `name`, of which it may be the `last`; `exports` are its files to save."""

    turn: Turn
    n: int
    name: str
    last: bool
    exports: tuple[Group, ...] = ()

    @property
    def address(self) -> str:
        return f"/c/{self.name}"

    @property
    def map_address(self) -> str:
        return f"/papers?answer={self.name}.{self.n}"

    @property
    def without(self) -> str:
        """The filters that the reader removed, as JSON for the page's script."""
        return json.dumps(self.turn.choices.without)

    @property
    def removable(self) -> bool:
        """Whether the filters can be removed, which asks the question again."""
        return self.last and not self.turn.running

    @property
    def chosen(self) -> str:
        """The settings of this question that differ from the defaults, in words."""
        choices = self.turn.choices
        model = f"model {choices.llm}" if choices.llm else ""
        writer = "quotes only" if choices.writer == "quotes" else ""
        limit = f"at most {count(choices.limit, 'paper')}" if choices.limit else ""
        return ", ".join(filter(None, [model, writer, limit]))

    @property
    def status(self) -> str:
        return status.status(self.turn)

    @property
    def lead(self) -> str:
        """The first line, which sums up the answer or says why there is none; "" where a sentence of it does that."""
        answer, found = self.turn.answer, self.turn.found
        if answer and answer.refused:
            return phrases.refusal(answer)
        known = answer or found
        if known is None or not (self._matching or known.headline):
            return ""
        counts_first = known.intent == "papers" and self.match_count and not self._counts(known.headline)
        return self.match_count if counts_first else known.headline or self.match_count or self._amount

    @property
    def lead_sentence(self) -> StatementView | None:
        """The quote that answers best, where no other line does and no model writes one."""
        return statement_view.sentence(self._quoted_first) if self._quoted_first else None

    @property
    def headline(self) -> str:
        """What is known of the answer as soon as the papers are found, where that is not the first line."""
        known = self.turn.answer or self.turn.found
        is_above = known is None or self.refusal or known.headline == self.lead
        return "" if known is None or is_above else known.headline

    @property
    def match_count(self) -> str:
        """How many papers match, where the question asks for papers; the answer may know better than the search."""
        known = self.turn.answer or self.turn.found
        if known is None or known.intent not in LISTS or not self._matching:
            return ""
        return phrases.match_count(self._matching, known.searched)

    @property
    def count_below(self) -> str:
        """How many papers match, where the first line does not say it."""
        return "" if self._counts(self.lead) else self.match_count

    @property
    def savable(self) -> bool:
        """Whether the question may be saved, as far as is known without another search."""
        return self.turn.answer is not None and is_savable(self.turn.answer)

    @property
    def sortable(self) -> bool:
        return bool(self.match_count) and self._matching > 1

    @property
    def is_dated(self) -> bool:
        """Whether any of the papers has a year, by which they can be sorted."""
        found = self.turn.found.papers if self.turn.found else ()
        return any(paper.year for paper in (*found, *(c.paper for one in self.turn.statements for c in one.citations)))

    @property
    def refusal(self) -> bool:
        return self.turn.answer is not None and self.turn.answer.refused

    @property
    def listed(self) -> list[ListedView]:
        """The papers that an answer lists as such."""
        answer = self.turn.answer
        return [ListedView(listed.n, Card(listed.paper), answer.form) for listed in answer.listed] if answer else []

    @property
    def bibtex(self) -> str:
        """The listed papers as BibTeX, where that is asked for."""
        answer = self.turn.answer
        return bibtex(papers_of(answer), abstracts=False) if answer and answer.form == "bibtex" else ""

    @property
    def may_match(self) -> str:
        """How many papers may match besides, to be unfolded."""
        return f"{count(len(self.turn.answer.related), 'more paper')} may match" if self.turn.answer else ""

    @property
    def nearest(self) -> list[Card]:
        """The papers that a refusal names instead."""
        return [Card(paper) for paper in self.turn.answer.nearest] if self.turn.answer else []

    @property
    def written(self) -> list[ParagraphView]:
        """What a model wrote, to be read before the quotes, of which it repeats none."""
        return statement_view.paragraphs(sentences.prose(self.turn.written, self.turn.statements))

    @property
    def is_assisted(self) -> bool:
        """Whether a model has, or will have, its place above the quotes."""
        return bool(self.turn.written or self.progress or self.effort or (self.turn.assisted and self.late_notice))

    @property
    def progress(self) -> str:
        """What a model does at the moment, "" where none is to work."""
        turn = self.turn
        if not turn.running or turn.found is None or not (turn.assisted or turn.working):
            return ""
        if turn.working is None:
            return MODEL_IS_NEXT
        return phrases.progress(turn.working) if turn.ahead is None else WAITING_FOR_MODEL

    @property
    def effort(self) -> str:
        """What a model did for the answer, "" without one."""
        return phrases.summary(self.turn.answer.effort) if self.turn.answer and self.turn.answer.effort else ""

    @property
    def measurements(self) -> MeasurementsView | None:
        """The table of numbers, None where the answer has none; its sentences are those of the answer."""
        known = self.turn.answer or self.turn.found
        return measurements_view.measurements(known.measurements, self.turn.statements) if known else None

    @property
    def statements(self) -> StatementList:
        if self.measurements:
            return statement_view.statement_list(())
        above = [self._quoted_first] if self._quoted_first else []
        return statement_view.folded(statement_view.statement_list(self.turn.statements, above))

    @property
    def reading(self) -> list[str]:
        """The titles that the answer may cite and that no sentence cites yet."""
        return [rich(paper.title) for paper in self._unread()] if self.turn.running else []

    @property
    def related(self) -> StatementList | None:
        """The nearest sentences of papers that are related but do not answer, where the question asks for papers."""
        answer = self.turn.answer
        if answer is None or not answer.lists_papers or not answer.related:
            return None
        return statement_view.quoted(answer.related, answer.statements)

    @property
    def notice(self) -> str:
        """What a reader must know of the search, above the answer."""
        known = self.turn.found.notice if self.turn.found else ""
        is_outdated = self.turn.answer and not self.turn.answer.notice.startswith(known)  # a model searched again
        return "" if is_outdated else known

    @property
    def late_notice(self) -> str:
        """What else went less well than asked, once the work has ended."""
        said = self.turn.reply.notice if self.turn.reply and not self.turn.running else ""
        return said.removeprefix(self.notice).strip()

    @property
    def _quoted_first(self) -> Statement | None:
        is_for_model = self.turn.written or self.progress
        is_elsewhere = self.lead or is_for_model or self.measurements
        return None if is_elsewhere else statement_view.first_quote(self.turn.statements)

    @property
    def _amount(self) -> str:
        """How many papers are compared, or how many numbers are found."""
        known = self.turn.answer or self.turn.found
        if known and known.measurements:
            papers = len({row.citation.n for row in known.measurements})
            return f"{count(len(known.measurements), 'number')} from {count(papers, 'paper')}"
        return (
            f"{self._matching:,} papers compared."
            if known and known.intent == "comparison" and self._matching > 1
            else ""
        )

    def _counts(self, line: str) -> bool:
        """Whether `line` begins with how many papers match."""
        known = self.turn.answer or self.turn.found
        return known is not None and line.startswith(f"{self._matching:,} of {known.searched:,} paper")

    @property
    def _matching(self) -> int:
        """How many papers match, as far as is known."""
        answer, found = self.turn.answer, self.turn.found
        return answer.relevant_count if answer else len(found.papers) if found else 0

    def _unread(self) -> list[Paper]:
        read = {citation.paper for statement in cited([self.turn]) for citation in statement.citations}
        return [paper for paper in self.turn.found.papers if paper not in read] if self.turn.found else []


def turn_views(turns: Sequence[Turn], name: str) -> list[TurnView]:
    """All `turns` of the conversation called `name`."""
    return [turn_view(turns, n, name) for n in range(len(turns))]


def turn_view(turns: Sequence[Turn], n: int, name: str) -> TurnView:
    """Turn `n` of `turns`."""
    exports = () if turns[n].running else tuple(export.menu(f"/c/{name}", turns, n))
    return TurnView(turns[n], n, name, n == len(turns) - 1, exports)


def turn_html(turns: Sequence[Turn], n: int, name: str) -> str:
    """The element of turn `n`."""
    return templates.fragment("turn.html", "turn", turn_view(turns, n, name))


def dialogue_html(turns: Sequence[Turn], name: str) -> str:
    """The elements of all `turns`."""
    return templates.fragment("turn.html", "dialogue", turn_views(turns, name))


def reply_html(view: TurnView) -> str:
    """What has come in reply, without the question."""
    return templates.fragment("turn.html", "reply", view)
