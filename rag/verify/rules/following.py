"""Can a written sentence be followed in the sentences that it cites?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.language.cues import describes_own_work
from rag.language.tokens import tokenize
from rag.verify.rules.alignment import Alignment
from rag.verify.rules.doers import doer_faults
from rag.verify.rules.fault import Fault
from rag.verify.rules.lexicon import root
from rag.verify.rules.markers import marker_faults
from rag.verify.rules.order import exchange_faults, voice_faults
from rag.verify.rules.owners import owner_faults
from rag.verify.rules.restrictions import restriction_faults
from rag.verify.rules.structure import structure_faults
from rag.verify.rules.text import read_text


def faults(written: str, quotes: Sequence[str], title: str, context: str) -> Iterator[Fault]:
    """What in `written` cannot be followed in `quotes`, sentences of a paper with this `title`; nothing if all can.

    `context` is text that defines the abbreviations of the paper.
    """
    # What the quotes call "we", "our method" or "it" may be called by the title.
    names = frozenset(map(root, tokenize(title))) if any(map(_speaks_of_its_paper, quotes)) else frozenset[str]()
    alignment = Alignment(read_text([written]), read_text(quotes), context, names)
    for word, targets, is_free in zip(alignment.written.words, alignment.candidates, alignment.is_free, strict=True):
        if not targets and not is_free:
            yield Fault("word", f"the evidence does not say “{word.text}”", refutes=word.is_number)
    if not any(map(alignment.is_compared, range(len(alignment.written.words)))):
        yield Fault("word", "it says nothing of the evidence", refutes=True)
    yield from marker_faults(alignment)
    yield from structure_faults(alignment)
    yield from exchange_faults(alignment)
    yield from voice_faults(alignment)
    yield from owner_faults(alignment)
    yield from doer_faults(alignment)
    yield from restriction_faults(alignment)


def _speaks_of_its_paper(quote: str) -> bool:
    return describes_own_work(quote, "") or not {"it", "its"}.isdisjoint(tokenize(quote))
