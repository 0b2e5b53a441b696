"""What calls of a vendor's model cost."""

from __future__ import annotations

import pytest

from rag.llm.price import price
from rag.llm.usage import Usage


@pytest.mark.parametrize(
    ("vendor", "model"), [("openai", "gpt-4o-mini"), ("anthropic", "claude-sonnet-4-5"), ("gemini", "gemini-2.5-flash")]
)
def test_the_price_of_a_known_model_grows_with_its_tokens(vendor: str, model: str) -> None:
    once, twice = (price(vendor, model, Usage(calls, calls * 10_000, calls * 1000)) for calls in (1, 2))
    assert once
    assert once > 0
    assert twice == pytest.approx(2 * once)
    longer = price(vendor, model, Usage(1, 10_000, 2000))
    assert longer
    assert longer > once


def test_no_calls_cost_nothing() -> None:
    assert price("openai", "gpt-4o-mini", Usage()) == 0


@pytest.mark.parametrize(("vendor", "model"), [("openai", "owl-of-minerva"), ("", "gpt-4o-mini"), ("ollama", "owl")])
def test_the_price_of_other_models_is_unknown(vendor: str, model: str) -> None:
    assert price(vendor, model, Usage(1, 1000, 100)) is None
