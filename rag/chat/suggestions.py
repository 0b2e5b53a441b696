"""Questions to ask next: made from what an answer found, and tried, so that none of them leads to a refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING

from rag.answer.direct import Direct
from rag.answer.facets import compared_facet_of, facet_of
from rag.answer.measurements.answering import measure
from rag.answer.measurements.table import papers_in
from rag.answer.retrieve import Retrieved
from rag.answer.types import Answer
from rag.chat.candidates import defines
from rag.chat.keyphrases import Keyphrase, keyphrases
from rag.chat.trial import Trial, quoted, states
from rag.index.phrases import contains, has_word
from rag.language.tokens import content_terms, stems
from rag.paper import Paper
from rag.query.history import History
from rag.query.intent import Intent, Wish, bare_term, compared_items, term_to_define
from rag.query.names import is_marked
from rag.text import in_quotes, normalize

if TYPE_CHECKING:
    from rag.index.store import Store

MAX_SUGGESTIONS = 3
MAX_TRIALS = 10  # of questions, each of which takes a search
MAX_OF_A_SORT = 3  # of these, questions of one sort, of which one is enough
MIN_NARROWED = 4  # papers of a list that is worth narrowing
MIN_NEAR = 0.3  # probability of an answer below which the nearest papers have nothing to do with the question
MAX_ALIKE = 30  # papers like one, with which it shares its topics
MAX_TITLE_NAMED = 90  # characters of a title in a question
_LISTED: tuple[Wish, ...] = ("newest", "list", "similar")  # wishes that list papers to ask on about


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that may be suggested, if it is understood as one of `kinds`.

    Its answer comes from at least `least` and at most `most` papers, 0 for any number; it is a table if it `measures`,
    and `says` this in its first line. Where it is one `of_papers`, only those of the answer before count. What it asks
    for beyond its topic, as limitations, a quote states: of what the paper proposes, or of what is named by `about`.
    """

    question: str
    kinds: tuple[Intent | Wish, ...]
    least: int = 1
    most: int = 0
    measures: bool = False
    says: str = ""
    about: str = ""
    of_papers: bool = False


@dataclass(frozen=True, slots=True)
class _Answered:
    """An `answer` with its `papers`, best first, in the `store`; `trial` asks after it and `history`."""

    answer: Answer
    papers: Sequence[Paper]
    history: History
    trial: Trial

    @property
    def store(self) -> Store:
        return self.trial.retriever.store


def suggestions(answer: Answer, history: History, trial: Trial) -> tuple[str, ...]:
    """At most MAX_SUGGESTIONS questions to ask after `answer`, which is the last of `history`; none of some wishes."""
    given = _Answered(answer, tuple(dict.fromkeys(paper for _, paper in _shown(answer))), history, trial)
    trials, found, asked = MAX_TRIALS, list[str](), set(map(normalize, history.earlier))
    for sort in _sorts(given):
        for suggestion in islice(sort, MAX_OF_A_SORT):
            if trials == 0 or len(found) == MAX_SUGGESTIONS:
                return tuple(found)
            trials -= 1
            if normalize(suggestion.question) not in asked and _is_answered(suggestion, given):
                found.append(suggestion.question)
                break
    return tuple(found)


def _shown(answer: Answer) -> list[tuple[int, Paper]]:
    """The papers that `answer` lists or cites, with their numbers."""
    listed = [(one.n, one.paper) for one in answer.listed]
    return listed + [(one.n, one.paper) for statement in answer.statements for one in statement.citations]


