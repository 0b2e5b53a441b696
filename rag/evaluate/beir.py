"""BEIR folders: corpus.jsonl {"_id", "title", "text"}, queries.jsonl {"_id", "text"}, and qrels.tsv or qrels/test.tsv.

A corpus gets its own index next to the user's. Its titles may be missing or shared, so documents are identified by
their ids, and none are merged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from rag.chat.rebuild import build_index
from rag.errors import QuestionError, StoreError
from rag.evaluate.questions import JudgedQuestion, parse_grade
from rag.index.opening import open_current
from rag.paper import MAX_ABSTRACT, MAX_TITLE, Paper
from rag.progress import Progress
from rag.query import batch
from rag.query.batch import BatchQuestion
from rag.settings import Settings
from rag.text import clean_line

_TITLE_WORDS = 10  # first words of the text, used if a document has no title: papers often open with theirs
_FOLDER_FORMAT = "A BEIR folder has corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv."


@dataclass(frozen=True)
class BeirFolder:
    """The judged queries of a BEIR folder, to be asked of its own corpus."""

    questions: list[JudgedQuestion]
    folder: Path
    notice: ClassVar[str] = ""

    def name_of(self, paper: Paper) -> str:
        return paper.ids[0]

    def prepare(self, settings: Settings, progress: Progress) -> Settings:
        """`settings` with an index of the corpus, kept in `eval/` of their `index_dir`, one per embedding.

        Raises QuestionError if the corpus cannot be read, ModelError and StoreError as `build_index` does.
        """
        index_dir = settings.index_dir / "eval" / f"{self.folder.resolve().name}-{self._digest(settings.embedding)}"
        try:
            open_current(index_dir).close()
        except StoreError:  # missing or damaged
            build_index(documents(self.folder), [self.folder], index_dir, settings.embedding, progress)
        return settings.model_copy(update={"index_dir": index_dir})

    def _digest(self, embedding: str) -> str:
        with (self.folder / "corpus.jsonl").open("rb") as corpus:
            digest = hashlib.file_digest(corpus, "sha256")
        digest.update(embedding.encode())
        return digest.hexdigest()[:12]


def read(folder: Path) -> BeirFolder:
    """The queries of `folder` that have a relevant document; the others count as not judged.

    Raises QuestionError, naming file and line, if a file is missing or malformed, or no document is relevant.
    """
    relevant = _qrels(_file(folder, "qrels.tsv", "qrels/test.tsv"))
    _file(folder, "corpus.jsonl")
    queries = _query_texts(_file(folder, "queries.jsonl"))
    if unknown := next((query for query in relevant if query not in queries), None):
        raise QuestionError(f"The qrels of {folder} judge query {unknown}, which is not in queries.jsonl.")
    questions = [JudgedQuestion(BatchQuestion(queries[query], query), names) for query, names in relevant.items()]
    return BeirFolder(questions, folder)


def documents(folder: Path) -> list[Paper]:
    """The documents of `folder` as papers with the id "beir:<_id>", without those that have no words.

    Titles and texts are cut to what a paper may have. Raises QuestionError if a line is not a document.
    """
    papers: dict[str, Paper] = {}
    for where, data in batch.json_lines(folder / "corpus.jsonl"):
        id, title, text = (_field(data, field, where) for field in ("_id", "title", "text"))
        if id in papers:
            raise QuestionError(f"{where}: an earlier document has the same _id, {id}.")
        title = title or " ".join(text.split()[:_TITLE_WORDS])
        if title:
            papers[id] = Paper(title[:MAX_TITLE], text[:MAX_ABSTRACT] or title, ids=(_name(id),), source=folder.name)
    if not papers:
        raise QuestionError(f"There are no documents in {folder / 'corpus.jsonl'}. {_FOLDER_FORMAT}")
    return list(papers.values())


def _file(folder: Path, *names: str) -> Path:
    """The first of the files `names` that is in `folder`."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise QuestionError(f"There is no {' or '.join(names)} in {folder}. {_FOLDER_FORMAT}")


def _query_texts(queries: Path) -> dict[str, str]:
    """The text of each query by its id."""
    return {_field(data, "_id", where): _field(data, "text", where) for where, data in batch.json_lines(queries)}


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    """For each query, its relevant documents with their grades."""
    relevant: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        next(lines, "")  # the header
        for n, line in enumerate(lines, 2):
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != 3:
                raise QuestionError(f"{path.name}:{n} is not a judgement. Each line is query-id, corpus-id, score.")
            if (grade := parse_grade(fields[2], f"{path.name}:{n}")) > 0:
                relevant.setdefault(clean_line(fields[0]), {})[_name(clean_line(fields[1]))] = grade
    if not relevant:
        raise QuestionError(f"No document in {path} is relevant. Each line is query-id, corpus-id, score.")
    return relevant


def _field(data: Any, field: str, where: str) -> str:
    """A field of a JSON line as one line of text; "" if it is missing, except for the id."""
    value = data.get(field) if isinstance(data, dict) else None
    if not isinstance(value, str | int | None) or (field == "_id" and value is None):
        raise QuestionError(f'{where} is not in BEIR format: each line has an "_id" and a "text".')
    return clean_line(str("" if value is None else value))


def _name(id: str) -> str:
    return f"beir:{id}"
