"""Vendors that host models: where each is found, and what is reported if it cannot be used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag import llm
from rag.errors import ModelError
from rag.llm import VENDORS
from rag.llm.vendors import Vendor

from .conftest import KEY, MAX_TOKENS, Ask, load
from .server import WRITTEN, Server

DESCRIBED = [vendor for vendor in VENDORS if vendor.kind != "openai"]  # which say what a model is like


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


@pytest.mark.parametrize("vendor", DESCRIBED, ids=lambda vendor: vendor.kind)
def test_a_model_that_a_vendor_lacks_is_reported_when_it_is_loaded(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    with pytest.raises(ModelError, match=rf"^{vendor.name} at \S+ has no such model or address\. Correct it: --llm\.$"):
        llm.load(f"{vendor.kind}:bat", 20.0)


@pytest.mark.parametrize("vendor", DESCRIBED, ids=lambda vendor: vendor.kind)
def test_a_vendor_that_does_not_answer_is_reported(
    server: Server, vendor: Vendor, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    monkeypatch.setenv(vendor.url_name, f"http://me:pw@127.0.0.1:{closed_port}")
    with pytest.raises(
        ModelError, match=rf"^{vendor.name} at http://127\.0\.0\.1:\d+ does not answer \(Connection refused\)"
    ):
        llm.load(f"{vendor.kind}:owl", 20.0)


def test_the_context_of_openais_models_is_known(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert load("openai:gpt-4").context == 8192


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


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("openai", "https://api.openai.com/v1"),
        ("anthropic", "https://api.anthropic.com/v1"),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta/openai"),
    ],
)
def test_models_of_a_vendor_are_hosted_unless_its_address_is_on_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch, kind: str, address: str
) -> None:
    vendor = next(vendor for vendor in VENDORS if vendor.kind == kind)
    monkeypatch.setenv(vendor.key_name, KEY)
    model = load(f"{kind}:owl")
    assert (model.vendor, model.model_id, model.is_hosted) == (kind, "owl", False)
    monkeypatch.delenv(vendor.url_name)
    assert vendor.server(1.0).url == address
    hosted = replace(model, endpoint=replace(model.endpoint, server=vendor.server(1.0)))
    assert hosted.is_hosted
    assert not load("ollama:owl").vendor


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.kind)
@pytest.mark.parametrize("ending", ["", "/"])
def test_an_address_may_have_the_path_of_the_api(
    server: Server, vendor: Vendor, ask: Ask, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv(vendor.key_name, KEY)
    url = vendor.server(1.0).url
    monkeypatch.setenv(vendor.url_name, f"{url}{ending}")
    assert vendor.server(1.0).url == url
    assert ask(load(f"{vendor.kind}:owl")) == WRITTEN
