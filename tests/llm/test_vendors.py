"""Vendors that host models: where each is found, and what is reported if it cannot be used."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
from rag.llm import VENDORS
from rag.llm.vendors import Vendor

from .conftest import KEY, MAX_TOKENS, Ask, complete, load
from .server import WRITTEN, Server

EXTRAS = [vendor for vendor in VENDORS if vendor.kind != "openai"]


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.kind)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each vendor, without a key."""
    vendor: Vendor = request.param
    return vendor


def test_a_vendor_is_found_at_the_address_in_its_variable_and_gets_the_key(
    server: Server, vendor: Vendor, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = KEY
    monkeypatch.setenv(vendor.key_name, f"{KEY}\n")
    model = load(f"{vendor.kind}:owl")
    assert ask(model) == WRITTEN
    assert model.name == f"{vendor.kind}:owl"


def test_a_vendor_without_a_key_is_not_contacted(server: Server, vendor: Vendor) -> None:
    with pytest.raises(
        ModelError, match=rf"^{vendor.name} requires a key\. Set {vendor.key_name} to yours, or choose "
    ):
        llm.load(f"{vendor.kind}:owl", 20.0)
    assert not server.paths


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_vendor_without_its_extra_is_reported_with_the_command_that_installs_it(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    monkeypatch.setitem(sys.modules, vendor.package, None)
    with pytest.raises(ModelError, match=rf'is not installed\. Run: pip install "rag\[{vendor.kind}\]"  \(or choose '):
        llm.load(f"{vendor.kind}:owl", 20.0)


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_model_that_a_vendor_lacks_is_reported_when_it_is_loaded(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    with pytest.raises(ModelError, match=rf"^{vendor.name} at \S+ has no such model or address\. Correct it: --llm\.$"):
        llm.load(f"{vendor.kind}:bat", 20.0)


@pytest.mark.parametrize("vendor", EXTRAS, ids=lambda vendor: vendor.kind)
def test_a_vendor_that_does_not_answer_is_reported(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    monkeypatch.setenv(vendor.url_name, f"http://me:pw@127.0.0.1:{closed_port}")
    with pytest.raises(
        ModelError, match=rf"^{vendor.name} at http://127\.0\.0\.1:\d+ does not answer \(ConnectError\)"
    ):
        llm.load(f"{vendor.kind}:owl", 20.0)


def test_the_context_of_openais_models_is_known(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert load("openai:gpt-4o-mini").context == 128_000


def adaptive(supported: bool) -> dict[str, Any]:
    types = {"adaptive": {"supported": supported}, "enabled": {"supported": True}}
    return {"capabilities": {"thinking": {"supported": True, "types": types}}}


@pytest.mark.parametrize(
    ("spec", "info", "thinks"),
    [
        ("anthropic:owl", {"max_input_tokens": 200_000, **adaptive(False)}, False),
        ("anthropic:owl", {"max_input_tokens": 200_000, **adaptive(True)}, True),
        ("gemini:owl", {"inputTokenLimit": 200_000}, False),
        ("gemini:owl", {"inputTokenLimit": 200_000, "thinking": True}, True),
    ],
)
def test_a_model_has_the_context_of_its_vendor_and_more_tokens_if_it_thinks(
    server: Server, monkeypatch: pytest.MonkeyPatch, ask: Ask, spec: str, info: dict[str, Any], thinks: bool
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    server.hosted["owl"] = info
    model = load(spec)
    assert model.context == 200_000
    assert ask(model) == WRITTEN
    (request,) = server.chats
    assert request.max_tokens is not None
    assert (request.max_tokens > 1000) if thinks else (request.max_tokens == MAX_TOKENS)


def test_a_reply_that_gemini_cuts_off_is_reported(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    body = (
        b'{"candidates": [{"content": {"parts": [{"text": "Owls"}], "role": "model"}, "finishReason": "MAX_TOKENS"}]}'
    )
    server.broken = 200, body, {}
    with pytest.raises(ModelError, match=r"gave no usable reply \(Response was terminated early: MAX_TOKENS\)"):
        asyncio.run(complete(load("gemini:owl")))
