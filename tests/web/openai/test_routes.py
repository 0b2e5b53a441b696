"""OpenAI's own client talks to a library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion

from rag.web.openai.writing import AnswerWriter
from tests.conftest import WHICH
from tests.web.serving import serving

PASSWORD = "correct horse battery"
QUESTION: Any = {"role": "user", "content": WHICH}
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {}}}


def ask(client: OpenAI, messages: Sequence[Any] = (QUESTION,), **fields: Any) -> ChatCompletion:
    return client.chat.completions.create(**{"model": "rag", "messages": list(messages)} | fields)


def text_of(completion: ChatCompletion) -> str:
    return completion.choices[0].message.content or ""


def test_the_models_are_listed_and_described(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["rag", "rag-quotes"]
    assert client.models.retrieve("rag").owned_by == "rag"
    with pytest.raises(openai.NotFoundError, match="only rag and rag-quotes"):
        client.models.retrieve("gpt-4o")


def test_an_answer_cites_in_its_text_and_in_annotations(client: OpenAI) -> None:
    completion = ask(client)
    choice, text = completion.choices[0], text_of(completion)
    assert (completion.model, choice.finish_reason, choice.message.role) == ("rag", "stop", "assistant")
    assert text.endswith(
        "### References\n\n"
        "[1] A. Example, B. Sample (2023). "
        "[Early Exit for Diffusion-Based Depth Estimation](<https://example.org/2023>).\n\n"
        "[2] A. Example, B. Sample (2024). "
        "[SwiftDepth: Single-Step Diffusion for Monocular Depth](<https://example.org/2024>)."
    )
    annotations = choice.message.annotations or []
    places = [one.url_citation for one in annotations]
    assert {(text[place.start_index : place.end_index], place.title, place.url) for place in places} == {
        ("[2]", "SwiftDepth: Single-Step Diffusion for Monocular Depth", "https://example.org/2024"),
        ("[1]", "Early Exit for Diffusion-Based Depth Estimation", "https://example.org/2023"),
    }
    quotes = [place.model_extra["quote"] for place in places if place.model_extra]
    assert "ExitDepth" in " ".join(quotes)
    for place, quote in zip(places, quotes, strict=True):
        sentence = text[: place.start_index].rpartition("“")[2].removeprefix("… ").removesuffix("” ")
        assert sentence in quote
    assert completion.usage
    assert completion.usage.total_tokens == 0  # no language model was asked


def test_a_stream_is_the_same_answer_in_chunks(client: OpenAI) -> None:
    whole = ask(client)
    stream = client.chat.completions.create(
        model="rag", messages=[QUESTION], stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == text_of(whole)
    annotations = [one for delta in deltas for one in (delta.model_extra or {}).get("annotations", [])]
    assert annotations == [one.model_dump() for one in whole.choices[0].message.annotations or []]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert (last.choices, last.usage) == ([], whole.usage)
    assert len({chunk.id for chunk in [*chunks, last]}) == 1


def test_the_asynchronous_client_gets_the_same(client: OpenAI, address: str) -> None:
    async def text() -> str:
        async with AsyncOpenAI(base_url=address, api_key="anything", max_retries=0) as other:
            stream = await other.chat.completions.create(model="rag-quotes", messages=[QUESTION], stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert asyncio.run(text()) == text_of(ask(client))


def test_a_follow_up_is_about_the_papers_of_the_answer_before(client: OpenAI) -> None:
    before = {"role": "assistant", "content": text_of(ask(client))}
    system = {"role": "system", "content": "You are a pirate. Answer only “Arrr”."}
    text = text_of(ask(client, [system, QUESTION, before, {"role": "user", "content": "What does the second one do?"}]))
    assert "SwiftDepth" in text
    assert "ExitDepth" not in text
    assert "Arrr" not in text


def test_a_refusal_says_so_and_cites_nothing(client: OpenAI) -> None:
    completion = ask(client, [{"role": "user", "content": "What is the best recipe for lasagne?"}])
    assert "do not answer this" in text_of(completion)
    assert "Nearest papers:" in text_of(completion)
    assert completion.choices[0].message.annotations == []


def test_what_a_client_sends_by_itself_is_answered_without_a_search(client: OpenAI) -> None:
    prompt = f'### Task:\nTitle!\nJSON format: {{ "title": "…" }}\n<chat_history>\nUSER: {WHICH}\n</chat_history>'
    asked = [{"role": "user", "content": prompt}]
    assert text_of(ask(client, asked)) == f'{{"title": "{WHICH}"}}'
    stream = client.chat.completions.create(model="rag", messages=asked, stream=True)  # type: ignore[call-overload]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == f'{{"title": "{WHICH}"}}'


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.2, "top_p": 1, "max_tokens": 1, "seed": 7, "user": "ada", "metadata": {"a": "b"}},
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": "auto"},
        {"n": 1, "stop": ["."], "response_format": {"type": "text"}, "logprobs": False},
        {
            "messages": [{"role": "user", "content": "What is an owl?"}, {"role": "assistant", "content": "x"}] * 250
            + [QUESTION]
        },
        {"messages": [{"role": "assistant", "content": "Hello!"}, QUESTION]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": WHICH}]}]},
    ],
    ids=["sampling", "tools", "tool_choice", "text", "500 messages", "assistant first", "parts"],
)
def test_what_changes_nothing_is_ignored(client: OpenAI, fields: dict[str, Any]) -> None:
    assert text_of(ask(client, **fields)) == text_of(ask(client))


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(
    ("fields", "param", "message"),
    [
        ({"n": 5}, "n", "“n” must be 1"),
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice", "No tools are called here"),
        ({"response_format": {"type": "json_object"}}, "response_format", "Answers are text"),
        ({"messages": []}, "messages", "must be a question"),
        ({"messages": [QUESTION, {"role": "assistant", "content": "x"}]}, "messages", "must be a question"),
        ({"messages": [{"role": "user", "content": "x" * 900_000}]}, "messages", "1 to 2,000 characters"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}]},
            "messages",
            "no images",
        ),
    ],
    ids=["n", "tool_choice", "response_format", "no messages", "assistant last", "huge", "image"],
)
def test_what_cannot_be_done_is_refused(
    client: OpenAI, is_stream: bool, fields: dict[str, Any], param: str, message: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=message) as raised:
        ask(client, **fields, stream=is_stream)
    assert (raised.value.param, raised.value.type) == (param, "invalid_request_error")


def test_a_question_that_only_selects_is_refused_before_the_stream_begins(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="year:20x4"):
        ask(client, [{"role": "user", "content": "owls year:20x4"}], stream=True)


def test_a_model_that_is_not_there_is_named(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="no model “gpt-4o”") as raised:
        ask(client, model="gpt-4o")
    assert raised.value.code == "model_not_found"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"[" * 200_000,
        b"\xff\xfe",
        b'{"model": "\\ud800"}',
        b'{"model": "rag", "messages": [[]]}',
    ],
)
def test_what_is_no_request_is_refused_in_one_line(address: str, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    reply = httpx.post(f"{address}/chat/completions", content=body, headers=headers, trust_env=False)
    error = reply.json()["error"]
    assert reply.status_code in (400, 404)
    assert set(error) == {"message", "type", "param", "code"}
    assert "\n" not in error["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_is_sent_as_json_as_it_is(address: str, headers: dict[str, str]) -> None:
    body = json.dumps({"model": "rag", "messages": [QUESTION]}).encode()
    reply = httpx.post(f"{address}/chat/completions", content=body, headers=headers, trust_env=False)
    assert (reply.status_code, reply.json()["error"]["type"]) == (415, "invalid_request_error")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "message"),
    [
        ("POST", "/embeddings", {}, 404, "nothing at this address"),
        ("GET", "/chat/completions", {}, 405, "This address takes POST only"),
        ("GET", "/models", {"host": "host.docker.internal:7860"}, 403, "see --url"),
        ("GET", "/models", {"origin": "http://evil.invalid"}, 403, "Only a page of this server"),
    ],
)
def test_every_error_has_the_same_shape(
    address: str, method: str, path: str, headers: dict[str, str], status: int, message: str
) -> None:
    reply = httpx.request(method, f"{address}{path}", headers=headers, trust_env=False)
    assert reply.status_code == status
    assert message in reply.json()["error"]["message"]
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_a_request_that_is_too_large_is_refused(client: OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match="at most 1,000,000 bytes") as raised:
        ask(client, [{"role": "user", "content": "x" * 1_100_000}])
    assert raised.value.status_code == 413


def test_with_passwords_the_key_is_a_password(index_dir: Path) -> None:
    with serving(index_dir, password=PASSWORD) as address:
        with OpenAI(base_url=f"{address}/v1", api_key=PASSWORD, max_retries=0) as known:
            assert [model.id for model in known.models.list()] == ["rag", "rag-quotes"]
            assert "ExitDepth" in text_of(ask(known))
        with OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0) as unknown:
            with pytest.raises(openai.AuthenticationError, match="not known here") as raised:
                ask(unknown)
            assert raised.value.type == "authentication_error"
            with pytest.raises(openai.AuthenticationError):
                unknown.models.list()


def test_without_an_index_a_client_is_told_to_ask_later(tmp_path: Path) -> None:
    with serving(tmp_path / "none") as address, OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as client:
        with pytest.raises(openai.InternalServerError) as raised:
            ask(client)
        assert raised.value.status_code == 503
        with pytest.raises(openai.InternalServerError):
            ask(client, stream=True)


def test_too_many_questions_at_a_time_can_be_asked_later(client: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.places.MAX_WAITING_OF_OWNER", 0)
    for is_stream in (False, True):
        with pytest.raises(openai.RateLimitError, match="questions of yours are waiting") as raised:
            ask(client, stream=is_stream)
        assert int(raised.value.response.headers["retry-after"]) > 0


def test_an_error_of_ours_is_told_as_such_and_is_no_end_of_an_answer(
    client: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnswerWriter, "_end", Mock(side_effect=ValueError("a secret")))
    with pytest.raises(openai.InternalServerError, match="internal error") as whole:
        ask(client)
    stream: Any = ask(client, stream=True)
    with stream, pytest.raises(openai.APIError, match="internal error") as cut_off:
        list(stream)
    assert "secret" not in f"{whole.value}{cut_off.value}"


def test_llama_index_talks_to_it_as_to_any_model(address: str) -> None:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model="rag", api_base=address, api_key="anything", is_chat_model=True, max_retries=0)
    pieces = [piece.delta or "" for piece in model.stream_chat([ChatMessage(WHICH)])]
    assert "ExitDepth" in "".join(pieces)
    assert str(model.complete(WHICH)) == "".join(pieces)
