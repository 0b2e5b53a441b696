"""Turns a question and its history into a query: what to search for, and among which papers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.index.filters import Filter, Filters
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.asked_aspect import Aspect, asked_aspects
from rag.query.filters import MAX_FILTER_CHARS, parse_filters
from rag.query.followups import absent, depends, points_at_papers, referenced, references, repeats, rewrites
from rag.query.history import History
from rag.query.intent import (
    LISTS,
    Intent,
    Wish,
    bare_term,
    cited_scope,
    compared_items,
    compares_unnamed,
    intent_of,
    is_bare_term,
    term_to_define,
)
from rag.query.language import foreign_language
from rag.query.left_out import left_out, split_named
from rag.query.negation import excluded
from rag.query.question import check_length
from rag.query.selected import Selected, wished_of
from rag.query.titles import is_long_title, named_papers, papers_cited_in, words_of_titles
from rag.query.wishes import Wished, wished
from rag.text import count, in_quotes

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.query.batch import BatchQuestion
    from rag.query.routing import Route, Router

_FOREIGN = (
    "This question looks like {language}. The abstracts here are in English, so only words that are alike were found: "
    "ask in English for more."
)
# Sentences of each paper when the last answer is given again.
RETOLD_SENTENCES: dict[Wish, int] = {"shorter": 1, "longer": 5, "table": 4, "rephrase": 2}
MAX_SHORT_TERMS = 4  # content words of a question that may be a follow-up without saying so
MAX_TOPIC_TERMS = 3  # content words of a follow-up that only changes the topic
_ONLY_TOPIC = re.compile(
    r"^\W*(?:and|or|but|also|then|so|what\s+about|how\s+about)\s+"
    r"(?!(?:is|are|was|were|do|does|did|can|could|which|who|how|why|what|when|where)\b)",
    re.IGNORECASE,
)
MAX_SHORTENED = 3  # papers of a shortened answer, the best
MAX_COMPARED_CITED = 4  # papers of the last answer, the best, to compare if the question names none


def batch_history(question: BatchQuestion, store: Store) -> History:
    """The history of a question of a file. Its last answer cites the papers whose full titles it contains."""
    cited = papers_cited_in(question.last_answer, store)
    return History(question.earlier, cited, dict(enumerate(cited, 1)))


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood.

    `question` is the user's wording; `rewrites` are the texts to search with, of which the first makes sense alone.
    `filters` are the applied filters as written, "of those" among them; `among` are the numbers of the papers that pass
    them, None without filters; `searched` counts the papers to search. `compared_items` are what a comparison sets side
    by side. `notice` says which filters were ignored, which papers that the question names they leave out, and in which
    other language the question seems to be, or is "".

    `wished` is what the question wants other than an answer from the abstracts, None if it is to be searched for.
    `term` is what a definition defines, or "". `retold` is not 0 where the last answer is given again from the papers
    that it cited: the number of sentences of each. `scoped` is true if the question is one about certain papers of the
    conversation, and only these are searched; `foreign` if it seems to be in another language than English.
    `in_context` are the rewrites of a short question that makes sense alone, but may also be meant as a follow-up.
    `queries` are what a model would search for besides, () without one. `aspects` are what a question about certain
    papers asks of each, () if it is about more than that.
    """

    question: str
    rewrites: tuple[str, ...]
    filters: tuple[str, ...]
    among: frozenset[int] | None
    searched: int
    intent: Intent = "fact"
    compared_items: tuple[str, ...] = ()
    notice: str = ""
    wished: Wished | None = None
    term: str = ""
    retold: int = 0
    scoped: bool = False
    foreign: bool = False
    in_context: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()

    def allows(self, number: int) -> bool:
        """Whether the paper with this `number` passes the filters."""
        return self.among is None or number in self.among


