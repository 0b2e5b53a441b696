"""What a writer takes and gives, and the interface of those who check what it writes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.answer.types import Citation, Finding, Statement, Working
from rag.index.phrases import contains
from rag.language.cues import states_own_work
from rag.query.intent import Intent

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

MAX_PROMPT_CHARS = 1_000  # of a sentence, question or title in a prompt; the rest is cut off

# Checks by rule whether the cited sentences support a written sentence.
Check = Callable[[str, Sequence[Citation]], Finding]


@dataclass(frozen=True)
class Task:
    """A question and the evidence that answers it: the citations of each relevant paper, the best paper first.

    `sides` are the names of what a comparison sets side by side.
    """

    question: str
    intent: Intent
    evidence: tuple[tuple[Citation, ...], ...]
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A `written` sentence and what it cites; `theme` is the heading that it stands under, "" for none."""

    written: str
    citations: tuple[Citation, ...]
    theme: str = ""


class Judge(Protocol):
    """A model that decides what the rules cannot: whether citations state all that a sentence says."""

    @property
    def name(self) -> str:
        """The name of the model, to show."""
        ...

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        """Whether each claim is entirely stated by what it cites. Raises ModelError when the model fails."""
        ...


@dataclass(frozen=True, slots=True)
class Checks:
    """How what a model writes is checked: by rule, then by a `judge`, if there is one.

    What neither confirms is replaced by a quote or, if `show_unverified`, shown as such.
    """

    by_rule: Check
    judge: Judge | None = None
    show_unverified: bool = False


@dataclass(slots=True)
class Tally:
    """How many sentences a model drafted, other than copies of its evidence, and what became of them."""

    drafted: int = 0
    verified: int = 0
    replaced: int = 0


class Writer(Protocol):
    """Puts evidence into a model's words."""

    def write(self, task: Task, tally: Tally) -> AsyncGenerator[Statement | Working]:
        """Streams the checked sentences in the order in which they are read, and what the model does meanwhile.

        Adds to `tally`. Raises ModelError after the last sentence when the model fails.
        """
        ...

    def opening(self) -> list[ChatMessage]:
        """A prompt of the part that is the same for all questions, which a server keeps once it has read it."""
        ...


def own_work_first(citations: Sequence[Citation]) -> list[Citation]:
    """`citations` of one paper, first those that say what it did rather than what was known before."""
    return sorted(citations, key=lambda one: not is_own_work(one))


def is_own_work(citation: Citation) -> bool:
    """Whether the sentence says what its paper did: "we show", "this paper", "our method", or its short name.

    Of a digest, which tells what a paper did, each does.
    """
    paper, quote = citation.paper, citation.quote
    return paper.digest or states_own_work(quote) or bool(paper.short_name and contains(quote, paper.short_name))
