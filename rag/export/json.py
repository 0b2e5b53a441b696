"""Answers and hits as JSON objects: pure functions of typed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from rag.answer.types import (
    Answer,
    Citation,
    Effort,
    Event,
    Form,
    Found,
    Listed,
    Measurement,
    Statement,
    Working,
    Written,
)
from rag.export.bibtex import bibtex
from rag.export.outline import NO_LINK
from rag.export.phrases import NOT_VERIFIED, byline, cited_statement, judge_name, model_name, refusal
from rag.export.references import link, papers_of
from rag.paper import Paper
from rag.retrieval.hits import Hits


def answer_json(answer: Answer) -> dict[str, Any]:
    """`answer` as {"answer", "headline", "kind", "writer", "refused", "matching", "may_match", "searched", …}.

    "answer" is its whole text, which is BibTeX after the first line where that is asked for, "headline" its first line;
    "kind" what the question wants. "matching" counts the papers that answer, "may_match" those that may besides, where
    papers are asked for, and "searched" all. The rest are lists: "statements" [{"text", "verdict", "citations": [{"n",
    "start", "end"}]}] with offsets into the abstract, if a model judged them also "judge", its name, and in a
    comparison "aspect"; "written", the sentences of the written answer, alike, those under a heading with "theme";
    "citations" [{"n", "paper", "title", "quote", "digest"}]; "partial" [{"n", "paper", "title", "sentence", "digest"}],
    the papers that may match; "nearest" [title]; "papers" [{"n", and the fields of `paper_json`}], where papers as such
    are the answer. "paper" is its `Paper.identity_hash`. "digest" is true if the abstract is not the authors' own text.
    Only present if not empty: "measurements" [{"n", "start", "end", "quantity", "value", "number", "unit", "change",
    "dataset", "condition"}], "filters" [as written], "notice", "silent", the title of the paper that does not state
    what is asked, and "effort", what a model did, with the fields of `rag.answer.types.Effort`.
    """
    data: dict[str, Any] = {
        "answer": text(answer),
        "headline": answer.headline,
        "kind": answer.wish or answer.intent,
        "writer": "synthesis" if answer.written else "quotes",
        "refused": answer.refused,
        "matching": answer.relevant_count,
        "may_match": len({citation.n for citation in answer.related}) if answer.lists_papers else 0,
        "searched": answer.searched,
        "probability": round(answer.probability, 3),
        "written": list(map(_statement_json, answer.written)),
        "statements": list(map(_statement_json, answer.statements)),
        "citations": [_citation_json(citation, "quote") for citation in answer.citations],
        "partial": [_citation_json(citation, "sentence") for citation in answer.related],
        "nearest": [paper.title for paper in answer.nearest],
        "papers": [{"n": listed.n} | paper_json(listed.paper) for listed in answer.listed],
    }
    measurements = {"measurements": list(map(_measurement_json, answer.measurements))} if answer.measurements else {}
    silent = {"silent": answer.not_stated_by.title} if answer.not_stated_by else {}
    effort = {"effort": _effort_json(answer.effort)} if answer.effort else {}
    return data | measurements | silent | effort | notes_json(answer.filters, answer.notice)


def _measurement_json(row: Measurement) -> dict[str, Any]:
    citation = row.citation
    place = {"n": citation.n, "start": citation.start, "end": citation.end}
    return place | {field.name: getattr(row, field.name) for field in fields(row) if field.name != "citation"}


def text(answer: Answer) -> str:
    """The whole answer in one line: its headline, what is written and its statements, or why there are none.

    Statements that are not verified say so.
    """
    if answer.refused:
        return refusal(answer)
    if answer.form == "bibtex":
        return f"{answer.headline}\n\n{bibtex(papers_of(answer), abstracts=False)}"
    listed = (_listed_text(listed, answer.form) for listed in answer.listed)
    sentences = map(_statement_text, (*answer.written, *answer.statements))
    return " ".join(filter(None, [answer.headline, *sentences, *listed]))


def _listed_text(listed: Listed, form: Form) -> str:
    """The number and title, with what is asked of the record: who wrote it and when, or its address."""
    paper = listed.paper
    known = {"abstract": byline(paper), "link": link(paper) or NO_LINK}.get(form, "")
    return f"[{listed.n}] {paper.title}{f' ({known})' if known else ''}"


def _statement_text(statement: Statement) -> str:
    return cited_statement(statement) + (f" ({NOT_VERIFIED})" if statement.verdict == "unverified" else "")


def _statement_json(statement: Statement) -> dict[str, Any]:
    citations = [{"n": citation.n, "start": citation.start, "end": citation.end} for citation in statement.citations]
    judge = {"judge": judge_name(statement)} if statement.verdict == "judged" else {}
    aspect = {"aspect": statement.aspect} if statement.aspect else {}
    theme = {"theme": statement.theme} if statement.theme else {}
    return {"text": statement.text, "verdict": statement.verdict, "citations": citations} | judge | aspect | theme


def _effort_json(effort: Effort) -> dict[str, Any]:
    rounded = {"seconds": round(effort.seconds, 1), "thinking_seconds": round(effort.thinking_seconds, 1)}
    return asdict(effort) | {"model": model_name(effort)} | rounded


def _citation_json(citation: Citation, quote_key: str) -> dict[str, Any]:
    paper = citation.paper
    place = {"n": citation.n, "paper": paper.identity_hash, "title": paper.title}
    return place | {quote_key: citation.quote, "digest": paper.digest}


def notes_json(filters: Sequence[str], notice: str) -> dict[str, Any]:
    """{"filters", "notice"}, each only if not empty."""
    return ({"filters": list(filters)} if filters else {}) | ({"notice": notice} if notice else {})


def event_json(event: Event) -> tuple[str, dict[str, Any]]:
    """An event of an answer as its name and its data, in the terms of `answer_json`.

    "found": {"headline", "kind", "matching", "searched", "papers": [{"paper", "title"}]}, with "filters" and "notice";
    "quote" and "sentence", what is quoted and what a model wrote: {"statement", "citations"}; "working": the fields of
    `rag.answer.types.Working`; "answer": the whole.
    """
    if isinstance(event, Found):
        return "found", _found_json(event)
    if isinstance(event, Statement):
        return "quote", _cited_json(event)
    if isinstance(event, Written):
        return "sentence", _cited_json(event.statement)
    if isinstance(event, Working):
        return "working", asdict(event) | {"seconds": round(event.seconds, 1)}
    return "answer", answer_json(event)


def _found_json(found: Found) -> dict[str, Any]:
    data = {
        "headline": found.headline,
        "kind": found.intent,
        "matching": len(found.papers),
        "searched": found.searched,
        "papers": [{"paper": paper.identity_hash, "title": paper.title} for paper in found.papers],
    }
    return data | notes_json(found.filters, found.notice)


def _cited_json(statement: Statement) -> dict[str, Any]:
    citations = [_citation_json(citation, "quote") for citation in statement.citations]
    return {"statement": _statement_json(statement), "citations": citations}


def paper_json(paper: Paper) -> dict[str, Any]:
    """{"paper", "title", "authors", "year", "ids", "url", "abstract", "source", "digest"}; as in `answer_json`."""
    return {
        "paper": paper.identity_hash,
        "title": paper.title,
        "authors": list(paper.authors),
        "year": paper.year,
        "ids": list(paper.ids),
        "url": link(paper),
        "abstract": paper.abstract,
        "source": paper.source,
        "digest": paper.digest,
    }


def hits_json(hits: Hits) -> dict[str, Any]:
    """{"probability", "results": [{"paper", "title", "score", "probability", "sentence", "digest"}]}, best first.

    "probability" is that of the whole collection, and of each paper, answering the question; "paper" and "digest" as in
    `answer_json`.
    """
    results = [
        {
            "paper": hit.paper.identity_hash,
            "title": hit.paper.title,
            "score": round(hit.score, 4),
            "probability": round(hit.probability, 4),
            "sentence": hit.best,
            "digest": hit.paper.digest,
        }
        for hit in hits.papers
    ]
    return {"probability": round(hits.probability, 4), "results": results}
