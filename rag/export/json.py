"""Answers and hits as JSON objects: pure functions of typed data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.answer.types import Answer, Citation, Statement
from rag.export.phrases import cited_statement, refusal
from rag.retrieval.hits import Hits


def answer_json(answer: Answer) -> dict[str, Any]:
    """`answer` as {"answer", "kind", "writer", "refused", "matching", "searched", "probability", …}.

    "answer" is its whole text; "kind" what the question asks for. The rest are lists: "statements" [{"text", "verdict",
    "citations": [{"n", "start", "end"}]}] with offsets into the abstract, and in a comparison also "aspect";
    "citations" [{"n", "title", "quote", "digest"}]; "partial" [{"n", "title", "sentence", "digest"}], the related
    papers; "nearest" [title]. "matching" and "searched" count papers; "digest" is true if the abstract is not the
    authors' own text. Only present if not empty: "filters" [as written], "notice", and "silent", the title of the paper
    that does not state what is asked.
    """
    data: dict[str, Any] = {
        "answer": " ".join(map(cited_statement, answer.statements)) or refusal(answer),
        "kind": answer.intent,
        "writer": answer.writer,
        "refused": answer.refused,
        "matching": answer.relevant_count,
        "searched": answer.searched,
        "probability": round(answer.probability, 3),
        "statements": list(map(_statement_json, answer.statements)),
        "citations": [_citation_json(citation, "quote") for citation in answer.citations],
        "partial": [_citation_json(citation, "sentence") for citation in answer.related],
        "nearest": [paper.title for paper in answer.nearest],
    }
    silent = {"silent": answer.not_stated_by.title} if answer.not_stated_by else {}
    return data | silent | notes_json(answer.filters, answer.notice)


def _statement_json(statement: Statement) -> dict[str, Any]:
    citations = [{"n": citation.n, "start": citation.start, "end": citation.end} for citation in statement.citations]
    aspect = {"aspect": statement.aspect} if statement.aspect else {}
    return {"text": statement.text, "verdict": statement.verdict, "citations": citations} | aspect


def _citation_json(citation: Citation, quote_key: str) -> dict[str, Any]:
    paper = citation.paper
    return {"n": citation.n, "title": paper.title, quote_key: citation.quote, "digest": paper.digest}


def notes_json(filters: Sequence[str], notice: str) -> dict[str, Any]:
    """{"filters", "notice"}, each only if not empty."""
    return ({"filters": list(filters)} if filters else {}) | ({"notice": notice} if notice else {})


def hits_json(hits: Hits) -> dict[str, Any]:
    """{"probability", "results": [{"title", "score", "probability", "sentence", "digest"}]}, best first.

    "probability" is that of the whole collection, and of each paper, answering the question; "digest" as in
    `answer_json`.
    """
    results = [
        {
            "title": hit.paper.title,
            "score": round(hit.score, 4),
            "probability": round(hit.probability, 4),
            "sentence": hit.best,
            "digest": hit.paper.digest,
        }
        for hit in hits.papers
    ]
    return {"probability": round(hits.probability, 4), "results": results}
