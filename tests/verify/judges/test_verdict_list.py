"""A judge's reply about several claims: one clear "yes" in a JSON array confirms, and nothing else does."""

from __future__ import annotations

import json

import pytest

from rag.verify.judges.verdict_list import confirmed

YES_NO_YES = '[{"n": 1, "verdict": "yes"}, {"n": 2, "verdict": "no"}, {"n": 3, "verdict": "yes"}]'


@pytest.mark.parametrize(
    "reply",
    [
        YES_NO_YES,
        f"\n\t {YES_NO_YES} \n",
        json.dumps(json.loads(YES_NO_YES), indent=4),
        json.dumps(json.loads(YES_NO_YES)[::-1]),
        f"```json\n{YES_NO_YES}\n```",
        '[{"verdict": "yes", "n": 1}, {"verdict": "no", "n": 2}, {"verdict": "yes", "n": 3}]',
    ],
)
def test_each_claim_has_the_verdict_with_its_number(reply: str) -> None:
    assert confirmed(reply, 3) == [True, False, True]


@pytest.mark.parametrize(
    "first",
    [
        "",
        '{"n": 1, "verdict": "no"},',
        '{"n": 1, "verdict": "maybe"},',
        '{"n": 1, "verdict": "Yes, mostly"},',
        '{"n": 1, "verdict": true},',
        '{"n": 1, "verdict": ["yes"]},',
        '{"n": 1, "verdict": {"n": 1, "verdict": "yes"}},',
        '{"n": "1", "verdict": "yes"},',
        '{"n": true, "verdict": "yes"},',
        '{"n": 1.0, "verdict": "yes"},',
        '{"n": [1], "verdict": "yes"},',
        '{"n": 0, "verdict": "yes"},',
        '{"n": -2, "verdict": "yes"},',
        '{"n": 3, "verdict": "yes"},',
        '{"n": 1, "verdict": "yes", "reason": "all is stated"},',
        '{"n": 1, "verdict": "no", "verdict": "yes"},',
        '{"n": 1, "n": 1},',
        '{"verdict": "yes"},',
        "{},",
        '[1, "yes"],',
        '[["n", 1], ["verdict", "yes"]],',
        '"yes",',
        "null,",
        '{"n": 1, "verdict": "yes"}, {"n": 1, "verdict": "yes"},',
        '{"n": 1, "verdict": "no"}, {"n": 1, "verdict": "yes"},',
        '{"n": 1, "verdict": "yes"}, {"n": 1, "verdict": null},',
    ],
)
def test_a_missing_repeated_malformed_or_other_verdict_does_not_confirm(first: str) -> None:
    assert confirmed(f'[{first}{{"n": 2, "verdict": "yes"}}]', 2) == [False, True]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "yes",
        "1. yes\n2. no\n3. yes",
        "[]",
        '["yes", "yes", "yes"]',
        '{"n": 1, "verdict": "yes"}',
        '{"verdicts": ' + YES_NO_YES + "}",
        "Here you are: " + YES_NO_YES,
        YES_NO_YES + " All are clear.",
        YES_NO_YES + YES_NO_YES,
        YES_NO_YES[:-1],
        YES_NO_YES.replace('"', "'"),
        "```json\n" + YES_NO_YES,
        "Sure.\n```json\n" + YES_NO_YES + "\n```",
        "<think>" + YES_NO_YES,
        YES_NO_YES + "</think>",
        '[{"n": 4, "verdict": "yes"}]',
        "[" * 100_000,
        "[" + "1" * 10_000 + "]",
    ],
    ids=range(19),
)
def test_a_reply_that_is_no_array_of_verdicts_is_rejected(reply: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        confirmed(reply, 3)
