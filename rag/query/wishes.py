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
from rag.query.followups import absent, points_at_papers, referenced, speaks_of_it
from rag.query.history import History
from rag.query.intent import Wish, asks_for_quantity, compared_items
from rag.query.routing import is_topical, limit, topic
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
_OLDEST = re.compile(r"\b(?:oldest|earliest)\b", re.IGNORECASE)
_FIRST = re.compile(r"\b(?:newest|latest|recent|last)(?:\s+\w+)?\s+first\b|\b(?P<oldest>first)\b", re.IGNORECASE)
_FIRST_PAPERS = re.compile(r"\bthe\s+first\s+(?:papers|articles|studies|works)\s+(?:on|about|that|to)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|everything|each)\b|^\W*list\W*$|\blist\s+(?:the\s+|of\s+)?(?:papers|titles)\W*$", re.IGNORECASE
)
_BY = re.compile(
    r"(?<!not )\b(?:by|of|from)\s+(?P<a>(?:[^\W\d_]\.\s*)*+[^?.!,;:]+)"
    r"|\b(?:did|has|have|does)\s+(?P<b>[^?.!,;:]+?)\s+(?:publish|writ|have|author)\w*"
    r"|^(?P<c>[^?.!;:]+?)(?:'s)?\s+(?:papers?|publications?|works?)\W*$",
    re.IGNORECASE,
)
_BY_SOMEONE = re.compile(r"\bby\s+(?:\w\.\s*)*[^\W\d_]", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:compar\w+|differ\w*|how\s+similar)\b", re.IGNORECASE)
_ASKS_YEAR = re.compile(
    r"^\W*(?:when|(?:in\s+)?(?:which|what)\s+year)\s+(?:was|were|is|did)\s+.+\b"
    r"(?:published|written|released|from|appear|come\s+out)\W*$",
    re.IGNORECASE,
)
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
        return Wished("list", filters=Filters(authors=author))
    if wish == "paper" and asks_for_quantity(message):  # "how many parameters has [2]?"
        return None
    if _ASKS_YEAR.search(message) and (found := _of_papers("paper", message, store, history)):
        return found
    if wish == "similar" and _compares_papers(message, store):
        return None
    if wish in _OF_ONE_PAPER:
        return _of_papers(wish, message, store, history)
    if wish in _OF_LAST_ANSWER:
        is_of_it = history.earlier and not absent(message, history.cited, history.numbered)
        return Wished(wish, papers=history.cited) if is_of_it else None
    if wish in _WITHOUT_TOPIC:
        is_content = _known_words(topic(message), store) > 1 or (
            wish == "help" and history.cited and speaks_of_it(message)
        )
        return None if is_content else Wished(wish)
    if wish == "count" and _PAPER_NOUN.search(message):
        return Wished("count", topic(message)) if topic(message) or filters else Wished("about")
    wants_by_age = (wish == "newest" and _NEWEST.search(message)) or (_FIRST_PAPERS.search(message) and topic(message))
    if wants_by_age and (store.has_field("year") or not topic(message)):
        return Wished("newest", topic(message), oldest=_is_oldest_first(message), limit=limit(message))
    if (wish == "list" or _names_only(message)) and (unknown := _written_by(message, store)):
        return Wished("list", author=unknown)
    if wish == "list" and not _names_things(message) and (filters or _ALL.search(message)):
        return Wished("list")
    return None


def _is_oldest_first(message: str) -> bool:
    """Whether `message` asks for "the first papers" or the oldest ones, rather than for the newest first."""
    return bool(_OLDEST.search(message)) or any(match["oldest"] for match in _FIRST.finditer(message))


def _compares_papers(message: str, store: Store) -> bool:
    """Whether `message` compares papers with each other, rather than one with all that are like it."""
    items = compared_items(message) if _COMPARES.search(message) else ()
    return sum(points_at_papers(item) or bool(named_papers(item, store)) for item in items) > 1


def _of_papers(wish: Wish, message: str, store: Store, history: History) -> Wished | None:
    papers = referenced(message, history.cited, history.numbered) or named_papers(message, store)[:1]
    if not papers and not topic(message) and not points_at_papers(message):  # "give me the bibtex", "similar papers"
        papers = history.cited if wish != "similar" else history.cited[:1]
    if papers:
        return Wished(wish, papers=papers)
    names_nothing = not topic(message) and not history.earlier
    return Wished(wish) if names_nothing and wish != "paper" else None


def _author(message: str, store: Store, alone: bool) -> tuple[NameFilter, ...]:
    """The authors that `message` names, by themselves if `alone`; only such whose papers the collection has."""
    if not store.has_field("author"):
        return ()
    match = None if alone else _BY.search(message)
    found = [_named(name, store, alone) for name in _people(_name_in(match) if match else message)]
    known = tuple(each for each in found if each)
    return known if len(known) == len(found) else ()


def _name_in(match: re.Match[str]) -> str:
    """What a match of `_BY` takes for a name, or several."""
    return str(match["a"] or match["b"] or match["c"] or "")


def _people(names: str) -> list[str]:
    """The names that `names` joins by "and", without what stands for others."""
    others = re.sub(r"\bet\s+al\b\.?|\band\s+(?:colleagues|others)\b", "", names, flags=re.IGNORECASE)
    return re.split(r"\s+(?:and|&)\s+", others, flags=re.IGNORECASE)


def _named(name: str, store: Store, alone: bool) -> NameFilter | None:
    """The author called `name`, if the collection has papers by one; by itself if `alone`, it must be no other word."""
    text = normalize(name)
    words = text.split()
    if not 0 < len(words) <= MAX_NAME_WORDS_ALONE or (alone and all(store.bm25.doc_freq(stem(word)) for word in words)):
        return None
    found = NameFilter("author", f"author:{text}" if len(words) == 1 else f'author:"{text}"', text)
    return found if store.matching(Filters(authors=(found,))) else None


def _written_by(message: str, store: Store) -> str:
    """The author whose papers `message` asks for and none here has: a name with a capital, or a word of no paper."""
    match = _BY.search(message)
    is_all = match is not None and not topic(message[: match.start()])  # not of "pruning by posterior variance"
    names = [topic(name) for name in _people(_name_in(match))] if match and is_all else []
    unknown = [name for name in names if name and (len(names) == 1 or not _named(name, store, alone=False))]
    name = unknown[0] if unknown else ""
    is_name = name[:1].isupper() or (bool(name) and not _known_words(name, store))
    return name if is_name and len(name.split()) <= MAX_NAME_WORDS_ALONE else ""


def _names_only(message: str) -> bool:
    """Whether `message` is about nothing but a name of two or more words: "anything by Max Welling in here?"."""
    by = _BY_SOMEONE.search(message)
    words = topic(message[by.start() :]).split() if by and not topic(message[: by.start()]) else []
    return len(words) > 1 and all(word[0].isupper() or word in ("and", "&") for word in words)


def _names_things(message: str) -> bool:
    """Whether `message` asks for something other than papers: "list all datasets"."""
    return any(is_topical(term, of="list") for term in content_terms(message))


def _known_words(text: str, store: Store) -> int:
    """How many content words of `text` the collection has."""
    return sum(bool(store.bm25.doc_freq(stem(word))) for word in content_terms(text))