def understand(
    question: str,
    store: Store,
    history: History = History(),  # noqa: B008 - it is immutable
    without: Collection[str] = (),
    router: Router | None = None,
    selected: Selected | None = None,
) -> Query:
    """The query for `question` after `history`, for the papers in `store`.

    With a `router`, it may want something other than an answer from the abstracts; without one, it is searched for.
    The papers that are `selected` are a filter like those in the question.

    Ignored are the filters of earlier questions, filters written as one of `without`, and filters on fields that none
    of the papers has. Raises QuestionError for a malformed filter, for a question that consists of filters only and
    follows no other, and for one that is empty, too long, or nothing but marks, which only a `router` makes sense of.
    """
    check_length(question)
    if not router and not any(map(str.isalnum, question)):
        raise QuestionError(f"{in_quotes(question)} is no question. Ask in words.")
    subject, filters, unusable, without = _read_filters(question, without, store)
    earlier = _followed(subject, [parse_filters(text)[0] for text in history.earlier])
    limits = replace(filters, papers=(selected.filter,)) if selected else filters
    notice = " ".join(filter(None, [selected.notice if selected else "", _notice(unusable)]))
    if router and not content_terms(subject) and (filters or unusable) and not earlier:
        return _wish(Wished("list"), question, limits, store, notice)
    language = foreign_language(subject, store.bm25.doc_freq) if router else ""
    route = router(subject) if router and not language else None
    if language:
        notice = " ".join(filter(None, [notice, _FOREIGN.format(language=language)]))
    found = wished(subject, route.wish, limits, store, history) if route else None
    if route and selected:
        found = wished_of(selected, found, subject, earlier)
    given = referenced(subject, history.cited, history.numbered)
    missing = [each for each in absent(subject, history.cited, history.numbered) if each not in without]
    notice = " ".join(filter(None, [notice, _missing_notice(missing, history)]))
    is_of_several = selected is not None and not selected.is_one
    aspects = asked_aspects(subject, summaries=is_of_several) if given or selected else ()
    found = None if aspects else found
    if found and found.wish in ("count", "newest"):
        notice = " ".join(filter(None, [notice, excluded(subject, store)]))
    if found and not _is_filtered_topic(found, limits, store):
        retold = _retold(found, question, limits, store, history, selected)
        return retold or _wish(found, question, limits, store, notice)
    intent = "fact" if aspects else _intent(subject, earlier, router, route)
    if selected and intent == "definition" and selected.lack(term_to_define(subject)):
        intent = "fact"  # "what are the results?" asks for those of the papers
    if (filters or unusable) and not content_terms(subject):  # "and since 2023?" repeats the question before
        subject = _earlier_subject(earlier, [*filters, *unusable])
    if intent in LISTS:
        notice = " ".join(filter(None, [notice, excluded(subject, store)]))
    among, written = store.matching(limits), [each.written for each in limits]
    texts = rewrites(subject, earlier, history.cited, history.numbered)
    texts = selected.rewrites(texts) if selected else texts
    scope = "" if selected and history.cited == selected.papers else _scope(subject, history, without)
    asked = history.cited if scope else _asked_papers(subject, history) or (given if aspects else ())
    if limits and not scope and intent not in LISTS:
        _, outside = split_named(asked or named_papers(subject, store), among, store)
        notice = " ".join(filter(None, [notice, left_out(outside, written)]))
    if asked:
        numbers = store.numbers_of(asked)
        among = numbers if among is None else among & numbers
    if missing and (intent == "comparison" or not (given or named_papers(subject, store))):
        among, written = frozenset(), [*missing, *written]
    if scope:
        written = [scope, *written]
        texts = [subject] if content_terms(subject) else texts  # all cited papers match the question before
    return Query(
        question,
        tuple(texts),
        tuple(written),
        among,
        store.paper_count if among is None else len(among),
        intent,
        _compared(subject, earlier, history) if intent == "comparison" else (),
        notice,
        term=_term(subject, intent),
        scoped=bool(asked or (selected and selected.is_one)),
        foreign=bool(language),
        in_context=() if aspects else _in_context(subject, texts, earlier),
        aspects=aspects,
    )


def _read_filters(
    question: str, without: Collection[str], store: Store
) -> tuple[str, Filters, list[Filter], Collection[str]]:
    """What is asked, the filters of it that apply, those on fields that no paper has, and `without`.

    To `without`, the filters to ignore, are added those that are words of a title.
    """
    subject, filters = parse_filters(question, without)
    if words := words_of_titles(question, _in_words(filters), store):
        without = {*without, *words}
        subject, filters = parse_filters(question, without)
    unusable = [each for each in filters if not store.has_field(each.field)]
    if unusable:
        subject, filters = parse_filters(question, {*without, *(each.written for each in unusable)})
    return subject, filters, unusable, without


def _wish(found: Wished, question: str, filters: Filters, store: Store, notice: str) -> Query:
    """The query for what a question wants of the papers that pass `filters`, and those that name what it wants."""
    both = replace(filters, authors=filters.authors + found.filters.authors)
    among = store.matching(both)
    searched = store.paper_count if among is None else len(among)
    written = tuple(each.written for each in both)
    return Query(question, (question,), written, among, searched, notice=notice, wished=found)


def _is_filtered_topic(found: Wished, filters: Filters, store: Store) -> bool:
    """Whether "owls since 2023" rather asks for papers about owls than for the one called "Owls", which is older."""
    if found.wish != "paper" or not filters or any(map(is_long_title, found.papers)):
        return False
    return not split_named(found.papers, store.matching(filters), store)[0]


def _retold(
    found: Wished, question: str, filters: Filters, store: Store, history: History, selected: Selected | None
) -> Query | None:
    """The query for the last answer in another form; None if that is not wished, or none of it passes `filters`."""
    if found.wish not in RETOLD_SENTENCES:
        return None
    cited, _ = split_named(history.cited, store.matching(filters), store)
    if not cited:
        return None
    papers = cited[: MAX_SHORTENED if found.wish == "shorter" else None]
    before = understand(history.earlier[-1], store, History(history.earlier[:-1]), selected=selected)
    query = replace(
        before,
        filters=tuple(dict.fromkeys([*before.filters, *(each.written for each in filters)])),
        among=store.numbers_of(papers),
        retold=RETOLD_SENTENCES[found.wish],
        notice="",
    )
    if found.wish == "table":
        items = tuple(paper.title for paper in cited[:MAX_COMPARED_CITED])
        return replace(query, intent="comparison", compared_items=items)
    if found.wish == "rephrase":
        return replace(query, question=f"{before.question} ({question})", wished=found)
    return query


