"""What a message wants of the collection or the conversation, with what it takes to grant it.

The classifier of `rag.query.routing` only suggests: a wish needs what it speaks of. A count needs papers to count, a
link a paper that is named or was cited. Otherwise the message is searched for, like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.index.filters import Filters, NameFilter
from rag.index.store import Store
from rag.language.tokens import content_terms, stem
from rag.paper import Paper
from rag.query.followups import referenced, speaks_of_it
from rag.query.history import History
from rag.query.intent import Wish, asks_for_quantity
from rag.query.routing import limit, topic
from rag.query.titles import named_papers, titled
from rag.text import normalize

_PAPER_NOUN = re.compile(
    r"\b(?:papers?|articles?|stud(?:y|ies)|abstracts?|publications?|works?|preprints?|records?|surveys?|reviews?|trials?)\b"
    r"|^\W*(?:(?:ok|and|so)\s+)*how\s+many\s+(?:\w+\s+)?(?:about|on|for|from|use|mention)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:newest|latest|most\s+recent|recent|last|oldest|earliest|first)\b(?!\s+(?:progress|advances?|developments?|author))",
    re.IGNORECASE,
)
_OLDEST = re.compile(r"\b(?:oldest|earliest|first)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|everything|each)\b|^\W*list\W*$|\blist\s+(?:the\s+|of\s+)?(?:papers|titles)\W*$", re.IGNORECASE
)
_BY = re.compile(
    r"\b(?:by|of|from)\s+(?P<a>[^?.!,;:]+)|\b(?:did|has|have|does)\s+(?P<b>[^?.!,;:]+?)\s+(?:publish|writ|have|author)\w*"
    r"|^(?P<c>[^?.!;:]+?)(?:'s)?\s+(?:papers?|publications?|works?)\W*$",
    re.IGNORECASE,
)
_BY_SOMEONE = re.compile(r"\bby\s+(?:\w\.\s*)*[^\W\d_]", re.IGNORECASE)
_OF_ONE_PAPER: frozenset[Wish] = frozenset(("paper", "bibtex", "link", "similar"))
_OF_LAST_ANSWER: frozenset[Wish] = frozenset(("shorter", "longer", "table", "titles", "rephrase"))
_WITHOUT_TOPIC: frozenset[Wish] = frozenset(("greeting", "thanks", "help", "about"))
MAX_NAME_WORDS_ALONE = 4  # of an author's name that is all of a message


@dataclass(frozen=True, slots=True)
class Wished:
    """A `wish`, with the `topic` it is about, or "", and the `papers` it is about, or none.

    `filters` are an author that the message names, `author` one that no paper has. `oldest` reverses the order of the
    newest papers, of which so many are wanted as `limit` says, if it is not 0.
    """

    wish: Wish
    topic: str = ""
    papers: tuple[Paper, ...] = ()
    filters: Filters = Filters()  # noqa: RUF009 - it is frozen
    author: str = ""
    oldest: bool = False
    limit: int = 0


def wished(message: str, wish: Wish | None, filters: Filters, store: Store, history: History) -> Wished | None:
    """What `message`, without its `filters`, wants other than an answer; None if it is to be searched for.

    `wish` is what the classifier takes it to want.
    """
    if not message:  # just filters, which repeat the question before
        return None
    if not any(character.isalnum() for character in message):  # "?", "…"
        return Wished("help")
    if paper := titled(message, store):
        return Wished("paper", papers=(paper,))
    author = _author(message, store, alone=wish != "list" and not _BY_SOMEONE.search(message))
    if author:
        return Wished("list", filters=Filters(authors=(author,)))
    if wish == "paper" and asks_for_quantity(message):  # "how many parameters has [2]?"
        return None
    if wish in _OF_ONE_PAPER:
        return _of_papers(wish, message, store, history)
    if wish in _OF_LAST_ANSWER:
        return Wished(wish, papers=history.cited) if history.earlier else None
    if wish in _WITHOUT_TOPIC:
        is_content = _known_words(topic(message), store) > 1 or (
            wish == "help" and history.cited and speaks_of_it(message)
        )
        return None if is_content else Wished(wish)
    if wish == "count" and _PAPER_NOUN.search(message):
        return Wished("count", topic(message)) if topic(message) or filters else Wished("about")
    if wish == "newest" and _NEWEST.search(message) and (store.has_field("year") or not topic(message)):
        return Wished("newest", topic(message), oldest=bool(_OLDEST.search(message)), limit=limit(message))
    if (wish == "list" or _names_only(message)) and (unknown := _written_by(message, store)):
        return Wished("list", author=unknown)
    if wish == "list" and not topic(message) and (filters or _ALL.search(message)):
        return Wished("list")
    return None


def _of_papers(wish: Wish, message: str, store: Store, history: History) -> Wished | None:
    papers = referenced(message, history.cited, history.numbered) or named_papers(message, store)[:1]
    if not papers and not topic(message):  # "give me the bibtex", "similar papers"
        papers = history.cited if wish != "similar" else history.cited[:1]
    if papers:
        return Wished(wish, papers=papers)
    names_nothing = not topic(message) and not history.earlier
    return Wished(wish) if names_nothing and wish != "paper" else None


def _author(message: str, store: Store, alone: bool) -> NameFilter | None:
    """The author that `message` names, by itself if `alone`; only one whose papers the collection has."""
    if not store.has_field("author"):
        return None
    match = None if alone else _BY.search(message)
    name = (match["a"] or match["b"] or match["c"]) if match else message
    text = normalize(re.sub(r"\bet\s+al\b\.?|\band\s+(?:colleagues|others)\b", "", name, flags=re.IGNORECASE))
    words = text.split()
    if not 0 < len(words) <= MAX_NAME_WORDS_ALONE or (alone and all(store.bm25.doc_freq(stem(word)) for word in words)):
        return None
    found = NameFilter("author", f"author:{text}" if len(words) == 1 else f'author:"{text}"', text)
    return found if store.matching(Filters(authors=(found,))) else None


def _written_by(message: str, store: Store) -> str:
    """The author whose papers `message` asks for and none here has: a name with a capital, or a word of no paper."""
    match = _BY.search(message)
    is_all = match is not None and not topic(message[: match.start()])  # not of "pruning by posterior variance"
    name = topic(match["a"] or match["b"] or match["c"] or "") if match and is_all else ""
    is_name = name[:1].isupper() or (bool(name) and not _known_words(name, store))
    return name if is_name and len(name.split()) <= MAX_NAME_WORDS_ALONE else ""


def _names_only(message: str) -> bool:
    """Whether `message` is about nothing but a name of two or more words: "anything by Max Welling in here?"."""
    by = _BY_SOMEONE.search(message)
    words = topic(message[by.start() :]).split() if by and not topic(message[: by.start()]) else []
    return len(words) > 1 and all(word[0].isupper() for word in words)


def _known_words(text: str, store: Store) -> int:
    """How many content words of `text` the collection has."""
    return sum(bool(store.bm25.doc_freq(stem(word))) for word in content_terms(text))
