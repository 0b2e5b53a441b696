"""A turn as HTML. Pure functions; every text that is not ours goes through `escape` or `rich`, so none is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

from rag.answer.table import NOT_STATED, Table, split
from rag.answer.types import Answer, Found, Statement
from rag.export.phrases import match_count
from rag.export.phrases import refusal as refusal_text
from rag.paper import Paper
from rag.text import count
from rag.web.cards import CHECKED, NOT_THE_AUTHORS, anchor
from rag.web.mathml import rich
from rag.web.turns import Turn

SORTS = {"": "best match first", "year": "newest first", "title": "by title"}


def question(text: str) -> str:
    """What the user typed, as they typed it."""
    return f'<h2 class="question">{escape(text)}</h2>'


def reply(turn: Turn, removable: bool = True) -> str:
    """The answer so far: what is written, then the titles that nothing is written of yet, then what the end brings.

    Nothing that stands moves while more comes. The filters can be taken away where they are `removable`.
    """
    parts = [filters(turn.filters, removable and not turn.running), matching(turn.found)]
    if turn.answer and turn.answer.refused:
        parts.append(refusal(turn.answer))
    else:
        parts += [_said(turn), _reading(turn), partly(turn.answer)]
    if turn.reply and turn.reply.notice and not turn.running:
        parts.append(f'<p class="notice">{escape(turn.reply.notice)}</p>')
    if turn.error:
        parts.append(fault(turn.error))
    return "".join(parts)


def filters(written: Sequence[str], removable: bool) -> str:
    """Which papers were searched; where `removable`, each filter a button that the page's script acts upon."""
    chips = "".join(_chip(n, one, removable) for n, one in enumerate(written))
    return f'<p class="filters">Only papers: {chips}</p>' if chips else ""


def matching(event: Found | None) -> str:
    """How many papers match, and how to sort them, where the question asks for papers."""
    if event is None or event.intent != "papers" or not event.papers:
        return ""
    options = "".join(f'<option value="{value}">{name}</option>' for value, name in SORTS.items())
    sort = f'<select class="sort" aria-label="Sort the papers">{options}</select>' if len(event.papers) > 1 else ""
    return f'<p class="matching">{match_count(len(event.papers), event.searched)} {sort}</p>'


def statements(written: Sequence[Statement]) -> str:
    """Statements in order, those in a row on one paper under its title, and a comparison as a table."""
    rest, compared = split(written)
    groups = "".join(_group(list(run)) for _, run in groupby(rest, key=_numbers))
    return groups + (table(compared) if compared else "")


def partly(answer: Answer | None) -> str:
    """The papers that touch the question only, each with its nearest sentence, where the question asks for papers."""
    if answer is None or answer.intent != "papers" or not answer.related:
        return ""
    said = statements([Statement(one.quote, (one,), "quote") for one in answer.related])
    return f'<div class="only-partly"><p class="partly">Partly:</p>{said}</div>'


def table(compared: Table) -> str:
    """A row for each aspect; where a paper's abstract does not tell it, the cell says so."""
    papers = "".join(f'<th scope="col">{_heading(paper, n)}</th>' for n, paper in compared.papers.items())
    rows = "".join(
        f'<tr><th scope="row">{escape(aspect)}</th>{"".join(map(_cell, cells))}</tr>' for aspect, cells in compared.rows
    )
    head = f"<thead><tr><td></td>{papers}</tr></thead>"
    return f'<div class="table" tabindex="0"><table>{head}<tbody>{rows}</tbody></table></div>'


def refusal(answer: Answer) -> str:
    """An honest no, and where to look instead."""
    links = [
        f'<a class="cite" href="/papers?q={quote(p.title, safe="")}" data-card="{anchor(p)}">{rich(p.title)}</a>'
        for p in answer.nearest
    ]
    nearest = f" Nearest papers:</p>{_list(links)}" if links else "</p>"
    return f'<p class="refused">{escape(refusal_text(answer))}{nearest}'


def fault(message: str) -> str:
    return f'<p class="fault">{escape(message)}</p>'


def status(turn: Turn) -> str:
    """Where the work on `turn` stands, in words."""
    sentences = len(turn.statements)
    if turn.state == "failed":
        return "failed; the question is kept, so it can be asked again"
    if turn.state == "stopped":
        return f"stopped after {count(sentences, 'sentence')}"
    if turn.answer:
        return _outcome(turn.answer)
    if turn.ahead is not None:
        return _waiting(turn)
    if turn.found is None:
        return f"searching {count(turn.papers, 'paper')}…" if turn.papers else "searching…"
    so_far = f"checked {count(sentences, 'sentence')} so far" if sentences else _brought(turn.found)
    return f"{so_far}; writing…"


