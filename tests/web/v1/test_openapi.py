"""The OpenAPI document: every example in it is sent, and every reply has the form that it describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rag.web.refusals import CODES
from rag.web.v1.openapi import EXAMPLES
from rag.web.v1.replies import EVENTS

from .curl import curl

DOCS = Path(__file__).parents[3] / "docs" / "http.md"
OTHER_CODES = {"no_index", "index_unavailable", "model_unavailable"}


@pytest.fixture(scope="module")
def document(api: str) -> dict[str, Any]:
    found: dict[str, Any] = curl(f"{api}/openapi.json").json()
    return found


def check(value: object, schema: dict[str, Any], document: dict[str, Any]) -> None:
    """Fails unless `value` has the form of `schema`, a part of the document."""
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))
    within = {"$ref": f"urn:api{schema['$ref']}"} if "$ref" in schema else schema
    Draft202012Validator(within, registry=registry).validate(value)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The method, the path and the description of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def requests(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Every example of a request: its method, its path, what httpx sends, and the responses that are described."""
    for method, path, operation in operations(document):
        bodies = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        for example in bodies.values():
            yield method, path, {"json": example["value"]}, operation["responses"]
        given = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        query = {one["name"]: one["schema"]["examples"][0] for one in given if "examples" in one["schema"]}
        if not bodies:
            yield (
                method,
                path.replace("{paper}", EXAMPLES["paper"]["reply"]["paper"]),
                {"params": query},
                operation["responses"],
            )


def test_it_is_a_document_of_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    paths = {(method, path.removeprefix("/api/v1/")) for method, path, _ in operations(document)}
    assert paths == {
        *(("get", "search"), ("post", "search"), ("post", "ask")),
        *(("get", "papers"), ("get", "papers/{paper}"), ("get", "status")),
    }
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert set(names) == {"search", "search_after", "ask", "papers", "paper", "status"}


def test_every_example_is_answered_as_described(api: str, document: dict[str, Any]) -> None:
    sent = 0
    with httpx.Client(base_url=api.removesuffix("/api/v1"), trust_env=False, timeout=60) as client:
        for method, path, what, responses in requests(document):
            reply = client.request(method, path, **what)
            media_type = reply.headers["content-type"].partition(";")[0]
            described = responses[str(reply.status_code)]["content"][media_type]["schema"]
            assert reply.status_code == 200 or path.endswith(EXAMPLES["paper"]["reply"]["paper"]), (path, what)
            check(reply.json() if media_type == "application/json" else reply.text, described, document)
            sent += 1
    assert sent == 9


def test_the_examples_of_replies_have_the_form_that_is_described(document: dict[str, Any]) -> None:
    shown = 0
    for *_, operation in operations(document):
        content = operation["responses"]["200"]["content"]["application/json"]
        check(content["example"], content["schema"], document)
        shown += 1
    assert shown == 6


@pytest.mark.parametrize("writes", [False, True])
def test_every_event_has_the_form_that_is_described(
    request: pytest.FixtureRequest, document: dict[str, Any], writes: bool
) -> None:
    api = request.getfixturevalue("written_api" if writes else "api")
    for name, data in curl(
        f"{api}/ask", sent=json.dumps({"question": "which papers speed up diffusion depth?", "stream": True})
    ).events:
        check(data, {"$ref": f"#/components/schemas/{EVENTS[name].__name__}"}, document)
    for event in EXAMPLES["ask"]["events"]:
        check(event["data"], {"$ref": f"#/components/schemas/{EVENTS[event['event']].__name__}"}, document)


QUESTIONS = ("hello", "how many papers are there?", "who won the world cup?", "compare SwiftDepth and Early Exit")


@pytest.mark.parametrize(
    "question", [*QUESTIONS, "how fast is SwiftDepth?", "list all papers", "what numbers do the papers report?"]
)
def test_every_kind_of_answer_has_the_form_that_is_described(api: str, document: dict[str, Any], question: str) -> None:
    reply = curl(f"{api}/ask", sent=json.dumps({"question": question}))
    assert reply.status == 200
    check(reply.json(), {"$ref": "#/components/schemas/AnswerReply"}, document)


def test_every_code_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"`{code}`" in text for code in {*CODES.values(), *OTHER_CODES})
    assert all(f"`{name}`" in text for name in EVENTS)
