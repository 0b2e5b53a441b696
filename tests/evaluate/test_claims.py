"""Reading labelled claims, and errors that name the line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rag.answer.types import Citation
from rag.errors import QuestionError
from rag.evaluate import claims, labelled
from rag.evaluate.labelled import LabelledClaim
from rag.paper import MAX_ABSTRACT, Paper
from tests.cli.runner import write_json_lines

SHIPPED = Path(__file__).parent.parent / "data" / "claims.jsonl"
OWLS = Paper("Owls", "Owls hunt by ear. They hear voles under snow. Rain disturbs them.")
GOOD: dict[str, Any] = {
    "id": "a1",
    "label": "ok",
    "kind": "light",
    "title": OWLS.title,
    "abstract": OWLS.abstract,
    "evidence": ["Owls hunt by ear.", "They hear voles under snow."],
    "written": "Owls hear voles under snow.",
}


def changed(**fields: object) -> dict[str, Any]:
    """A good line with other `fields`, without those that are None."""
    return {name: value for name, value in (GOOD | fields).items() if value is not None}


def test_a_claim_cites_the_sentences_of_its_evidence(tmp_path: Path) -> None:
    wrong = changed(label="wrong", kind="role", evidence=["Rain disturbs them."], written="Owls disturb rain.", why="…")
    read = claims.read(write_json_lines(tmp_path / "claims.jsonl", GOOD, wrong))
    assert read.claims == [
        LabelledClaim(GOOD["written"], (Citation(1, OWLS, 0, 17), Citation(1, OWLS, 18, 45)), "ok", "light"),
        LabelledClaim("Owls disturb rain.", (Citation(1, OWLS, 46, 65),), "wrong", "role"),
    ]
    assert read.notice == ""


def test_title_and_kind_may_be_missing_and_white_space_may_differ(tmp_path: Path) -> None:
    spaced = changed(title=None, kind=None, abstract="Owls\thunt \n by ear. ", evidence=["Owls\thunt \n by ear. "])
    (claim,) = claims.read(write_json_lines(tmp_path / "claims.jsonl", spaced)).claims
    (citation,) = claim.citations
    assert (citation.paper.title, citation.quote, claim.kind) == ("Untitled", "Owls hunt by ear.", "")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ([], "is not a JSON object. Each line is {"),
        (changed(label="good"), '"label" must be "ok" or "wrong", not “good”.'),
        (changed(label=None), 'has no "label".'),
        (changed(label=1), '"label" must be a string.'),
        (changed(written=" "), 'has no "written".'),
        (changed(written="owl " * 600), '"written" has 2,400 characters; at most 2,000 are read.'),
        (changed(abstract=["Owls hunt by ear."]), '"abstract" must be a string.'),
        (changed(abstract="x" * (MAX_ABSTRACT + 1)), '"abstract" has 20,001 characters'),
        (changed(kind="k" * 41), '"kind" has 41 characters'),
        (changed(title=7), '"title" must be a string.'),
        (changed(evidence=None), '"evidence" must be a list of sentences'),
        (changed(evidence=[]), '"evidence" must be a list of sentences'),
        (changed(evidence=[{"sentence": "…"}]), '"evidence" must be a list of sentences'),
        (changed(evidence=[" "]), "the evidence “” is not in the abstract."),
        (changed(evidence=["Owls hunt\nby nose."]), "the evidence “Owls hunt by nose.” is not in the abstract."),
    ],
)
def test_what_cannot_be_read_is_located(tmp_path: Path, line: object, message: str) -> None:
    with pytest.raises(QuestionError) as fault:
        claims.read(write_json_lines(tmp_path / "claims.jsonl", GOOD, line))
    assert str(fault.value).startswith("claims.jsonl:2")
    assert message in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_file_without_claims_says_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    with pytest.raises(QuestionError, match=r"Cannot read .*claims\.jsonl: No such file"):
        claims.read(file)
    file.write_text("\n")
    with pytest.raises(QuestionError, match=r'claims\.jsonl holds no claims\. Each line is {"label"'):
        claims.read(file)
    file.write_text("{")
    with pytest.raises(QuestionError, match=r"claims\.jsonl:1 is not JSON"):
        claims.read(file)
    with pytest.raises(QuestionError, match=r"null is not a file\."):
        claims.read(Path("/dev/null"))


def test_the_size_of_a_file_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_json_lines(tmp_path / "claims.jsonl", GOOD, GOOD)
    monkeypatch.setattr(labelled, "MAX_CLAIMS", 1)
    with pytest.raises(QuestionError, match="holds more than 1 claims"):
        claims.read(file)
    monkeypatch.setattr(labelled, "_MAX_BYTES", 100)
    with pytest.raises(QuestionError, match="has more than 100 bytes"):
        claims.read(file)


def test_the_claims_of_the_project_can_be_read() -> None:
    read = claims.read(SHIPPED).claims
    assert Counter(claim.label for claim in read) == {"ok": 240, "wrong": 240}
    ids = [json.loads(line)["id"] for line in SHIPPED.read_text(encoding="utf-8").splitlines()]
    assert len(set(ids)) == len(ids)
