"""Writing with a small model: one call for each paper, which puts one or two of its sentences into one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Statement, Working
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.replies import first_sentence
from rag.answer.writers.task import MAX_PROMPT_CHARS, Checks, Claim, Tally, Task, is_own_work
from rag.language.cues import states_own_work
from rag.llm import prompts
from rag.query.intent import LISTS, Intent

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

MAX_WRITTEN_PAPERS = 8  # a reader should not wait minutes for a list of sixty
MAX_SENTENCE_TOKENS = 120  # of a reply of one sentence; the longest useful one has about 80


class SentenceWriter:
    """Writes a sentence about each of the best papers, without telling the model the question.

    A small model cannot write from several papers at once: it says of all what one says; and told the question, it says
    that the paper does what is asked. Raises SettingsError for a prompt that cannot be used.
    """

    def __init__(self, model: Model, checks: Checks, prompts_dir: Path | None) -> None:
        self._model, self._checks = model, checks
        self._prompt = prompts.load("sentence", prompts_dir)

    def write(self, task: Task, tally: Tally) -> AsyncGenerator[Statement | Working]:
        """As `Writer.write`."""
        return checked(task, self._drafts(task), self._checks, tally)

    def opening(self) -> list[ChatMessage]:
        """As `Writer.opening`."""
        return self._messages(())

    async def _drafts(self, task: Task) -> AsyncGenerator[Draft]:
        papers = task.evidence[:MAX_WRITTEN_PAPERS]
        for n, found in enumerate(papers):
            citations = _to_put_into_one(found, task.intent)
            if not citations:
                continue
            yield Working("writing", n, len(papers))
            reply = await self._model.complete(self._messages(citations), MAX_SENTENCE_TOKENS)
            if sentence := first_sentence(reply):
                yield Claim(sentence, citations)

    def _messages(self, citations: Sequence[Citation]) -> list[ChatMessage]:
        title = citations[0].paper.title if citations else ""
        return self._prompt.format_messages(
            llm=None,
            title=prompts.sanitize(title, MAX_PROMPT_CHARS),
            sentences=" ".join(prompts.sanitize(one.quote, MAX_PROMPT_CHARS) for one in citations),
        )


def _to_put_into_one(found: Sequence[Citation], intent: Intent) -> tuple[Citation, ...]:
    """A sentence in which the authors speak, or else up to two on what the paper did: one alone may only be copied.

    Where a fact is asked for, the first sentence states it.
    """
    own = list(filter(is_own_work, found if intent in LISTS else found[:1]))
    spoken = [one for one in own if states_own_work(one.quote)]
    return tuple(spoken[:1] or own[:2])
