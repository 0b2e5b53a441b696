"""The scores of one answer, against what was judged of its question."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rag.answer.types import Answer, Effort
from rag.answer.writers.quotes import ELLIPSIS
from rag.evaluate.questions import JudgedQuestion
from rag.evaluate.rankings import ranking_scores
from rag.evaluate.run import Metrics
from rag.paper import Paper
from rag.text import normalize

_NDCG = "nDCG@10"
_SHARES = ("cite P", "cite R", _NDCG, "evidence R", "verbatim", "refusal right", "unsupported")
ANSWER_METRICS: Metrics = dict.fromkeys(_SHARES, np.mean) | dict.fromkeys(("first", "first quote", "total"), np.median)
_EFFORTS = ("drafted", "verified", "replaced", "prompt tokens", "reply tokens")
MODEL_METRICS: Metrics = dict.fromkeys(_EFFORTS, np.mean) | {"first written": np.median}
_GRADE_TO_CITE = 2  # the lowest grade of a paper that an answer should cite


def answer_scores(
    judged: JudgedQuestion, answer: Answer, name_of: Callable[[Paper], str], stored: Callable[[Paper], Paper]
) -> dict[str, float]:
    """Those of ANSWER_METRICS that are shares from 0 to 1 and apply to `answer`.

    `name_of` gives the name of a paper in the judgements, `stored` the paper as it is in the index.
    """
    cited = dict.fromkeys(name_of(citation.paper) for one in answer.statements for citation in one.citations)
    lowest_grade = min(_GRADE_TO_CITE, max(judged.relevant.values(), default=0))
    sentences = (*answer.statements, *answer.written)
    quotes = [citation.quote for citation in answer.citations]
    text = normalize(" ".join([*quotes, *(sentence.text for sentence in sentences)]))
    checks = {
        # An answer that cites nothing, but should, is as wrong as one that cites only wrong papers.
        "cite P": [paper in judged.relevant for paper in cited] or [False] if judged.relevant else [],
        "cite R": [paper in cited for paper, grade in judged.relevant.items() if grade >= lowest_grade],
        "evidence R": [sentence in text for sentence in judged.evidence],
        "verbatim": _verbatim(answer, stored),
        "refusal right": [answer.refused != bool(judged.relevant)],
        "unsupported": [sentence.verdict == "unverified" for sentence in sentences],
    }
    shares = {name: sum(passed) / len(passed) for name, passed in checks.items() if passed}
    related = dict.fromkeys(name_of(citation.paper) for citation in answer.related)
    (ranking,) = ranking_scores([judged], [list(cited | related)])
    return shares | ({_NDCG: ranking[_NDCG]} if ranking else {})


def effort_scores(effort: Effort) -> dict[str, float]:
    """Those of MODEL_METRICS that say how much a model did; shares of its sentences only if it drafted any."""
    drafted = effort.drafted
    shares = {"verified": effort.verified / drafted, "replaced": effort.replaced / drafted} if drafted else {}
    tokens = {"prompt tokens": effort.prompt_tokens, "reply tokens": effort.reply_tokens}
    return {"drafted": drafted, **shares, **tokens}


def _verbatim(answer: Answer, stored: Callable[[Paper], Paper]) -> list[bool]:
    """For each citation of each sentence, whether its quote is verbatim in the index."""
    return [
        stored(citation.paper).abstract[citation.start : citation.end] == citation.quote
        and (sentence.verdict != "quote" or sentence.text.strip(f"{ELLIPSIS} ") in citation.quote)
        for sentence in (*answer.statements, *answer.written)
        for citation in sentence.citations
    ]
