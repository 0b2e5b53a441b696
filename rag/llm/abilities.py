"""What a model can be trusted with, by its number of parameters; one of unknown size, as on most servers, with all."""

from __future__ import annotations

# From here on a model writes, and its yes or no tells something. Most of what a smaller one writes fails the check (20
# of 24 sentences by SmolLM2 135M).
MIN_WRITING_PARAMETERS = 1_000_000_000
# From here on it writes from the evidence of several papers at once. A 1.5B model says of all papers what one says, or
# what the question says.
MIN_SYNTHESIS_PARAMETERS = 3_000_000_000
# From here on it reads questions, and grades or judges several things in a call. A 1.5B model's AUROC as a judge falls
# from .79 to .55 with several claims in a call, and it says "yes" to four in five false ones.
MIN_CAPABLE_PARAMETERS = 7_000_000_000


def can_write(parameters: int | None) -> bool:
    """Whether a model writes about one paper at a time, and says of one sentence at a time whether it is stated."""
    return parameters is None or parameters >= MIN_WRITING_PARAMETERS


def can_synthesize(parameters: int | None) -> bool:
    """Whether a model writes from the evidence of several papers at once."""
    return parameters is None or parameters >= MIN_SYNTHESIS_PARAMETERS


def is_capable(parameters: int | None) -> bool:
    """Whether a model also reads questions, and grades or judges several things at once."""
    return parameters is None or parameters >= MIN_CAPABLE_PARAMETERS
