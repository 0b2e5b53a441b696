"""Models of the LM Studio on this machine."""

from __future__ import annotations

from rag.llm.local import lm_studio_address
from rag.llm.model import Model
from rag.llm.openai_like import load_from
from rag.llm.server import Server


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of LM Studio, shown as `name`, without any key. Raises ModelError if it does not answer."""
    address = lm_studio_address()
    return load_from(Server(f"{address}/v1", timeout, label=f"LM Studio at {address}"), model, name)
