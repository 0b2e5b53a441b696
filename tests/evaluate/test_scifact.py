"""Reading SciFact as it is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import QuestionError
from rag.evaluate import claims
from tests.cli.runner import write_json_lines

CORPUS = [
    {
        "doc_id": 4983,
        "title": "Owls",
        "abstract": ["Owls hunt by ear.\n", " ", "They hear voles."],
        "structured": False,
    },
    {"doc_id": "7", "title": "Bats", "abstract": ["Bats hear echoes."], "structured": True},
]
SUPPORT = {"sentences": [0, 2], "label": "SUPPORT"}
SUPPORTED = {"id": 1, "claim": "Owls hear voles.", "evidence": {"4983": [SUPPORT]}, "cited_doc_ids": [4983, 7]}
CONTRADICTED = {
    "id": 3,
    "claim": "Bats are deaf, and owls too.",
    "evidence": {
        "7": [{"sentences": [0], "label": "CONTRADICT"}],
        "4983": [{"sentences": [2], "label": "CONTRADICT"}, {"sentences": [0], "label": "CONTRADICT"}],
    },
    "cited_doc_ids": [7, 4983],
}
NOT_STATED = {"id": 5, "claim": "Owls fly.", "evidence": {}, "cited_doc_ids": [4983, "7"]}
UNCITED = {"id": 8, "claim": "Owls swim.", "evidence": {}, "cited_doc_ids": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_json_lines(tmp_path / "corpus.jsonl", *CORPUS)
    write_json_lines(tmp_path / "claims_train.jsonl", SUPPORTED, CONTRADICTED)
    write_json_lines(tmp_path / "claims_dev.jsonl", NOT_STATED, UNCITED)
    write_json_lines(tmp_path / "claims_test.jsonl", {"id": 9, "claim": "Bats swim."})
    return tmp_path


def rows(path: Path) -> list[tuple[str, str, str, list[str]]]:
    return [
        (claim.label, claim.kind, claim.citations[0].paper.title, [citation.quote for citation in claim.citations])
        for claim in claims.read(path).claims
    ]


OK = ("ok", "supported", "Owls", ["Owls hunt by ear.", "They hear voles."])
WRONG = [
    ("wrong", "contradicted", "Bats", ["Bats hear echoes."]),
    ("wrong", "contradicted", "Owls", ["They hear voles."]),
    ("wrong", "contradicted", "Owls", ["Owls hunt by ear."]),
]
NOT = [
    ("wrong", "not stated", "Owls", ["Owls hunt by ear.", "They hear voles."]),
    ("wrong", "not stated", "Bats", ["Bats hear echoes."]),
]


def test_each_set_of_evidence_and_each_document_without_any_is_a_claim(folder: Path) -> None:
    assert rows(folder / "claims_train.jsonl") == [OK, *WRONG]
    assert rows(folder / "claims_dev.jsonl") == NOT
    assert rows(folder) == [OK, *WRONG, *NOT]
    assert claims.read(folder).claims[0].written == "Owls hear voles."


def test_claims_without_evidence_and_documents_are_left_out(folder: Path) -> None:
    assert claims.read(folder).notice == "Skipped 1 claim with neither evidence nor a cited document."
    assert claims.read(folder / "claims_train.jsonl").notice == ""
    with pytest.raises(QuestionError, match=r"holds no claims\. Skipped 1 claim with"):
        claims.read(write_json_lines(folder / "claims_dev.jsonl", UNCITED))


@pytest.mark.parametrize(("name", "shown"), [("corpus.jsonl", "corpus.jsonl"), ("claims_*", "claims_train.jsonl or")])
def test_a_missing_file_is_named(folder: Path, name: str, shown: str) -> None:
    for file in folder.glob(name):
        file.unlink()
    with pytest.raises(QuestionError, match=rf"^There is no {shown}[^\n]* A BEIR folder goes without --claims\.$"):
        claims.read(folder)


def test_a_split_without_labels_is_refused(folder: Path) -> None:
    with pytest.raises(QuestionError, match=r'claims_test\.jsonl:1 has no "evidence": the claims .* not labelled'):
        claims.read(folder / "claims_test.jsonl")


def evidence(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "claim": "Owls hear.", "evidence": {"7": [{"sentences": [0], "label": "SUPPORT"} | fields]}}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (evidence(label="NEUTRAL"), "a label must be SUPPORT or CONTRADICT, not “NEUTRAL”."),
        (evidence(sentences=[1]), "the abstract that is cited has no sentence “1”."),
        (evidence(sentences=[]), "there is evidence without sentences."),
        (evidence(sentences=[[0]]), "is not a claim of SciFact."),
        (evidence(sentences=None), "is not a claim of SciFact."),
        ({"claim": "Owls hear.", "evidence": {"7": {"label": "SUPPORT"}}}, "is not a claim of SciFact."),
        ({"claim": "Owls hear.", "evidence": ["7"]}, "is not a claim of SciFact."),
        ({"claim": "Owls hear.", "evidence": {"7": [{"label": "SUPPORT"}]}}, "is not a claim of SciFact."),
        ({"claim": "Owls hear.", "evidence": {}, "cited_doc_ids": 7}, "is not a claim of SciFact."),
        (
            {"claim": "Owls hear.", "evidence": {}, "cited_doc_ids": [8]},
            "corpus.jsonl has no abstract of document “8”.",
        ),
        ({"claim": "", "evidence": {}}, 'has no "claim".'),
        ({"claim": ["Owls hear."], "evidence": {}}, '"claim" must be a string.'),
        ("Owls hear.", "is not a JSON object."),
    ],
)
def test_a_malformed_claim_is_located(folder: Path, line: object, message: str) -> None:
    with pytest.raises(QuestionError) as fault:
        claims.read(write_json_lines(folder / "claims_dev.jsonl", SUPPORTED, line))
    assert str(fault.value).startswith("claims_dev.jsonl:2")
    assert message in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "line",
    [
        {"_id": "1", "title": "Owls", "text": "A document in BEIR format."},
        {"doc_id": 1, "title": "Owls", "abstract": "One string."},
        {"doc_id": 1, "title": "Owls", "abstract": [1]},
    ],
)
def test_a_malformed_document_is_located(folder: Path, line: object) -> None:
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, [*CORPUS, line])), encoding="utf-8")
    with pytest.raises(QuestionError, match=r"^corpus\.jsonl:3 is not a document of SciFact\. A document"):
        claims.read(folder)
