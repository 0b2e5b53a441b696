"""A folder in BEIR format: its judgements, its documents, and the index of its corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import settings
from rag.errors import QuestionError
from rag.evaluate import beir
from rag.evaluate.questions import JudgedQuestion
from rag.evaluate.rankings import evaluate_rankings
from rag.progress import silent
from rag.query.batch import BatchQuestion
from tests.conftest import typical_curve

CORPUS = [
    {"_id": "1", "title": "Birds", "text": "Owls hunt voles at night. They hear them under snow."},
    {"_id": "2", "title": "Birds", "text": "Swifts sleep on the wing. They land to breed."},
    {
        "_id": "3",
        "title": "",
        "text": "the effect of salt on the rusting of iron bridges was measured for ten winters .",
    },
    {"_id": "4", "title": "A note on tides", "text": ""},
    {"_id": "5", "title": "", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "where do swifts sleep?"},
    {"_id": "q2", "text": "rusting"},
    {"_id": "q3", "text": "x"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\t2\t2\nq1\t1\t0\nq2\t3\t1\nq2\t5\t1\nq3\t1\t0\n"


def lines(*objects: object) -> str:
    return "\n".join(map(json.dumps, objects))


@pytest.fixture(autouse=True)
def quick_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds skip the calibration, which takes seconds and does not change rankings."""
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    nature = tmp_path / "nature"
    nature.mkdir()
    (nature / "corpus.jsonl").write_text(lines(*CORPUS))
    (nature / "queries.jsonl").write_text(lines(*QUERIES))
    (nature / "qrels.tsv").write_text(QRELS)
    return nature


def test_a_query_without_a_relevant_document_is_not_judged(folder: Path) -> None:
    expected = [
        JudgedQuestion(BatchQuestion("where do swifts sleep?", "q1"), {"beir:2": 2}),
        JudgedQuestion(BatchQuestion("rusting", "q2"), {"beir:3": 1, "beir:5": 1}),
    ]
    assert beir.read(folder).questions == expected
    (folder / "qrels").mkdir()
    (folder / "qrels.tsv").rename(folder / "qrels" / "test.tsv")
    assert beir.read(folder).questions == expected


def test_documents_stay_separate_and_have_a_title_and_a_text(folder: Path) -> None:
    assert [(paper.ids, paper.title, paper.abstract[:12]) for paper in beir.documents(folder)] == [
        (("beir:1",), "Birds", "Owls hunt vo"),
        (("beir:2",), "Birds", "Swifts sleep"),
        (("beir:3",), "the effect of salt on the rusting of iron bridges", "the effect o"),
        (("beir:4",), "A note on tides", "A note on ti"),
    ]


def test_the_corpus_is_indexed_once_next_to_the_users_index(folder: Path, tmp_path: Path) -> None:
    chosen = settings.load(index_dir=tmp_path / "index")
    stages: list[str] = []
    first = evaluate_rankings(beir.read(folder), chosen, lambda stage, done, total: stages.append(stage))
    assert [outcome.scores["MRR@20"] for outcome in first.outcomes] == [1.0, 1.0]
    assert [outcome.scores["recall@20"] for outcome in first.outcomes] == [1.0, 0.5]
    assert first.missing == ["beir:5"]
    assert {"embedding", "asking"} < set(stages)
    (kept,) = (tmp_path / "index" / "eval").iterdir()
    assert kept.name.startswith("nature-")
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["eval"]

    stages.clear()
    assert evaluate_rankings(beir.read(folder), chosen, lambda stage, done, total: stages.append(stage)) == first
    assert set(stages) == {"asking"}

    (kept / "CURRENT").write_text("lost")  # damaged, so it is built again
    assert evaluate_rankings(beir.read(folder), chosen, silent) == first


def test_another_corpus_has_another_index(folder: Path, tmp_path: Path) -> None:
    chosen = settings.load(index_dir=tmp_path / "index")
    first = beir.read(folder).prepare(chosen, silent)
    (folder / "corpus.jsonl").write_text(lines(CORPUS[0]))
    second = beir.read(folder).prepare(chosen, silent)
    assert first.index_dir != second.index_dir


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(QuestionError, match=rf"^[^\n]*{name}[^\n]*nature[^\n]*$"):
        beir.read(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("qrels.tsv", "", "qrels.tsv is relevant"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\t1\t0\n", "qrels.tsv is relevant"),
        ("qrels.tsv", QRELS + "q1 2 1\n", "qrels.tsv:7 is not a judgement"),
        ("qrels.tsv", QRELS + "q1\t2\tgood\n", "qrels.tsv:7: a grade must be a whole number"),
        ("qrels.tsv", QRELS + "q9\t2\t1\n", "judge query q9"),
        ("queries.jsonl", "{", "queries.jsonl:1 is not JSON"),
        ("queries.jsonl", '{"text": "no id"}', "queries.jsonl:1 is not in BEIR format"),
        ("queries.jsonl", '{"_id": "1", "text": ["two"]}', "queries.jsonl:1 is not in BEIR format"),
        ("queries.jsonl", "[]", "queries.jsonl:1 is not in BEIR format"),
        (
            "corpus.jsonl",
            lines(*CORPUS, {"_id": "1", "text": "x"}),
            "corpus.jsonl:6: an earlier document has the same _id, 1",
        ),
        ("corpus.jsonl", lines(CORPUS[4]), "no documents in"),
    ],
)
def test_what_cannot_be_read_is_located(folder: Path, tmp_path: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(QuestionError) as fault:
        beir.read(folder).prepare(settings.load(index_dir=tmp_path / "index"), silent)
    assert message in str(fault.value)
    assert "\n" not in str(fault.value)
