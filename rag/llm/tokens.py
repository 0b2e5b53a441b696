"""Estimates the number of tokens of a text, for models that cannot count them."""

from __future__ import annotations

from rag.llm.importing import import_llama_index

_MARGIN = 1.5  # over OpenAI's tokenizer: others split text into more tokens


def estimated_tokens(text: str) -> int:
    """The number of tokens of `text`, rather overestimated than underestimated."""
    import_llama_index()
    from llama_index.core.utils import get_tokenizer

    return round(len(get_tokenizer()(text)) * _MARGIN)


async def estimate_tokens(text: str) -> int:
    """As `estimated_tokens`, in place of a server that counts."""
    return estimated_tokens(text)
