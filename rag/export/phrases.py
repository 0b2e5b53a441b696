"""Wording that the terminal, the exported files and the chat share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.answer.types import Answer, Effort, Statement, Step, Verdict, Working
from rag.paper import Paper
from rag.text import clean_line, count

FILTERS_LABEL = "Limited to:"
RELATED_HEADING = "May match:"
NEAREST_HEADING = "Nearest papers:"
EVIDENCE_HEADING = "The evidence"
REFERENCES_HEADING = "References"
NOT_VERIFIED = "not verified"
# What was checked of a sentence, and by whom.
CHECKED: dict[Verdict, str] = {
    "quote": "quoted word for word",
    "reworded": "reworded, checked by rule",
    "judged": "reworded, checked by {judge}",
    "unverified": f"{NOT_VERIFIED}: read the source",
}
_STEPS: dict[Step, str] = {
    "reading": "reading the question",
    "judging": "judging papers",
    "thinking": "thinking",
    "writing": "writing",
}
_MAX_NAME_CHARS = 100  # of a model, or of a theme, which is a model's too
_LEAST_COST = 0.0001  # US dollars


def cited_statement(statement: Statement) -> str:
    """The sentence with its citation markers, in quotation marks if it is verbatim: ``“Owls hunt by ear.” [1]``."""
    return (f"“{statement.text}”" if statement.verdict == "quote" else statement.text) + markers(statement)


def check(statement: Statement) -> str:
    """What was checked of `statement`, and by whom, in words: ``reworded, checked by rule``."""
    name = judge_name(statement)
    return CHECKED[statement.verdict].format(judge=f"the model {name}" if name else "a model")


def judge_name(statement: Statement) -> str:
    """The name of the model that judged `statement`, short and safe to print."""
    return _short(statement.judge)


def model_name(effort: Effort) -> str:
    """The name of the model, short and safe to print, "the model" if it has none."""
    return _short(effort.model) or "the model"


def theme_name(statement: Statement) -> str:
    """The heading that `statement` stands under, short and safe to print, "" without one."""
    return _short(statement.theme)


def themes(written: Sequence[Statement]) -> Iterator[tuple[str, list[Statement]]]:
    """The sentences of a written answer, those in a row on one theme together, under its name; "" without one."""
    for name, run in groupby(written, key=theme_name):
        yield name, list(run)


def progress(working: Working) -> str:
    """What the model does at the moment: ``The model is judging papers: 12 of 20…``."""
    done = f": {working.done:,} of {working.total:,}" if working.total else ""
    seconds = f"{',' if done else ' for'} {round(working.seconds):,} s" if working.seconds >= 1 else ""
    return f"The model is {_STEPS[working.step]}{done}{seconds}…"


def summary(effort: Effort) -> str:
    """What a model did for an answer, and what that took.

    ``Written by qwen3:8b: 7 sentences, 6 confirmed, 1 replaced by its quote; 34 papers judged; 6,120 tokens, 14 s``
    """
    name, judged = model_name(effort), count(effort.judged, "paper")
    if effort.drafted:
        parts = [f"Written by {name}: {_fate(effort)}", *([f"{judged} judged"] if effort.judged else [])]
    else:
        parts = [f"Judged by {name}: {judged}" if effort.judged else f"Asked, without a result: {name}"]
    tokens = effort.prompt_tokens + effort.reply_tokens
    cost = [] if effort.cost is None else [_dollars(effort.cost)]
    return "; ".join([*parts, ", ".join([*([count(tokens, "token")] if tokens else []), _time(effort), *cost])])


def markers(statement: Statement) -> str:
    """The number of each paper that `statement` cites: `` [1] [2]``."""
    return "".join(f" [{n}]" for n in dict.fromkeys(citation.n for citation in statement.citations))


def match_count(papers: int, searched: int) -> str:
    """``7 of 489 papers match``."""
    return f"{papers:,} of {searched:,} papers match{'es' if papers == 1 else ''}"


def refusal(answer: Answer) -> str:
    """Why `answer`, a refusal, has no statements, in one sentence."""
    if answer.filters and not answer.searched:
        return no_paper(answer.filters)
    if answer.not_stated_by and not answer.headline:
        return f"The abstract of “{answer.not_stated_by.title}” does not say this."
    return answer.headline or "The abstracts here do not answer this."


def no_paper(filters: Sequence[str]) -> str:
    """The sentence shown if no paper passes `filters`."""
    return f"No paper here matches {' and '.join(f'“{written}”' for written in filters)}."


def byline(paper: Paper) -> str:
    """Authors and year, as far as they are known."""
    return ", ".join([*paper.authors, *([str(paper.year)] if paper.year else [])])


def display_title(paper: Paper) -> str:
    """The title, marked if the abstract is a digest instead of the authors' own text."""
    return f"{paper.title} (digest)" if paper.digest else paper.title


def _fate(effort: Effort) -> str:
    """How many sentences were written, and what became of them."""
    others = effort.drafted - effort.verified - effort.replaced
    replaced = f"{effort.replaced:,} replaced by {'its quote' if effort.replaced == 1 else 'their quotes'}"
    fates = [(effort.verified, f"{effort.verified:,} confirmed"), (effort.replaced, replaced)]
    known = [words for number, words in [*fates, (others, f"{others:,} not confirmed")] if number > 0]
    return ", ".join([count(effort.drafted, "sentence"), *known])


def _time(effort: Effort) -> str:
    thinking = f" (thinking {round(effort.thinking_seconds):,} s)" if effort.thinking_seconds >= 1 else ""
    return f"{max(1, round(effort.seconds)):,} s{thinking}"


def _dollars(cost: float) -> str:
    if cost < _LEAST_COST:
        return f"less than ${_LEAST_COST}"
    return f"about ${cost:,.2f}" if cost >= 1 else f"about ${cost:.4f}"


def _short(text: str) -> str:
    """`text` that a model or its server chose, cut off, on one line that can be printed."""
    return clean_line(text)[:_MAX_NAME_CHARS]
