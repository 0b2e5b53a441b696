"""Whether the abstracts mention what a question names or defines: without that, similar papers are no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rag.index.phrases import alternatives, contains, forms_of, has_word, papers_about, papers_with
from rag.index.store import Store
from rag.language.cues import NEGATIONS, proposes
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.intent import LISTS, Intent
from rag.query.names import is_marked, names
from rag.query.routing import is_topical, topic

MAX_TOPIC_PHRASES = 3  # more are a description rather than a topic that papers name
MAX_TOPIC_WORDS = 4  # of each
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")  # good enough here, where NLTK would take seconds to import
_WORD = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+)*\b")
# A noun that a term can do without: "the Bradley-Terry model".
_GENERIC = re.compile(
    r"(?<=\w)\s+(?:models?|methods?|networks?|algorithms?|approach(?:es)?|process(?:es)?|techniques?)$"
)


@dataclass(frozen=True, slots=True)
class Grounding:
    """What of a question the abstracts of a collection mention.

    `missing` are the names, or the term to define, that no abstract has. `papers` are the numbers of those that an
    answer can come from, None if all can; none if no single abstract has all names of a fact: `apart` are these.
    `titles` are the numbers of papers that have a missing term in their titles at least. `defined` is the term to
    define, with its other form. `mentioned_only` are names that papers mention, but none introduces. `named` is true if
    a question for papers asks for those with a name, and some have it. `topic` are the alternatives of what such a
    question is about, each of one or more phrases, and `naming` the numbers of the papers that have all phrases of one,
    true if in the title. `unknown` are words of the question that no paper has.
    """

    missing: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    papers: frozenset[int] | None = None
    titles: tuple[int, ...] = ()
    defined: tuple[str, ...] = ()
    mentioned_only: tuple[str, ...] = ()
    named: bool = False
    topic: tuple[tuple[str, ...], ...] = ()
    naming: Mapping[int, bool] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def ground(question: str, intent: Intent, term: str, store: Store, is_whole: bool = True) -> Grounding:
    """The grounding of `question` in the papers of `store`; `term` is what it wants defined, or "".

    Unless it `is_whole`, it only makes sense after another question, and has only a part of the topic.
    """
    if term:
        return _ground_term(term, store)
    words = dict.fromkeys(word for word in _WORD.findall(question) if content_terms(word) and is_topical(word))
    unknown = tuple(word for word in words if not has_word(word, store))
    about = _topic(question) if intent == "papers" and is_whole else ()
    naming = papers_about(about, store)
    grounding = _ground_names(question, intent, store)
    mentioned_only = grounding.mentioned_only if is_whole else ()
    return replace(grounding, mentioned_only=mentioned_only, topic=about, naming=naming, unknown=unknown)


def _ground_names(question: str, intent: Intent, store: Store) -> Grounding:
    found = {name: papers_with(name, store) for name in names(question)}
    missing = tuple(name for name, papers in found.items() if not papers)
    if missing and (intent not in LISTS or len(missing) == len(found)):
        return Grounding(missing)
    present = {name: frozenset(papers) for name, papers in found.items() if papers}
    if intent in LISTS:
        marked = [papers for name, papers in present.items() if is_marked(name)]
        return Grounding(missing, named=bool(marked))
    if intent not in ("fact", "yesno") or not present:
        return Grounding()
    together = frozenset.intersection(*present.values())
    if not together:
        return Grounding(apart=tuple(present), papers=together)
    return Grounding(papers=together, mentioned_only=_mentioned_only(present, store) if intent == "fact" else ())


def _topic(question: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives of what `question` is about, none if it is a description, or may ask for papers without it."""
    about = alternatives(topic(question))
    if len(about) > 1 and ("/" in question or any(len(phrases) > 1 for phrases in about)):
        return ()  # what "or" joins is not clear: "diffusion for depth or normals"
    phrases = [phrase for each in about for phrase in each]
    is_named = len(phrases) <= MAX_TOPIC_PHRASES and all(len(phrase.split()) <= MAX_TOPIC_WORDS for phrase in phrases)
    return tuple(map(tuple, about)) if is_named and NEGATIONS.isdisjoint(question.lower().split()) else ()


def _ground_term(term: str, store: Store) -> Grounding:
    found = papers_with(term, store)
    if not found and (specific := _GENERIC.sub("", term)) != term:
        return _ground_term(specific, store)
    forms = forms_of(term, store)
    inside = [
        n for n, p in zip(found, store.papers(list(found)), strict=True) if any(contains(p.abstract, f) for f in forms)
    ]
    if not inside:
        return Grounding((term,), titles=tuple(found))
    return Grounding(papers=frozenset(inside), defined=tuple(forms))


def _mentioned_only(present: dict[str, frozenset[int]], store: Store) -> tuple[str, ...]:
    """The only marked name of `present`, if no title has it and no abstract introduces it as its own.

    Of several names, such as a method's and a dataset's, one may well be known from elsewhere.
    """
    marked = tuple(name for name in present if is_marked(name))
    if len(marked) != 1:
        return ()
    is_introduced = any(introduces(paper, marked[0]) for paper in store.papers(sorted(present[marked[0]])))
    return () if is_introduced else marked


def introduces(paper: Paper, name: str) -> bool:
    """Whether `paper` has `name` in its title, proposes what bears it, or begins a sentence with it."""
    if contains(paper.title, name):
        return True
    sentences = _SENTENCE_END.split(paper.abstract)
    begins = len(name.split()) + 1  # "Surprisingly, SimSiam learns …"
    return any(
        contains(sentence if proposes(sentence) else " ".join(sentence.split()[:begins]), name)
        for sentence in sentences
    )
