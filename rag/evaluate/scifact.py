"""SciFact as published (Wadden et al. 2020): claims_train.jsonl and claims_dev.jsonl, and their corpus.jsonl.

A line of claims is {"id", "claim", "evidence": {doc_id: [{"sentences": [index], "label"}]}, "cited_doc_ids": [doc_id]},
one of the corpus {"doc_id", "title", "abstract": [sentence]}. Ids may be numbers or strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.answer.types import Citation
from rag.errors import QuestionError
from rag.evaluate.labelled import (
    MAX_WRITTEN,
    ClaimFile,
    Label,
    LabelledClaim,
    cited_paper,
    claim_file,
    json_objects,
    required_text,
)
from rag.text import clean_line, count, in_quotes

_SPLITS = ("claims_train.jsonl", "claims_dev.jsonl")  # claims_test.jsonl is published without its labels
_LABELS: Mapping[str, tuple[Label, str]] = {"SUPPORT": ("ok", "supported"), "CONTRADICT": ("wrong", "contradicted")}
_NOT_STATED: tuple[Label, str] = ("wrong", "not stated")
_FILES = "The folder of SciFact has corpus.jsonl, and claims_train.jsonl or claims_dev.jsonl."
_CLAIM_FORMAT = (
    'A claim of SciFact is {"claim": ..., "evidence": {doc_id: [{"sentences": [index], "label": ...}]}, '
    '"cited_doc_ids": [doc_id]}.'
)
_DOCUMENT_FORMAT = 'A document of SciFact is {"doc_id": ..., "title": ..., "abstract": [sentence]}.'


_Corpus = Mapping[str, Mapping[int, Citation]]  # by document, its sentences by index, without blank ones


def is_claim(data: Mapping[str, Any]) -> bool:
    """Whether a JSON line is meant as a claim of SciFact."""
    return "claim" in data


def read(path: Path) -> ClaimFile:
    """The claims in `path`, a claims file that lies beside its corpus.jsonl, or a folder with both.

    Each set of evidence is a claim that cites its sentences: kind "supported", label "ok", or kind "contradicted",
    label "wrong". A claim without evidence is "not stated", label "wrong", by the whole abstract of each document that
    it cites; one that cites none is left out.

    Raises QuestionError, naming file and line, if a file is missing or malformed.
    """
    folder = path if path.is_dir() else path.parent
    files = [folder / name for name in _SPLITS if (folder / name).is_file()] if path.is_dir() else [path]
    if not files or not (folder / "corpus.jsonl").is_file():
        missing = "corpus.jsonl" if files else " or ".join(_SPLITS)
        raise QuestionError(f"There is no {missing} in {folder}. {_FILES} A BEIR folder goes without --claims.")
    corpus = dict(_document(*line) for line in json_objects(folder / "corpus.jsonl", _DOCUMENT_FORMAT))
    lines = [line for file in files for line in json_objects(file, _CLAIM_FORMAT)]
    skipped = sum(not data.get("evidence") and not data.get("cited_doc_ids") for _, data in lines)
    notice = f"Skipped {count(skipped, 'claim')} with neither evidence nor a cited document." if skipped else ""
    claims = (claim for where, data in lines for claim in _claims(where, data, corpus))
    return claim_file(path, claims, _CLAIM_FORMAT, notice)


def _document(where: str, data: dict[str, Any]) -> tuple[str, dict[int, Citation]]:
    """The id of a document, and a citation of each of its sentences by its index."""
    sentences = data.get("abstract")
    if "doc_id" not in data or not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
        raise QuestionError(f"{where} is not a document of SciFact. {_DOCUMENT_FORMAT}")
    cleaned = {index: text for index, one in enumerate(sentences) if (text := clean_line(one))}
    paper = cited_paper(data, where, " ".join(cleaned.values()))
    citations, start = dict[int, Citation](), 0
    for index, text in cleaned.items():
        citations[index] = Citation(1, paper, start, start + len(text))
        start += len(text) + 1
    return str(data["doc_id"]), citations


def _claims(where: str, data: dict[str, Any], corpus: _Corpus) -> list[LabelledClaim]:
    """A claim for each set of evidence or, without evidence, for each document that is cited."""
    written, evidence = required_text(data, "claim", where, MAX_WRITTEN, _CLAIM_FORMAT), data.get("evidence")
    if evidence is None:
        raise QuestionError(f'{where} has no "evidence": the claims of this file are not labelled. {_FILES}')
    try:
        if evidence:
            sets = [(_sentences(doc_id, where, corpus), one) for doc_id, found in evidence.items() for one in found]
            return [_with_evidence(written, sentences, one, where) for sentences, one in sets]
        cited = [_sentences(doc_id, where, corpus) for doc_id in dict.fromkeys(data.get("cited_doc_ids") or [])]
    except (TypeError, KeyError, AttributeError) as fault:
        raise QuestionError(f"{where} is not a claim of SciFact. {_CLAIM_FORMAT}") from fault
    return [LabelledClaim(written, tuple(sentences.values()), *_NOT_STATED) for sentences in cited]


def _sentences(doc_id: Any, where: str, corpus: _Corpus) -> Mapping[int, Citation]:
    if not (sentences := corpus.get(str(doc_id))):
        raise QuestionError(f"{where}: corpus.jsonl has no abstract of document {in_quotes(str(doc_id))}.")
    return sentences


def _with_evidence(written: str, sentences: Mapping[int, Citation], one: Any, where: str) -> LabelledClaim:
    """The claim by `one` set of evidence, {"sentences", "label"}."""
    label, indexes = str(one["label"]).upper(), dict.fromkeys(one["sentences"])
    if label not in _LABELS:
        raise QuestionError(f"{where}: a label must be SUPPORT or CONTRADICT, not {in_quotes(label)}.")
    if not indexes:
        raise QuestionError(f"{where}: there is evidence without sentences. {_CLAIM_FORMAT}")
    for index in indexes:
        if index not in sentences:
            raise QuestionError(f"{where}: the abstract that is cited has no sentence {in_quotes(str(index))}.")
    return LabelledClaim(written, tuple(sentences[index] for index in indexes), *_LABELS[label])