def _is_answered(suggestion: Suggestion, given: _Answered) -> bool:
    query = given.trial.query(suggestion.question, given.history)
    if (query.wished.wish if query.wished else query.intent) not in suggestion.kinds:
        return False
    found = given.trial.found(query)
    if isinstance(found, Direct):
        return len(found.papers) >= suggestion.least
    if suggestion.measures:
        table = measure(found, given.store, given.history.cited)
        return table is not None and len(papers_in(table.rows)) >= suggestion.least
    if found.grounding.unknown or found.grounding.missing:
        return False
    if query.intent == "definition" and not any(defines(text, query.term) for _, text in quoted(found)):
        return False
    relevant = {one.paper for one in found.selection.relevant}
    papers = relevant & set(given.papers) if suggestion.of_papers else relevant
    is_said = suggestion.says.lower() in found.headline.lower()
    is_enough = suggestion.least <= len(papers) <= (suggestion.most or len(papers))
    return is_said and is_enough and _is_stated(suggestion, found, papers)


def _is_stated(suggestion: Suggestion, found: Retrieved, papers: Collection[Paper]) -> bool:
    """Whether quotes of enough of `papers`, and at least half, state what is asked for beyond the topic, if any is."""
    is_comparison = found.query.intent == "comparison"
    facet = (compared_facet_of if is_comparison else facet_of)(suggestion.question)
    if facet is None:
        return True
    quotes = ((paper, text) for paper, text in quoted(found) if paper in papers)
    stating = {paper for paper, text in quotes if states(text, facet, paper, suggestion.about)}
    return len(stating) >= max(suggestion.least, len(papers) / 2)


def _sorts(given: _Answered) -> tuple[Iterator[Suggestion], ...]:
    """What may be asked after an answer of this kind, one iterator for each sort of question, the best first."""
    answer = given.answer
    if answer.refused:
        return _without_unknown(given), _near(given), _about_nearest(given)
    if answer.wish == "count":
        return _of_topic(given, _counted(given))
    if answer.wish and answer.wish not in (*_LISTED, "paper"):
        return ()
    if answer.intent == "definition" and (term := term_to_define(answer.question) or bare_term(answer.question)):
        return _of_topic(given, term)
    if answer.intent == "comparison" and (sides := compared_items(answer.question)):
        return _of_sides(sides)
    return _on_papers(given) if len(given.papers) > 1 else _on_paper(given)


def _on_papers(given: _Answered) -> tuple[Iterator[Suggestion], ...]:
    return _narrowed(given), _measured(), *_facets("their", "do they", 2), _compared(given), _similar(given)


def _on_paper(given: _Answered) -> tuple[Iterator[Suggestion], ...]:
    near = _near(given)
    return *_facets("its", "does it", 1), near, _similar(given), near  # two topics, where there is nothing else


def _of_topic(given: _Answered, topic: str) -> tuple[Iterator[Suggestion], ...]:
    verb = "are" if topic.endswith("s") else "is"
    what = [] if given.answer.intent == "definition" else [Suggestion(f"What {verb} {topic}?", ("definition",))]
    newest = [Suggestion(f"What are the newest papers on {topic}?", ("newest",), least=2)]
    return (
        iter([Suggestion(f"Which papers study {topic}?", ("papers",), least=2)]),
        iter(what),
        iter(newest if given.store.has_field("year") else []),
        _near(given),
        _similar(given),
    )


def _of_sides(sides: Sequence[str]) -> tuple[Iterator[Suggestion], ...]:
    pair = " or ".join(sides[:2])
    return (
        iter([Suggestion(f"Which is faster, {pair}?", ("comparison",), least=2)]),
        iter([Suggestion(f"Which papers study {sides[0]}?", ("papers",), least=2)]),
        iter([Suggestion(f"Which papers study {sides[1]}?", ("papers",), least=2)]),
        iter([Suggestion(f"What are the limitations of {sides[0]}?", ("survey", "fact"), about=sides[0])]),
    )


def _narrowed(given: _Answered) -> Iterator[Suggestion]:
    """Restricts the papers to those with a term that some of them share."""
    papers = len(given.papers)
    if papers >= MIN_NARROWED:
        for text, having in _shared(given.papers, given):
            if having <= papers / 2:
                question = f"Which of these mention {text}?"
                yield Suggestion(question, ("papers",), most=papers - 1, says=in_quotes(text))


