"""Does a sentence leave out what restricts the words that it takes from its source?"""

from __future__ import annotations

from collections.abc import Iterator

from rag.verify.rules.alignment import Alignment
from rag.verify.rules.closed_class import DENIALS, FLOATING, light_roots, ornament_roots
from rag.verify.rules.fault import Fault
from rag.verify.rules.relations import MODIFIER


def restriction_faults(alignment: Alignment) -> Iterator[Fault]:
    """The first modifier that a word has in the source and lacks here: what holds of some may not hold of all."""
    source = alignment.source
    for (head, dependent), kinds in source.relations.between.items():
        if head not in alignment.used or dependent in alignment.used or MODIFIER not in kinds:
            continue
        word = source.words[dependent]
        is_optional = (
            word.root in light_roots() | ornament_roots()
            or word.text in FLOATING | DENIALS
            or (word.text.endswith("ly") and word.text != "only")
            or len(word.text) == 1
        )
        if frozenset((head, dependent)) in source.relations.stated and not is_optional:
            yield Fault("restriction", f"it leaves out “{word.text}” of “{source.words[head].text}”")
            return
