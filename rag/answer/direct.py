"""Answers that come from the collection's data, or are just a sentence: no search, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.types import Form
from rag.index import catalogue
from rag.index.phrases import alternatives, forms_of, papers_about
from rag.index.store import Store
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.intent import Wish
from rag.query.left_out import left_out, split_named
from rag.query.understanding import Query
from rag.query.wishes import Wished
from rag.retrieval.similar import most_similar
from rag.text import clean_line, count, in_quotes

MAX_SHOWN = 50  # papers, unless more or fewer are asked for; the headline says how many there are
MAX_SIMILAR = 10  # papers nearest to another, or the newest
MAX_NAMED_SOURCES, MAX_TOPICS = 5, 8  # named in the description of a collection
# What a question about a record may ask for that the record may lack.
_AUTHORS = re.compile(r"\b(?:who|authors?|written|wrote)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:when|years?|dates?)\b", re.IGNORECASE)

NOTHING_CITED = "The last answer cites no paper, so there is nothing to show in another form."
SENTENCES: dict[Wish, str] = {
    "greeting": "Hello! Ask what these papers say: which ones treat a topic, a fact, a comparison, what a term means.",
    "thanks": "You are welcome.",
    "help": (
        "Ask in plain words which papers treat a topic, for a fact, a comparison or what a term means; every sentence "
        "of an answer is cited to the abstract that says it. “How many papers use …?”, a title, “BibTeX of [2]”, “more "
        "like [1]”, “as a table” and filters such as year:2020.. and author:name work too. Your own papers are added "
        "on the Papers page or with: rag add FILE"
    ),
    "bibtex": "Name the paper by its title, or ask a question first: then “BibTeX of [2]” gives that paper's.",
    "link": "Name the paper by its title, or ask a question first: then “link to [2]” gives that paper's.",
    "similar": "Name a paper by its title, or ask a question first: then “more like [2]” finds papers like that one.",
    "rephrase": (
        "Without a language model, an answer is quoted, not rewritten. Choose a model in Settings or with --llm; "
        "“shorter”, “more details”, “as a table” and “only the titles” work without one."
    ),
    "shorter": NOTHING_CITED,
    "longer": NOTHING_CITED,
    "table": NOTHING_CITED,
    "titles": NOTHING_CITED,
}


@dataclass(frozen=True, slots=True)
class Direct:
    """A first line, and the papers that it introduces, each to be shown in the `form`.

    `total` is how many papers answer, where these are just the first of them; else 0.
    """

    headline: str
    papers: tuple[Paper, ...] = ()
    form: Form = "title"
    total: int = 0


def reply(query: Query, wished: Wished, store: Store, most: int | None = None) -> Direct:
    """What `wished` wants of the papers in `store`, among those that pass the filters of `query`.

    Of papers that it does not name, at most so many are listed; None lists MAX_SHOWN, or the MAX_SIMILAR nearest.
    """
    if wished.wish == "about" and not query.filters:
        return Direct(_description(store))
    if wished.wish in ("about", "count"):
        return _count(query, wished.topic, store, most or MAX_SHOWN)
    if wished.wish in ("list", "newest"):
        return _list(query, wished, store, most)
    if wished.wish == "similar" and wished.papers:
        return _similar(wished.papers[0], query, store, min(MAX_SIMILAR, most or MAX_SIMILAR))
    papers, outside = split_named(wished.papers, query.among if query.filters else None, store)
    made = _of_papers(query, wished.wish, papers) if papers or not outside else Direct("")
    return replace(made, headline=" ".join(filter(None, [left_out(outside, query.filters), made.headline])))


def _of_papers(query: Query, wish: Wish, papers: tuple[Paper, ...]) -> Direct:
    """`papers` as the `wish` wants them, or a sentence."""
    if wish == "titles" and papers:
        return Direct(f"The last answer cites {count(len(papers), 'paper')}:", papers)
    if wish in ("paper", "bibtex", "link") and papers:
        return _records(wish, papers, query.question)
    return Direct(SENTENCES[wish])


def _description(store: Store) -> str:
    """The size of the collection, its sources, years and topics."""
    sources = [(clean_line(source), papers) for source, papers in catalogue.by_source(store) if source]
    named = ", ".join(f"{source} ({papers:,})" for source, papers in sources[:MAX_NAMED_SOURCES])
    more = len(sources) - MAX_NAMED_SOURCES
    years = [year for year, _ in catalogue.by_year(store) if year is not None]
    topics = [name for name in store.projection.names if name][:MAX_TOPICS]
    parts = [
        f"{count(store.paper_count, 'paper')} (abstracts, not full texts)",
        f"from {named}{f' and {more:,} more' if more > 0 else ''}" if named else "",
        f"published {min(years)} to {max(years)}" if years else "none with a year",
    ]
    about = f" Largest topics: {'; '.join(topics)}." if topics else ""
    return f"{', '.join(filter(None, parts))}.{about}"


def _count(query: Query, topic: str, store: Store, most: int) -> Direct:
    """How many papers have every part of `topic`, and how many have it in the title; these are listed first."""
    if not content_terms(topic):
        headline = f"{query.searched:,} of {count(store.paper_count, 'paper')} pass the filter."
        return Direct(headline, _page(query, store, most), total=query.searched)
    about = alternatives(topic)
    found = papers_about(about, store)
    numbers = list(filter(query.allows, found))
    in_title = [n for n in numbers if found[n]]
    ordered = in_title + [n for n in numbers if n not in set(in_title)]
    mention = "mentions" if len(numbers) == 1 else "mention"
    quoted = " or ".join(
        " and ".join(in_quotes(" / ".join(forms_of(phrase, store))) for phrase in phrases) for phrases in about
    )
    titles = f"; {len(in_title):,} in the title" if numbers else ""
    headline = f"{len(numbers):,} of {count(query.searched, 'paper')} {mention} {quoted}{titles}."
    if len(ordered) > most:
        headline += f" The first {most:,}:"
    return Direct(headline, tuple(store.papers(ordered[:most])), total=len(ordered))


def _list(query: Query, wished: Wished, store: Store, most: int | None) -> Direct:
    """The papers that pass the filters, newest first."""
    if wished.author:
        has_authors = store.has_field("author")
        return Direct(
            f"No paper here has an author called {in_quotes(wished.author)}."
            if has_authors
            else f"None of these papers names its authors, so those by {in_quotes(wished.author)} are not known."
        )
    if query.notice and not query.filters:  # it was to be listed by what no paper has
        return Direct("It is not known which papers these are.")
    if wished.wish == "newest":
        return _by_age(query, wished, store, most)
    if not query.searched:
        return Direct(f"No paper here matches {' and '.join(map(in_quotes, query.filters))}.")
    order = ", newest first" if store.has_field("year") else ""
    papers = _page(query, store, most or MAX_SHOWN)
    shown = f" The first {len(papers):,}{order}:" if query.searched > len(papers) else ""
    return Direct(f"{count(query.searched, 'paper')}.{shown}", papers, total=query.searched)


def _by_age(query: Query, wished: Wished, store: Store, most: int | None) -> Direct:
    """The newest or oldest of the papers that pass the filters; with a topic, of those that have all of it."""
    if not store.has_field("year"):
        return Direct("None of these papers has a year, so which is the newest is not known.")
    among = query.among
    if wished.topic:
        among = frozenset(filter(query.allows, papers_about(alternatives(wished.topic), store)))
    wanted = wished.limit or MAX_SIMILAR
    papers = catalogue.dated(store, among, min(wanted, most or wanted), wished.oldest)
    of = f" that have {in_quotes(wished.topic)}" if wished.topic else ""
    order = "oldest" if wished.oldest else "newest"
    headline = f"The {order} papers{of}, of those with a year:" if papers else f"No paper with a year{of}."
    return Direct(headline, tuple(papers))


def _page(query: Query, store: Store, most: int) -> tuple[Paper, ...]:
    """The first of the papers that pass the filters, newest first."""
    return tuple(catalogue.browse_numbers(store, query.among, 0, most).papers.values())


def _similar(paper: Paper, query: Query, store: Store, most: int) -> Direct:
    """The papers whose vectors are nearest to that of `paper`, at most so many."""
    own = sorted(store.numbers_of([paper]))
    found = most_similar(own[0], most + len(own), store, query.among) if own else []
    others = [number for number in found if number not in own][:most]
    if not others:
        return Direct(f"No other paper here is like {in_quotes(paper.title)}.")
    return Direct(f"Most like {in_quotes(paper.title)}, the nearest first:", tuple(store.papers(others)))


def _records(wish: Wish, papers: Sequence[Paper], question: str) -> Direct:
    if wish == "bibtex":
        return Direct(f"BibTeX of {count(len(papers), 'paper')}:", tuple(papers), "bibtex")
    if wish == "link":
        return Direct(f"{count(len(papers), 'paper')}:", tuple(papers), "link")
    has = {"authors": any(paper.authors for paper in papers), "year": any(paper.year for paper in papers)}
    asked = [name for name, words in (("authors", _AUTHORS), ("year", _YEAR)) if words.search(question)]
    lacking = " and no ".join(name for name in asked if not has[name])
    return Direct(f"Its record has no {lacking}." if lacking else "", tuple(papers), "abstract")
