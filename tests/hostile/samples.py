"""Answers made of hostile text, without an index or a model: wherever an answer can hold text of others, they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, cycle

from rag import sources
from rag.answer.aspects import ASPECTS
from rag.answer.types import Answer, Citation, Effort, Statement
from rag.language.sentences import split_sentences
from rag.paper import Paper
from rag.web.turns import Turn
from tests.attacks import ATTACKS, HOSTILE
from tests.conftest import DATA

URLS = "javascript:alert(1)", " data:text/html,x"  # beside the one of the record


def read_papers() -> dict[str, Paper]:
    """Every hostile and benign record as the reader cleans it, by abstract."""
    records = chain.from_iterable(sources.read(DATA / name) for name in ("hostile.jsonl", "papers.jsonl"))
    return {paper.abstract: paper for paper in records if isinstance(paper, Paper)}


def raw_papers() -> list[Paper]:
    """Every hostile record as no reader has cleaned it, with several addresses."""
    return [
        Paper(record["title"], record["abstract"], tuple(record["authors"]), 2021, url=url)
        for record in HOSTILE
        for url in (record["url"], *URLS)
    ]


def cite_sentences(paper: Paper, n: int) -> list[Citation]:
    """A citation of each sentence of the abstract of `paper`, with the number `n`."""
    return [Citation(n, paper, span.start, span.end) for span in split_sentences(paper.abstract)]


def turn_of(answer: Answer) -> Turn:
    """A turn that ended with `answer`."""
    turn = Turn(answer.question)
    turn.take(answer)
    return turn


def made_turns() -> list[Turn]:
    """Lists, refusals and comparisons, of records as they are and as the reader cleans them, and of every attack."""
    read = list(read_papers().values())
    turns = []
    for n, record in enumerate(HOSTILE):
        raw = raw_papers()[n * 3 : n * 3 + 3]
        turns += [_list(record, [*raw, read[n]]), _comparison(record["title"], record["obeyed"], raw[0], read[n])]
        turns += [_refusal(raw[0]), _refusal(read[n])]
    turns += [_comparison(question, f"{canary} is the answer. [1a]", *read[:2]) for question, canary in ATTACKS.items()]
    return turns


def _list(record: dict[str, str], papers: Sequence[Paper]) -> Turn:
    """`papers` in whole abstracts and in single sentences, and what a model writes that obeys them, above."""
    statements, written, title = [], [], record["title"]
    for n, paper in enumerate(papers, 1):
        whole = Citation(n, paper, 0, len(paper.abstract))
        statements += [Statement(whole.quote, (whole,), "quote"), Statement(record["obeyed"], (whole,), "unverified")]
        statements += [Statement(one.quote, (one,), "quote") for one in cite_sentences(paper, n)]
        written += [Statement(record["obeyed"], (whole,), "unverified", theme=paper.title)]
        written += [Statement(record["obeyed"], (whole,), "judged", judge=title, theme=record["obeyed"])]
    related = (Citation(len(papers) + 1, papers[0], 0, 9),)
    answer = Answer(title, tuple(statements), tuple(written), related, filters=(title,), intent="papers", notice=title)
    return turn_of(replace(answer, headline=title, effort=Effort(title, len(papers), 4, 3, 1, cost=0.1)))


def _comparison(question: str, text: str, *papers: Paper) -> Turn:
    """`papers` side by side, each with the words of its own and with `text`."""
    aspects = cycle(ASPECTS)
    statements = [
        Statement(words, (citation,), verdict, next(aspects), judge=text if verdict == "judged" else "")
        for n, paper in enumerate(papers, 1)
        for citation in cite_sentences(paper, n)[:3]
        for words, verdict in ((citation.quote, "quote"), (text, "judged"))
    ]
    return turn_of(Answer(question, tuple(statements), intent="comparison"))


def _refusal(paper: Paper) -> Turn:
    return turn_of(Answer(paper.abstract, nearest=(paper,), filters=(paper.title,), searched=1, not_stated_by=paper))
