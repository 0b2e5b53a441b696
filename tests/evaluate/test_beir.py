"""A folder in BEIR format: its judgements, its documents, and the index that is kept of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import settings
from rag.errors import QuestionError
from rag.evaluate import beir
from rag.evaluate.questions import Judged
from rag.evaluate.run import run
from rag.progress import silent
from rag.query.batch import BatchQuestion

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "nature"
    made.mkdir()
    (made / "corpus.jsonl").write_text(lines(*CORPUS))
    (made / "queries.jsonl").write_text(lines(*QUERIES))
    (made / "qrels.tsv").write_text(QRELS)
    return made


def test_a_query_without_a_relevant_document_is_not_judged(folder: Path) -> None:
    expected = [
        Judged(BatchQuestion("where do swifts sleep?", "q1"), {"beir:2": 2}),
        Judged(BatchQuestion("rusting", "q2"), {"beir:3": 1, "beir:5": 1}),
    ]
    assert beir.read(folder).judged == expected
    (folder / "qrels").mkdir()
    (folder / "qrels.tsv").rename(folder / "qrels" / "test.tsv")
    assert beir.read(folder).judged == expected


def test_documents_keep_apart_and_have_a_title_and_a_text(folder: Path) -> None:
    assert [(paper.ids, paper.title, paper.abstract[:12]) for paper in beir.documents(folder)] == [
        (("beir:1",), "Birds", "Owls hunt vo"),
        (("beir:2",), "Birds", "Swifts sleep"),
        (("beir:3",), "the effect of salt on the rusting of iron bridges", "the effect o"),
        (("beir:4",), "A note on tides", "A note on ti"),
    ]


def test_the_corpus_is_indexed_once_beside_the_index_of_the_user(folder: Path, tmp_path: Path) -> None:
    chosen = settings.load(index_dir=tmp_path / "index")
    stages: list[str] = []
    first = run(beir.read(folder), chosen, lambda stage, done, total: stages.append(stage))
    assert [outcome.scores["MRR@20"] for outcome in first.outcomes] == [1.0, 1.0]
    assert [outcome.scores["recall@20"] for outcome in first.outcomes] == [1.0, 0.5]
    assert first.missing == ["beir:5"]
    assert set(stages) == {"embedding", "map", "vocabulary", "calibrating", "asking"}
    (kept,) = (tmp_path / "index" / "eval").iterdir()
    assert kept.name.startswith("nature-")
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["eval"]

    stages.clear()
    assert run(beir.read(folder), chosen, lambda stage, done, total: stages.append(stage)) == first
    assert set(stages) == {"asking"}

    (kept / "CURRENT").write_text("lost")  # damaged: the corpus is there to build it from
    assert run(beir.read(folder), chosen, silent) == first


def test_another_corpus_has_another_index(folder: Path, tmp_path: Path) -> None:
    chosen = settings.load(index_dir=tmp_path / "index")
    first = beir.read(folder).indexed(chosen, silent)
    (folder / "corpus.jsonl").write_text(lines(CORPUS[0]))
    second = beir.read(folder).indexed(chosen, silent)
    assert first.index_dir != second.index_dir


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(QuestionError, match=rf"nature holds no {name}.*\. A BEIR folder holds [^\n]+$"):
        beir.read(folder)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("qrels.tsv", "", "qrels.tsv judges no document as relevant"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\t1\t0\n", "qrels.tsv judges no document as relevant"),
        ("qrels.tsv", QRELS + "q1 2 1\n", "qrels.tsv:7 is not a judgement"),
        ("qrels.tsv", QRELS + "q1\t2\tgood\n", "qrels.tsv:7: a grade is a whole number"),
        ("qrels.tsv", QRELS + "q9\t2\t1\n", "judge query q9, which queries.jsonl does not hold"),
        ("queries.jsonl", "{", "queries.jsonl:1 is not JSON"),
        ("queries.jsonl", '{"text": "no id"}', "queries.jsonl:1 is not of BEIR"),
        ("queries.jsonl", '{"_id": "1", "text": ["two"]}', "queries.jsonl:1 is not of BEIR"),
        ("queries.jsonl", "[]", "queries.jsonl:1 is not of BEIR"),
        ("corpus.jsonl", lines(*CORPUS, {"_id": "1", "text": "x"}), "corpus.jsonl:6: a document with the _id 1 came"),
        ("corpus.jsonl", lines(CORPUS[4]), "corpus.jsonl holds no document"),
    ],
)
def test_what_cannot_be_read_is_named(folder: Path, tmp_path: Path, name: str, content: str, said: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(QuestionError) as fault:
        beir.read(folder).indexed(settings.load(index_dir=tmp_path / "index"), silent)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)
