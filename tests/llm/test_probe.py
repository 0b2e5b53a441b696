"""What an OpenAI-compatible server reveals about its model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rag.llm.model import UNKNOWN_CONTEXT

from .conftest import load
from .server import Server

TEXT = "Die Eule hört im Dunkeln; 3 × 4 = 12 voles."
WORDS = len(TEXT.split())
LLAMACPP = {"id": "a.gguf", "owned_by": "llamacpp", "meta": {"n_params": 134_515_008}}
PROPS = {"/props": {"default_generation_settings": {"n_ctx": 6144}}, "/tokenize": True}


@pytest.mark.parametrize(
    ("model", "entries", "known", "size", "context", "count"),
    [
        ("owl", [LLAMACPP], PROPS, 134_515_008, 6144, WORDS),
        ("owl", [{"id": "owl", "owned_by": "vllm", "max_model_len": 2048}], {"/tokenize": True}, None, 2048, WORDS),
        ("owl", [{"id": "owl", "owned_by": "vllm", "max_model_len": 2048}], {}, None, 2048, None),
        ("owl-7b", [{"id": "bat", "max_model_len": 1}, {"id": "owl-7b"}], {}, 7_000_000_000, UNKNOWN_CONTEXT, None),
        ("owl", "nonsense", {}, None, UNKNOWN_CONTEXT, None),
        ("owl", [None, {"id": "owl", "meta": [], "max_model_len": "long"}], {}, None, UNKNOWN_CONTEXT, None),
    ],
)
def test_size_and_context_come_from_an_openai_compatible_server_if_it_has_them(
    server: Server, model: str, entries: Any, known: dict[str, Any], size: int, context: int, count: int | None
) -> None:
    server.models, server.known = {"data": entries}, known
    loaded = load(f"openai-like:{server.url}/v1#{model}")
    assert (loaded.parameters, loaded.context) == (size, context)
    counted = asyncio.run(loaded.count_tokens(TEXT))
    assert counted == count if count else counted > WORDS
