"""A capable language model as a judge: one call for all claims of an answer, or several if they do not fit into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.writers.task import Claim
from rag.errors import ReplyError
from rag.llm import prompts
from rag.verify.judges.claim_text import evidence_text, sentence_text
from rag.verify.judges.verdict_list import confirmed

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

MAX_BATCH_CLAIMS = 20  # in a call
_TOKENS_PER_VERDICT = 32  # of a reply: {"n": 1, "verdict": "yes"} takes about 12, more if it is indented
_SPARE_TOKENS = 900  # of a reply: some models think before it


class BatchJudge:
    """Asks `model` about all claims at once. Raises SettingsError for an unusable prompt."""

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self._model = model
        self._prompt = prompts.load("judge_all", prompts_dir)

    async def probabilities(self, claims: Sequence[Claim]) -> list[float]:
        """1 for each claim that the model says is entirely stated by what it cites, else 0.

        0 also for one without a clear verdict, or too long for the model's context. Raises ModelError when the model
        fails or replies with no verdict at all.
        """
        stated = {
            claim: is_stated for batch in await self._batches(claims) for claim, is_stated in await self._ask(batch)
        }
        return [float(stated.get(claim, False)) for claim in claims]

    async def _batches(self, claims: Sequence[Claim]) -> list[Sequence[Claim]]:
        """`claims`, halved until each part fits into a call; those that do not even fit alone are left out."""
        if len(claims) <= MAX_BATCH_CLAIMS and await self._fits(claims):
            return [claims] if claims else []
        if len(claims) <= 1:
            return []
        half = (len(claims) + 1) // 2
        return [*await self._batches(claims[:half]), *await self._batches(claims[half:])]

    async def _fits(self, claims: Sequence[Claim]) -> bool:
        prompt = "\n".join(str(message.content) for message in self._messages(claims))
        return await self._model.count_tokens(prompt) + _max_tokens(claims) <= self._model.context

    async def _ask(self, claims: Sequence[Claim]) -> list[tuple[Claim, bool]]:
        """Each of `claims` and whether it is stated, after one call."""
        reply = await self._model.complete(self._messages(claims), _max_tokens(claims))
        try:
            return list(zip(claims, confirmed(reply, len(claims)), strict=True))
        except ValueError as fault:
            label = self._model.server.label
            raise ReplyError(f"{label} gave no verdicts that can be read. Choose another: --llm.") from fault

    def _messages(self, claims: Sequence[Claim]) -> list[ChatMessage]:
        pairs = "\n\n".join(_pair(n, claim) for n, claim in enumerate(claims, 1))
        return self._prompt.format_messages(llm=None, pairs=pairs)


def _pair(n: int, claim: Claim) -> str:
    return f"Pair {n}\n{evidence_text(claim)}\nSentence: {sentence_text(claim)}"


def _max_tokens(claims: Sequence[Claim]) -> int:
    return _SPARE_TOKENS + _TOKENS_PER_VERDICT * len(claims)
