"""Typed data to HTML. Pure functions; every text that is not ours goes through `escape`, so none of it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from rag import render as words
from rag.citations import Answer, Citation, Found, Statement
from rag.papers import Paper
from rag.table import UNSAID, Table, split
from rag.ui.cards import NOT_THE_AUTHORS, anchor
from rag.ui.session import Turn

if TYPE_CHECKING:
    from rag.chat import Collection

WRITES = {"quotes": "quotes only", "sentences": "one sentence at a time", "synthesis": "from all evidence at once"}
VERDICTS = {
    "quote": "the abstract's own words",
    "supported": "written by the model; agrees with the quoted sentence",
    "partly": "written by the model; agrees with the quoted sentence in part: read that too",
}


def count(number: int, noun: str) -> str:
    """``1 paper``, ``2,864 passages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def header(collection: Collection) -> str:
    """The line at the top of the page."""
    model = f"model: {collection.model}, {WRITES[collection.writer]}"
    facts = (count(collection.papers, "paper"), count(collection.passages, "passage"), model)
    return f"<h1>{escape(collection.name)}</h1><p>{escape(' · '.join(facts))}</p>"


def question(text: str) -> str:
    """What the user typed, as they typed it."""
    return f'<p class="question">{escape(text)}</p>'


def reply(turn: Turn, last: bool = True) -> str:
    """The answer so far: titles while none is written, then statements, then what the end brings.

    The filters of the `last` turn can be taken away, once it is answered.
    """
    body = statements(turn.statements) + partly(turn.answer)
    if not body and turn.running and turn.found:
        body = found(turn.found)
    if turn.answer and turn.answer.refused:
        body = refusal(turn.answer)
    if turn.answer and turn.answer.notice:
        body += f'<p class="notice">{escape(turn.answer.notice)}</p>'
    if turn.error:
        body += fault(turn.error)
    body = body or ("<p>…</p>" if turn.running else "<p>Stopped.</p>")
    return f'<div class="reply">{filters(turn.filters, last and not turn.running)}{matching(turn.found)}{body}</div>'


def filters(written: Sequence[str], removable: bool) -> str:
    """Which papers were searched; where `removable`, each filter a button that the page's script acts upon."""
    chips = "".join(_chip(n, one, removable) for n, one in enumerate(written))
    return f'<p class="filters">Only papers: {chips}</p>' if chips else ""


def found(event: Found) -> str:
    """The titles that an answer may cite."""
    return "<p>Reading:</p>" + _list(escape(paper.title) for paper in event.papers)


def matching(event: Found | None) -> str:
    """How many papers match, where the question asks for papers."""
    if event is None or event.kind != "papers" or not event.papers:
        return ""
    return f'<p class="matching">{words.matching(len(event.papers), event.searched)}</p>'


def partly(answer: Answer | None) -> str:
    """The papers that touch the question only, each with its nearest sentence, where the question asks for papers."""
    if answer is None or answer.kind != "papers" or not answer.partial:
        return ""
    return '<p class="partly">Partly:</p>' + statements([Statement(c.quote, (c,), "quote") for c in answer.partial])


def statements(written: Sequence[Statement]) -> str:
    """Statements in order, those in a row on one paper under its title, and a comparison as a table."""
    rest, compared = split(written)
    return "".join(_group(list(run)) for _, run in groupby(rest, key=_numbers)) + (table(compared) if compared else "")


def table(compared: Table) -> str:
    """A row for each aspect; where a paper's abstract does not tell it, the cell says so."""
    papers = "".join(f'<th scope="col">{_title(paper, f"[{n}] ")}</th>' for n, paper in compared.papers.items())
    rows = "".join(
        f'<tr><th scope="row">{escape(aspect)}</th>{"".join(map(_cell, cells))}</tr>' for aspect, cells in compared.rows
    )
    return f'<div class="table"><table><thead><tr><td></td>{papers}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(said: Sequence[Statement]) -> str:
    unsaid = f'<p class="unsaid">{UNSAID}</p>'
    return f"<td>{''.join(map(_statement, said)) or unsaid}</td>"


