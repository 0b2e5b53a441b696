"""Vendors that host models: each is found, told apart, and asked for as long a reply as its models need."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
from rag.llm.vendors import VENDORS, Vendor

from .conftest import KEY, MAX_TOKENS, Ask, complete, load
from .server import WRITTEN, Server

EXTRAS = [vendor for vendor in VENDORS if vendor.kind != "openai"]


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.kind)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each of them, without a key."""
    found: Vendor = request.param
    return found


def test_a_vendor_is_found_where_its_own_variable_says_and_gets_the_key(
    server: Server, vendor: Vendor, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = KEY
    monkeypatch.setenv(vendor.key_name, f"{KEY}\n")
    model = load(f"{vendor.kind}:owl")
    assert ask(model) == WRITTEN
    assert model.name == f"{vendor.kind}:owl"


def test_a_vendor_without_a_key_is_not_asked(server: Server, vendor: Vendor) -> None:
    with pytest.raises(
        ModelError, match=rf"^{vendor.name} asks for a key\. Set {vendor.key_name} to yours, or choose "
    ):
        llm.load(f"{vendor.kind}:owl", 20.0)
    assert not server.asked


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_vendor_without_its_extra_is_told_with_how_to_get_it(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    monkeypatch.setitem(sys.modules, vendor.package, None)
    with pytest.raises(ModelError, match=rf'is not installed\. Run: pip install "rag\[{vendor.kind}\]"  \(or choose '):
        llm.load(f"{vendor.kind}:owl", 20.0)


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_model_that_a_vendor_lacks_is_told_at_once(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    with pytest.raises(ModelError, match=rf"^{vendor.name} at \S+ has no such model or address\. Correct it: --llm\.$"):
        llm.load(f"{vendor.kind}:bat", 20.0)


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_vendor_that_is_not_there_is_told(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    monkeypatch.setenv(vendor.url_name, f"http://me:pw@127.0.0.1:{closed_port}")
    with pytest.raises(
        ModelError, match=rf"^{vendor.name} at http://127\.0\.0\.1:\d+ does not answer \(ConnectError\)"
    ):
        llm.load(f"{vendor.kind}:owl", 20.0)


def test_openai_has_published_the_context_of_its_models(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert load("openai:gpt-4o-mini").context == 128_000


def adaptive(supported: bool) -> dict[str, Any]:
    types = {"adaptive": {"supported": supported}, "enabled": {"supported": True}}
    return {"capabilities": {"thinking": {"supported": True, "types": types}}}


@pytest.mark.parametrize(
    ("spec", "told", "thinks"),
    [
        ("anthropic:owl", {"max_input_tokens": 200_000, **adaptive(False)}, False),
        ("anthropic:owl", {"max_input_tokens": 200_000, **adaptive(True)}, True),
        ("gemini:owl", {"inputTokenLimit": 200_000}, False),
        ("gemini:owl", {"inputTokenLimit": 200_000, "thinking": True}, True),
    ],
)
def test_a_vendor_tells_the_context_and_a_model_that_thinks_gets_room_for_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, ask: Ask, spec: str, told: dict[str, Any], thinks: bool
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    server.hosted["owl"] = told
    model = load(spec)
    assert model.context == 200_000
    assert ask(model) == WRITTEN
    (asked,) = server.heard
    assert asked.max_tokens is not None
    assert (asked.max_tokens > 1000) if thinks else (asked.max_tokens == MAX_TOKENS)


def test_a_reply_that_gemini_ends_is_told_with_its_reason(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    body = (
        b'{"candidates": [{"content": {"parts": [{"text": "Owls"}], "role": "model"}, "finishReason": "MAX_TOKENS"}]}'
    )
    server.broken = 200, body, {}
    with pytest.raises(ModelError, match=r"gave no usable reply \(Response was terminated early: MAX_TOKENS\)"):
        asyncio.run(complete(load("gemini:owl")))
