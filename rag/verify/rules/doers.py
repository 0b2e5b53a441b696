"""Does the paper itself do what the sentence says it does?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rag.language.cues import METHOD_NOUNS, PUBLICATION_NOUNS
from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import light_roots, ornament_roots
from rag.verify.rules.fault import Fault
from rag.verify.rules.lexicon import root
from rag.verify.rules.relations import SUBJECT


def doer_faults(alignment: Alignment) -> Iterator[Fault]:
    """Verbs whose subject is the paper, by words of its title, where the source has something else do it.

    A title may stand for "we", "our method" or "it", but not for "transformers", which it is about.
    """
    source, title = alignment.source, alignment.names - _paper_roots()
    own = title | _paper_roots()
    for (verb, subject), kinds in alignment.written.relations.between.items():
        is_title = SUBJECT in kinds and alignment.written.words[subject].root in title
        for target in alignment.choice[verb] if is_title else ():
            doers = [word for word in source.stated_dependents.get(target, ()) if SUBJECT in source.kinds(target, word)]
            is_own = not own.isdisjoint(source.words[doer].root for doer in doers)
            if doers and not is_own and set(doers).isdisjoint(alignment.choice[subject]):
                yield Fault("doer", f"the evidence says this of “{source.words[doers[0]].text}”")


@cache
def _paper_roots() -> frozenset[str]:
    """The roots of words for a paper and its method, and of those that say little."""
    return light_roots() | ornament_roots() | frozenset(map(root, (*METHOD_NOUNS, *PUBLICATION_NOUNS)))
