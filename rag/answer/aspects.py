"""The aspects of a paper that a comparison sets side by side, and which of them a sentence is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.grounding import introduces
from rag.index.phrases import contains
from rag.language.cues import describes_own_work, proposes
from rag.paper import Paper

_PROBLEM = re.compile(
    r"\b(however|although|challeng\w+|difficult\w*|lacks?|limit(s|ed|ation\w*)|remains?|suffers?|problems?|hard|costly|"
    r"expensive|unclear|open question|yet|fails?)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(outperform\w*|achiev\w+|surpass\w*|state[- ]of[- ]the[- ]art|improv\w+|results?|experiment\w*|evaluat\w+|"
    r"demonstrat\w+|(show|find|prove|observe|reveal)(s|n|ed)? that|faster|better|superior\w*|outcome|reach\w*)\b|"
    r"\d\s?%|\d\s?(x|×|times)\b",
    re.IGNORECASE,
)
ASPECTS = ("Comparison", "Problem", "Approach", "Result")


def aspect_of(sentence: str, paper: Paper, sides: Sequence[str] = ()) -> str:
    """Which of ASPECTS `sentence`, from the abstract of `paper`, is about.

    It compares if it names two of `sides`, which are what is compared, or one that is not the paper's own name.
    """
    named = [side for side in sides if contains(sentence, side)]
    if len(named) > 1 or (named and not introduces(paper, named[0])):
        return "Comparison"
    own = describes_own_work(sentence, paper.short_name)
    if not proposes(sentence) and _RESULT.search(sentence):
        return "Result"
    return "Problem" if _PROBLEM.search(sentence) and not own else "Approach"
