"""What calls of a vendor's model cost, by the list of prices that the package genai-prices brings."""

from __future__ import annotations

from rag.llm.usage import Usage
from rag.llm.vendors import ANTHROPIC, GEMINI, OPENAI

_PROVIDERS = {OPENAI.kind: "openai", ANTHROPIC.kind: "anthropic", GEMINI.kind: "google"}  # their names in the list

# What a question for papers takes of a capable model, roughly: it is read, 40 papers are graded, the answer is written
# from ten of them, and some of its sentences are judged.
TYPICAL_QUESTION = Usage(calls=7, prompt_tokens=20_000, reply_tokens=2_500)


def estimate(vendor: str, model_id: str) -> str:
    """What a question costs, in words; "" if the prices of the model are not known."""
    cost = price(vendor, model_id, TYPICAL_QUESTION)
    return f"about ${cost:.4f} a question" if cost else ""


def price(vendor: str, model_id: str, usage: Usage) -> float | None:
    """The price of `usage` in US dollars, without discounts; None for a model that is not in the list.

    `vendor` is "openai", "anthropic" or "gemini"; for any other, "" among them, the price is unknown. The list is as
    old as the installed version of genai-prices: nothing is downloaded.
    """
    if vendor not in _PROVIDERS:
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    calls = max(usage.calls, 1)  # of which each is priced: long ones cost more a token
    tokens = Tokens(input_tokens=usage.prompt_tokens // calls, output_tokens=usage.reply_tokens // calls)
    try:
        return calls * float(calc_price(tokens, model_id, provider_id=_PROVIDERS[vendor]).total_price)
    except LookupError:
        return None