def _said(turn: Turn) -> str:
    return f'<div class="list" data-live>{statements(turn.statements)}</div>'


def _reading(turn: Turn) -> str:
    """The titles that an answer may cite and that nothing is written of yet."""
    if not (turn.found and turn.running):
        return ""
    written = {citation.paper.key for statement in turn.statements for citation in statement.citations}
    left = [rich(paper.title) for paper in turn.found.papers if paper.key not in written]
    return f'<div class="reading"><p>Reading:</p>{_list(left)}</div>' if left else ""


def _waiting(turn: Turn) -> str:
    before = count(turn.ahead or 0, "question")
    verb = "is" if turn.ahead == 1 else "are"
    brought = f"{_brought(turn.found)}; " if turn.found else ""
    return f"{brought}waiting: {before} {verb} before yours" if turn.ahead else f"{brought}waiting: yours is next"


def _brought(found: Found) -> str:
    if found.intent == "papers" and found.papers:
        return match_count(len(found.papers), found.searched)
    return f"found {count(len(found.papers), 'paper')}"


def _outcome(answer: Answer) -> str:
    if answer.refused:
        return "done: no answer in these abstracts"
    said = len(answer.statements)  # each has been held against what it cites, or it would not stand here
    return f"done: checked {said:,} of {count(said, 'sentence')}, each cited"


def _chip(n: int, written: str, removable: bool) -> str:
    if not removable:
        return f'<span class="chip">{escape(written)}</span>'
    name = escape(f"Search all papers, not only “{written}”")
    cross = '<span aria-hidden="true">✕</span>'
    return (
        f'<button type="button" class="chip wider" value="{n}" aria-label="{name}">{escape(written)} {cross}</button>'
    )


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _numbers(statement: Statement) -> tuple[int, ...]:
    return tuple(dict.fromkeys(citation.n for citation in statement.citations))


def _group(run: Sequence[Statement]) -> str:
    """Statements on the same papers, under the title where it is one; the section tells what it can be sorted by."""
    papers = {citation.n: citation.paper for citation in run[0].citations}
    n, paper = next(iter(papers.items()))
    keys = f'data-n="{n}" data-year="{paper.year or ""}" data-title="{escape(paper.title)}"'
    title = _heading(paper) if len(papers) == 1 else ""
    return f"<section data-live {keys}>{title}{''.join(map(_statement, run))}</section>"


def _heading(paper: Paper, n: int | None = None) -> str:
    number = f"[{n}] " if n else ""
    year = f' <span class="year">{paper.year}</span>' if paper.year else ""
    digest = f' <span class="badge" title="{escape(NOT_THE_AUTHORS)}">digest</span>' if paper.digest else ""
    return f'<p class="paper">{number}{rich(paper.title)}{year}{digest}</p>'


def _cell(said: Sequence[Statement]) -> str:
    unsaid = f'<p class="unsaid">{NOT_STATED}</p>'
    return f"<td>{''.join(map(_statement, said)) or unsaid}</td>"


def _statement(statement: Statement) -> str:
    text = f"“{rich(statement.text)}”" if statement.verdict == "quote" else rich(statement.text)
    markers = "".join(_marker(statement, n) for n in _numbers(statement))
    label = ' <span class="badge">agrees in part</span>' if statement.verdict == "partly" else ""
    return f'<p class="statement">{text} {markers}{label}</p>'


def _marker(statement: Statement, n: int) -> str:
    """The link from a statement to one source; `data-spans` tells which sentences of it are meant."""
    citations = [citation for citation in statement.citations if citation.n == n]
    paper = citations[0].paper
    quotes = escape(" … ".join(citation.quote for citation in citations))
    spans = " ".join(f"{citation.start}-{citation.end}" for citation in citations)
    name = escape(f"Source {n}: {paper.title}")
    return (
        f'<a class="cite" href="#source-{n}" aria-label="{name}" data-spans="{spans}" data-quote="{quotes}" '
        f'data-check="{escape(verdict(statement, paper))}">[{n}]</a>'
    )


def verdict(statement: Statement, paper: Paper) -> str:
    """What came of the check of `statement`, in words."""
    digest = statement.verdict == "quote" and paper.digest
    return f"{CHECKED[statement.verdict]}{f'; {NOT_THE_AUTHORS}' if digest else ''}"
