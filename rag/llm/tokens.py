"""How many tokens a text has for a model that cannot be asked."""

from __future__ import annotations

MARGIN = 1.5  # over OpenAI's tokenizer


async def estimate(text: str) -> int:
    """Tokens of `text`, rather too many than too few."""
    from llama_index.core.utils import get_tokenizer

    return round(len(get_tokenizer()(text)) * MARGIN)
