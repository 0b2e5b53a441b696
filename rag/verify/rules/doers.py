"""Does the paper itself do what the sentence says it does?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rag.language.cues import METHOD_NOUNS, PUBLICATION_NOUNS
from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import light_roots, ornament_roots
from rag.verify.rules.fault import Fault
from rag.verify.rules.lexicon import root
from rag.verify.rules.relations import CLAUSE, ROLES, SUBJECT
from rag.verify.rules.text import Text


def doer_faults(alignment: Alignment) -> Iterator[Fault]:
    """Verbs whose subject is the paper, by words of its title, where the source has something else do it.

    A title may stand for "we", "our method" or "it", but not for "transformers", which it is about.
    """
    source, title = alignment.source, alignment.names - _paper_roots()
    for (verb, subject), kinds in alignment.written.relations.between.items():
        is_title = SUBJECT in kinds and alignment.written.words[subject].root in title
        for target in alignment.choice[verb] if is_title else ():
            doers = set(_doers(source, target))
            is_own = any(_is_own(source, doer, title) for doer in doers)
            if doers and not is_own and doers.isdisjoint(alignment.choice[subject]):
                yield Fault("doer", f"the evidence says this of “{source.words[min(doers)].text}”")


def _doers(source: Text, verb: int) -> Iterator[int]:
    """The subjects of `verb` that are things: others have a subject, an object or a clause of their own."""
    for word in source.stated_dependents.get(verb, ()):
        own = frozenset[str]().union(*(source.kinds(word, end) for end in source.stated_dependents.get(word, ())))
        if SUBJECT in source.kinds(verb, word) and not own & {*ROLES, CLAUSE}:
            yield word


def _is_own(source: Text, doer: int, title: frozenset[str]) -> bool:
    """Whether `doer` is the paper's own: a word for it, one of its title, or one that stands beside such a word."""
    roots = {source.words[word].root for word in (doer, *source.neighbours[doer])}
    return source.words[doer].root in _paper_roots() or not title.isdisjoint(roots)


@cache
def _paper_roots() -> frozenset[str]:
    """The roots of words for a paper and its method, and of those that say little."""
    return light_roots() | ornament_roots() | frozenset(map(root, (*METHOD_NOUNS, *PUBLICATION_NOUNS)))
