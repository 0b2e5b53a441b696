"""A language model as the judge of what the rules cannot decide: do the citations state all of a written sentence?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.writers.task import Claim
from rag.llm import prompts
from rag.llm.abilities import is_capable
from rag.llm.yes_no import WORD_TOKENS, yes_probability
from rag.verify.judges.batch import BatchJudge
from rag.verify.judges.claim_text import evidence_text, is_shown_whole, sentence_text

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

# Found on 800 labelled sentences that each cite one or two, with Qwen2.5-Coder 1.5B in 4 bits. Of the 290 that the
# rules leave to it, this passes 45 % of the true ones and 7 % of the false ones, which differ in one detail; 0.75 would
# pass 69 % and 17 %.
MIN_YES = 0.8
MAX_AT_ONCE = 2  # calls: a server with one slot queues them, and the time in its queue counts towards the timeout


class LLMJudge:
    """Asks `model` about claims, without saying who wrote them. Raises SettingsError for an unusable prompt.

    A capable model is asked about all of them in one call, another about each by itself; its word alone is no verdict.
    """

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self.name, self._model = model.name, model
        self._is_capable = is_capable(model.parameters)
        self._prompt = prompts.load("judge", prompts_dir)
        self._batch = BatchJudge(model, prompts_dir)

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        """Whether each claim is entirely stated by what it cites. Raises ModelError when the model fails."""
        return [probability >= MIN_YES for probability in await self.probabilities(claims)]

    async def probabilities(self, claims: Sequence[Claim]) -> list[float]:
        """How probable that is for each claim, 0 to 1; 0 for one too long to ask about. Raises ModelError."""
        whole = [claim for claim in dict.fromkeys(claims) if is_shown_whole(claim)]
        # About one claim alone, the probability of the word tells more than a word in a list.
        at_once = self._is_capable and len(whole) > 1
        found = await (self._batch.probabilities(whole) if at_once else self._each(whole))
        by_claim = dict(zip(whole, found, strict=True))
        return [by_claim.get(claim, 0.0) for claim in claims]

    async def _each(self, claims: Sequence[Claim]) -> list[float]:
        """`probabilities`, with one call per claim."""
        slots = asyncio.Semaphore(MAX_AT_ONCE)

        async def ask(claim: Claim) -> float:
            async with slots:
                return await self._probability(claim)

        try:
            async with asyncio.TaskGroup() as calls:  # which cancels the other calls when one fails
                asked = [calls.create_task(ask(claim)) for claim in claims]
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from faults
        return [call.result() for call in asked]

    async def _probability(self, claim: Claim) -> float:
        reply = await self._model.complete_scored(self._messages(claim), WORD_TOKENS)
        return yes_probability(reply) if reply.tokens or self._is_capable else 0.0

    def _messages(self, claim: Claim) -> list[ChatMessage]:
        return self._prompt.format_messages(llm=None, evidence=evidence_text(claim), sentence=sentence_text(claim))
