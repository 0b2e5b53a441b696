"""Example questions that lead into a collection: one of each kind, made from its papers and known to be answered well.

None of a kind is better than a poor one: a collection that has no good question of it gets none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rag.answer.aspects import aspect_of
from rag.answer.direct import Direct
from rag.answer.retrieve import Retrieved
from rag.chat.candidates import COMPARES, EXAMPLE_KINDS, Candidate, ExampleKind, candidates, defines
from rag.chat.sample import sample
from rag.chat.trial import Trial, quoted
from rag.index.phrases import contains
from rag.paper import Paper
from rag.query.intent import Intent, Wish

MAX_CONSIDERED = 50  # candidates of a kind
MAX_TRIED = 10  # candidates of a kind, each of which takes a search
MIN_EXAMPLE_PAPERS, MAX_EXAMPLE_PAPERS = 3, 25  # papers of a list that is worth asking for
MIN_NAMING = 0.6  # of the papers of such a list: those that have all words of its topic
MIN_EXAMPLE_PROBABILITY = 0.8  # that the collection answers
# How a thing is done: "by matching", "which encodes", "is trained to", "uses a network that", "first … then".
_MEANS = re.compile(
    r"\b(?:by\s+(?:\w+ly\s+)?\w+ing|us(?:es|ing)|via|through|with\s+an?|consists?|compris\w+|combin\w+|first|then|"
    r"trained|learn\w*|encod\w+|extend\w*|replac\w+|split\w*|that|which|where)\b",
    re.IGNORECASE,
)
# What each kind must be understood as: an intent, or a wish that needs no search.
_UNDERSTOOD: dict[ExampleKind, tuple[Intent | Wish, ...]] = {
    "papers": ("papers",),
    "definition": ("definition",),
    "comparison": ("comparison",),
    "number": ("fact",),
    "count": ("count",),
    "newest": ("newest",),
    "author": ("list",),
    "paper": ("paper", "fact"),
}


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    """A question of one kind that the collection answers."""

    kind: ExampleKind
    question: str


def examples(trial: Trial) -> Iterator[ExampleQuestion | None]:
    """At most one example of each kind, in the order of EXAMPLE_KINDS, for the collection that `trial` asks.

    A piece of the work is done for each item, which is None where nothing has come of it yet: whoever asks for the
    next one decides when. The same collection gives the same examples.
    """
    papers = sample(trial.retriever.store)
    yield None
    papers.keyphrases  # noqa: B018 - they are computed once
    yield None
    papers.sentences  # noqa: B018 - likewise
    yield None
    used = set[str]()
    for kind in EXAMPLE_KINDS:
        best = list(islice(candidates(kind, papers), MAX_CONSIDERED))
        best.sort(key=lambda one: not used.isdisjoint(one.stems))  # each about something else, if possible
        for candidate in best[:MAX_TRIED]:
            if _is_good(kind, candidate, trial):
                used |= candidate.stems
                yield ExampleQuestion(kind, candidate.question)
                break
            yield None


def _is_good(kind: ExampleKind, candidate: Candidate, trial: Trial) -> bool:
    """Whether `candidate` is understood as meant, and answered well."""
    query = trial.query(candidate.question)
    if (query.wished.wish if query.wished else query.intent) not in _UNDERSTOOD[kind]:
        return False
    found = trial.found(query)
    if isinstance(found, Direct):
        is_said = kind != "count" or _counts(candidate.phrases[0], found.headline)
        return is_said and len(found.papers) >= (1 if kind == "paper" else MIN_EXAMPLE_PAPERS)
    return found.selection.probability >= MIN_EXAMPLE_PROBABILITY and _answers(kind, candidate, found, trial)


def _answers(kind: ExampleKind, candidate: Candidate, found: Retrieved, trial: Trial) -> bool:
    """Whether what was `found` is what is asked for."""
    relevant = [one.paper for one in found.selection.relevant]
    if kind == "papers":
        naming = sum(_has(f"{paper.title}. {paper.abstract}", candidate.phrases) for paper in relevant)
        return MIN_EXAMPLE_PAPERS <= len(relevant) <= MAX_EXAMPLE_PAPERS and naming >= MIN_NAMING * len(relevant)
    if kind == "comparison":
        first = (text for paper, text in quoted(found) if paper == relevant[0])
        return len(relevant) > 1 and any(COMPARES.search(text) and _has(text, candidate.phrases) for text in first)
    if kind == "definition":
        return any(defines(text, found.query.term) for _, text in quoted(found))
    paper = trial.retriever.store.paper(candidate.number)
    if not relevant or relevant[0] != paper:
        return False
    quotes = [text for _, text in quoted(found)]
    is_explained = not candidate.explains or _explains(quotes, paper)
    return is_explained and candidate.figure in (found.headline or quotes[0])


def _explains(quotes: Iterable[str], paper: Paper) -> bool:
    """Whether `quotes`, of `paper`, say more of its approach than that it is proposed: with what it does its work."""
    return any(aspect_of(text, paper) == "Approach" and _MEANS.search(text) for text in quotes)


def _has(text: str, phrases: Iterable[str]) -> bool:
    return all(contains(text, phrase) for phrase in phrases)


def _counts(phrase: str, headline: str) -> bool:
    """Whether `headline` counts the papers with `phrase`, or its initials, and not with other words."""
    match = re.search(rf"“{re.escape(phrase)}(?: / (?P<short>\w+))?”", headline)
    initials = "".join(word[0] for word in re.split(r"[\s-]+", phrase))
    return match is not None and (not match["short"] or match["short"].lower() == initials.lower())
