"""A cross-encoder for natural language inference as the judge of what the rules cannot decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.writers.task import Claim
from rag.models import cross_encoder
from rag.threads import in_thread
from rag.verify.judges.premise import quotes_by_paper

if TYPE_CHECKING:
    from rag.models.cross_encoder import Entailment

# Of these models' probabilities, which are close to 0 or 1 for most pairs. A false sentence does more harm than a
# quote in place of a true one, so it is well above one half; it was not fitted to a model.
MIN_ENTAILMENT = 0.9


class NLIJudge:
    """Judges by whether the cited sentences entail the written one, as `model`, which is shown as `name`, says."""

    def __init__(self, name: str, model: Entailment) -> None:
        self.name, self._model = name, model

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        """Whether each claim is entailed by all that it cites together."""
        return [probability >= MIN_ENTAILMENT for probability in await self.probabilities(claims)]

    async def probabilities(self, claims: Sequence[Claim]) -> list[float]:
        """How probable that is for each claim, 0 to 1."""
        pairs = [(_premise(claim), claim.written) for claim in claims]
        found: list[float] = (await in_thread(self._model.probabilities, pairs)).tolist()
        return found


def load(name: str) -> NLIJudge:
    """The judge `name`: a folder or a Hugging Face name, of which the last part is shown.

    Raises ModelError if it is not available, or is no model for natural language inference.
    """
    return NLIJudge(Path(name).name, cross_encoder.load_entailment(name))


def _premise(claim: Claim) -> str:
    return " ".join(" ".join(quotes) for _, quotes in quotes_by_paper(claim))