def _measured() -> Iterator[Suggestion]:
    for question in ("How fast are they?", "What accuracy do they reach?"):
        yield Suggestion(question, ("fact", "survey", "papers"), least=2, measures=True)


def _compared(given: _Answered) -> Iterator[Suggestion]:
    names = [paper.short_name for paper in given.papers[:2] if is_marked(paper.short_name)]
    both = f"{names[0]} and {names[1]}" if len(set(names)) == 2 else "the first two"
    yield Suggestion(f"How do {both} differ?", ("comparison",), least=2)


def _facets(whose: str, who: str, least: int) -> tuple[Iterator[Suggestion], ...]:
    """What else abstracts state: datasets and limitations, of at least so many of the papers."""
    questions = f"Which datasets {who} use?", f"What are {whose} limitations?"
    kinds: tuple[Intent, ...] = ("survey", "fact", "papers")
    return tuple(iter([Suggestion(question, kinds, least, of_papers=True)]) for question in questions)


def _similar(given: _Answered) -> Iterator[Suggestion]:
    if shown := _shown(given.answer):
        yield Suggestion(f"Which papers are similar to [{shown[0][0]}]?", ("similar",))


def _near(given: _Answered) -> Iterator[Suggestion]:
    """Topics of the best paper, or of the nearest to a question that is not answered."""
    for text, _ in _shared((given.papers or given.answer.nearest)[:1], given):
        question = f"Which papers study {text}?"
        yield Suggestion(question, ("papers",), least=2, says=in_quotes(text))


def _about_nearest(given: _Answered) -> Iterator[Suggestion]:
    is_near = given.answer.probability >= MIN_NEAR
    for paper in given.answer.nearest if is_near else ():
        if len(paper.title) <= MAX_TITLE_NAMED and "$" not in paper.title:  # a formula would be shown as its source
            yield Suggestion(f"What is “{paper.title}” about?", ("paper", "fact"))


def _without_unknown(given: _Answered) -> Iterator[Suggestion]:
    """The question without the words that no paper has, where each only narrows what follows it."""
    question = given.answer.question
    query = given.trial.query(question)
    found = given.trial.found(query)
    if isinstance(found, Direct):
        return
    missing = (word for name in found.grounding.missing for word in name.split() if not has_word(word, given.store))
    for word in (*found.grounding.unknown, *missing):
        match = re.search(rf"(?<!\w){re.escape(word)}\s+(?=(?P<next>[\w-]+))", question)
        if match and content_terms(match["next"]):
            question = question[: match.start()] + question[match.end() :]
    if question != given.answer.question:
        yield Suggestion(question, (query.intent,))


def _counted(given: _Answered) -> str:
    wished = given.trial.query(given.answer.question).wished
    return wished.topic if wished else ""


def _shared(papers: Sequence[Paper], given: _Answered) -> list[tuple[str, int]]:
    """Terms that the question lacks and `papers` share with each other, or with those like the first.

    Each comes with how many of `papers` have it, those first that tell them from other papers.
    """
    if not papers:
        return []
    alike = [hit.paper for hit in given.trial.retriever.search([papers[0].title], MAX_ALIKE).papers]
    asked, found = stems(given.answer.question), list[tuple[float, str, int]]()
    for phrase in keyphrases(dict.fromkeys([*papers, *alike]), 2, 1):
        having = sum(contains(f"{paper.title}. {paper.abstract}", phrase.text) for paper in papers)
        if having >= min(len(papers), 2) and not asked.issuperset(phrase.stems):
            found.append((having * math.log(_lift(phrase, having / len(papers), given.store)), phrase.text, having))
    return [(text, having) for _, text, having in sorted(found, key=lambda one: -one[0])]


def _lift(phrase: Keyphrase, share: float, store: Store) -> float:
    """How many times as frequent `phrase`, which this `share` of some papers has, is in these as in all papers."""
    import numpy as np

    having = reduce(np.intersect1d, (store.bm25.postings(one)[0] for one in phrase.stems))
    return share * store.paper_count / max(len(having), 1)