def refusal(answer: Answer) -> str:
    """An honest no, and where to look instead."""
    links = [f'<a class="cite" href="#{anchor(p)}">{escape(p.title)}</a>' for p in answer.nearest]
    nearest = f" Nearest papers:</p>{_list(links)}" if links else "</p>"
    return f"<p>{escape(words.refusal(answer))}{nearest}"


def fault(message: str) -> str:
    return f'<p class="fault">{escape(message)}</p>'


def status(turn: Turn) -> str:
    """Where the work on `turn` stands, in words."""
    return f'<p role="status">{_stage(turn)}</p>'


def progress(stage: str, done: int, total: int) -> str:
    """A bar for one stage of a rebuild; a stage without a `total` is only named."""
    steps = f" {done:,} of {total:,}" if total else "…"
    return f'<p>{escape(stage)}{steps}</p><progress max="{total or 1}" value="{done}"></progress>'


def summary(report: str) -> str:
    return f'<p class="done">{escape(report)}</p>'


def _stage(turn: Turn) -> str:
    sentences = count(len(turn.statements), "sentence")
    if turn.error:
        return "failed; your question is back in the box"
    if turn.stopped:
        return f"stopped after {sentences}"
    if turn.answer:
        return f"done: {_outcome(turn.answer, sentences)}"
    if turn.statements:
        return f"writing… {sentences} so far"
    if turn.found and turn.found.kind == "papers" and turn.found.papers:
        return f"{words.matching(len(turn.found.papers), turn.found.searched)}; writing…"
    if turn.found:
        return f"found {count(len(turn.found.papers), 'paper')}; writing…"
    return f"searching {count(turn.papers, 'paper')}…"


def _outcome(answer: Answer, sentences: str) -> str:
    if answer.refused:
        return "no answer in these abstracts"
    if answer.kind != "papers":
        return f"{sentences}, each cited"
    partial = f", {len(answer.partial):,} partly" if answer.partial else ""
    return f"{words.matching(answer.matching, answer.searched)}{partial}; {sentences}, each cited"


def _chip(n: int, written: str, removable: bool) -> str:
    if not removable:
        return f'<span class="filter">{escape(written)}</span>'
    name = escape(f"Search all papers, not only “{written}”")
    cross = '<span aria-hidden="true">✕</span>'
    return f'<button class="filter" value="{n}" title="{name}" aria-label="{name}">{escape(written)} {cross}</button>'


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _numbers(statement: Statement) -> tuple[int, ...]:
    return tuple(dict.fromkeys(citation.n for citation in statement.citations))


def _group(run: Sequence[Statement]) -> str:
    papers = {citation.n: citation.paper for citation in run[0].citations}
    title = _title(next(iter(papers.values()))) if len(papers) == 1 else ""
    return f"<section>{title}{''.join(map(_statement, run))}</section>"


def _title(paper: Paper, number: str = "") -> str:
    label = f' <span class="digest">{NOT_THE_AUTHORS}</span>' if paper.digest else ""
    return f'<p class="paper">{number}{escape(paper.title)}{label}</p>'


def _statement(statement: Statement) -> str:
    text = f"“{escape(statement.text)}”" if statement.verdict == "quote" else escape(statement.text)
    digest = statement.verdict == "quote" and any(citation.paper.digest for citation in statement.citations)
    verdict = NOT_THE_AUTHORS if digest else VERDICTS[statement.verdict]
    markers = "".join(_marker([c for c in statement.citations if c.n == n]) for n in _numbers(statement))
    label = ' <span class="partly">agrees in part</span>' if statement.verdict == "partly" else ""
    return f'<p class="statement" title="{escape(verdict)}">{text} {markers}{label}</p>'


def _marker(citations: Sequence[Citation]) -> str:
    """The link from a statement to one source; `data-spans` tells which sentences of it are meant."""
    n, paper = citations[0].n, citations[0].paper
    quotes = escape(" … ".join(citation.quote for citation in citations))
    spans = " ".join(f"{citation.start}-{citation.end}" for citation in citations)
    name = escape(f"Source {n}: {paper.title}")
    return f'<a class="cite" href="#source-{n}" title="{quotes}" aria-label="{name}" data-spans="{spans}">[{n}]</a>'
