"""Replies that must be JSON and nothing else."""

from __future__ import annotations

import pytest

from rag.llm import json_reply


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"a": [1, 2]}', {"a": [1, 2]}),
        (' \n{"a": 1}\n', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('```\n{"a": 1}\n```', {"a": 1}),
        ('  ```json {"a": 1}```  ', {"a": 1}),
        ('{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
        ("[]", []),
        ('"owl"', "owl"),
        ("7", 7),
        ("null", None),
    ],
)
def test_json_is_read_alone_or_in_a_fence(reply: str, value: object) -> None:
    assert json_reply.parse(reply) == value


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "owl",
        '{"a": 1',
        "{'a': 1}",
        '{"a": 1} That is all.',
        'Here: {"a": 1}',
        'Here:\n```json\n{"a": 1}\n```',
        '```json\n{"a": 1}\n```\nThat is all.',
        '```json\n{"a": 1}',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
    ids=range(11),
)
def test_anything_else_is_an_error_of_one_kind(reply: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_reply.parse(reply)


def test_an_object_that_repeats_a_key_says_nothing() -> None:
    assert json_reply.parse('[{"a": 1, "a": 2}, {"b": 1}]') == [{}, {"b": 1}]