def written_filters(question: str) -> set[str]:
    """All restrictions in `question`, as written. Raises QuestionError for a malformed filter."""
    subject, filters = parse_filters(question)
    return {*(each.written for each in filters), cited_scope(subject), *references(subject)} - {""}


def _in_words(filters: Filters) -> list[str]:
    """The filters that are written in plain words, which may mean something else."""
    return [each.written for each in filters.years if ":" not in each.written]


def _scope(subject: str, history: History, without: Collection[str]) -> str:
    """The words of `subject` that restrict it to the papers that the last answer cited; "" without any."""
    scope = cited_scope(subject) if history.cited else ""
    return "" if scope in without else scope


def _asked_papers(subject: str, history: History) -> tuple[Paper, ...]:
    """The papers that alone can answer: those referred to by number or position, or those that a "why?" is about."""
    if points_at_papers(subject) and (papers := referenced(subject, history.cited, history.numbered)):
        return papers
    return history.cited if history.earlier and repeats(subject) else ()


def _intent(subject: str, earlier: Sequence[str], router: Router | None, route: Route | None) -> Intent:
    """The intent of `subject`. Of a question that only makes sense after another, the classifier sees too little."""
    if not (router and route):
        return intent_of(subject)
    if not (earlier and depends(subject)):
        return intent_of(subject, route.intents)
    if _is_only_topic(subject):  # "and for video?" asks the same as the question before
        return intent_of(earlier[-1], router(earlier[-1]).intents)
    return intent_of(subject)


def _in_context(subject: str, texts: Sequence[str], earlier: Sequence[str]) -> tuple[str, ...]:
    """The rewrites of `subject` as a follow-up; none if `texts`, its rewrites, are not it alone, or it is long."""
    is_short = 0 < len(content_terms(subject)) <= MAX_SHORT_TERMS
    return (f"{earlier[-1]} {subject}", subject) if earlier and is_short and list(texts) == [subject] else ()


def _followed(subject: str, earlier: Sequence[str]) -> list[str]:
    """What `subject` may follow, none or one text: the question before, with the one that it itself follows.

    Of questions in a row that only change the topic, "and for video?", "and for images?", each replaces the one before.
    """
    if not earlier or not depends(earlier[-1]):
        return list(earlier[-1:])
    begun = next((text for text in reversed(earlier[:-1]) if not depends(text)), "")
    is_replaced = bool(begun) and _is_only_topic(earlier[-1]) and _is_only_topic(subject)
    return [begun if is_replaced else f"{begun} {earlier[-1]}".strip()]


def _is_only_topic(subject: str) -> bool:
    """Whether `subject` is a follow-up that changes the topic and nothing else."""
    is_topic = bool(_ONLY_TOPIC.match(subject)) or is_bare_term(subject)
    return is_topic and len(content_terms(subject)) <= MAX_TOPIC_TERMS and not repeats(subject)


def _term(subject: str, intent: Intent) -> str:
    return (term_to_define(subject) or bare_term(subject)) if intent == "definition" else ""


def _compared(subject: str, earlier: Sequence[str], history: History) -> tuple[str, ...]:
    """What a comparison sets side by side: the items it names, or else the titles that the last answer cited."""
    if items := compared_items(subject):
        return tuple(rewrites(item, earlier, history.cited, history.numbered)[0] for item in items)
    if len(papers := referenced(subject, history.cited, history.numbered)) > 1:
        return tuple(paper.title for paper in papers)
    if compares_unnamed(subject):
        return tuple(paper.title for paper in history.cited[:MAX_COMPARED_CITED])
    return ()


def _missing_notice(missing: Sequence[str], history: History) -> str:
    """Says that no paper is what the `missing` references refer to, "" without any."""
    cited = count(len(history.cited), "paper")
    return f"There is no {' or '.join(map(in_quotes, missing))}: the last answer cites {cited}." if missing else ""


def _earlier_subject(earlier: Sequence[str], filters: Sequence[Filter]) -> str:
    """The subject of the question before. Raises QuestionError, showing `filters`, if there is none."""
    if earlier and content_terms(earlier[-1]):
        return earlier[-1]
    written = " ".join(each.written for each in filters)[:MAX_FILTER_CHARS]
    raise QuestionError(f"“{written}” only selects papers. Add what to look for, for example: diffusion {written}")


def _notice(unusable: Sequence[Filter]) -> str:
    """Which filters were ignored because none of the papers has the field."""
    sentences = []
    for name, filters in groupby(unusable, key=lambda each: each.field):
        written = [f"“{each.written}”" for each in filters]
        article, were = "an" if name == "author" else "a", "was" if len(written) == 1 else "were"
        sentences.append(f"None of these papers has {article} {name}, so {' and '.join(written)} {were} not applied.")
    return " ".join(sentences)
