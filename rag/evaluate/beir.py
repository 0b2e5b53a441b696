"""BEIR folders: corpus.jsonl {"_id", "title", "text"}, queries.jsonl {"_id", "text"}, and qrels.tsv or qrels/test.tsv.

Such a collection has an index of its own beside the user's: titles may be missing or shared there, so documents are
told apart by their ids, and none are merged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from rag.chat.rebuild import build_index
from rag.errors import QuestionError, StoreError
from rag.evaluate.questions import Judged, grade
from rag.index import store
from rag.paper import MAX_ABSTRACT, MAX_TITLE, Paper
from rag.progress import Progress
from rag.query import batch
from rag.query.batch import BatchQuestion
from rag.settings import Settings
from rag.text import clean_line

TITLE_WORDS = 10  # of the text, where a document has no title; papers often open with theirs
FOLDER = "A BEIR folder holds corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv."


@dataclass(frozen=True)
class Beir:
    """A BEIR folder's judged queries, over its own corpus."""

    judged: list[Judged]
    folder: Path
    notice: ClassVar[str] = ""

    def name(self, paper: Paper) -> str:
        return paper.ids[0]

    def indexed(self, settings: Settings, progress: Progress) -> Settings:
        """`settings` with an index of the corpus in `eval/` of their `index_dir`, one for each embedding, kept there.

        Raises QuestionError for a corpus that cannot be read, ModelError and StoreError as `build_index` does.
        """
        index_dir = settings.index_dir / "eval" / f"{self.folder.resolve().name}-{self._digest(settings.embedding)}"
        try:
            store.open_current(index_dir).close()
        except StoreError:  # not built yet, or damaged: the corpus is there to build it from
            build_index(documents(self.folder), [self.folder], index_dir, settings.embedding, progress)
        return settings.model_copy(update={"index_dir": index_dir})

    def _digest(self, embedding: str) -> str:
        with (self.folder / "corpus.jsonl").open("rb") as corpus:
            digest = hashlib.file_digest(corpus, "sha256")
        digest.update(embedding.encode())
        return digest.hexdigest()[:12]


def read(folder: Path) -> Beir:
    """The queries of `folder` that have a relevant document; others count as not judged.

    Raises QuestionError, naming file and line, where a file is missing, cannot be read or judges nothing.
    """
    relevant = _qrels(_file(folder, "qrels.tsv", "qrels/test.tsv"))
    _file(folder, "corpus.jsonl")
    queries = _texts(_file(folder, "queries.jsonl"))
    if unknown := next((query for query in relevant if query not in queries), None):
        raise QuestionError(f"The qrels of {folder} judge query {unknown}, which queries.jsonl does not hold.")
    return Beir([Judged(BatchQuestion(queries[query], query), names) for query, names in relevant.items()], folder)


def documents(folder: Path) -> list[Paper]:
    """The documents of `folder`, each with its id as "beir:<_id>"; those without any words are left out.

    What is longer than a paper may be is cut. Raises QuestionError for a line that is no document.
    """
    found: dict[str, Paper] = {}
    for where, data in batch.json_lines(folder / "corpus.jsonl"):
        name, title, text = (_field(data, field, where) for field in ("_id", "title", "text"))
        if name in found:
            raise QuestionError(f"{where}: a document with the _id {name} came before.")
        title = title or " ".join(text.split()[:TITLE_WORDS])
        if title:
            found[name] = Paper(title[:MAX_TITLE], text[:MAX_ABSTRACT] or title, ids=(_name(name),), source=folder.name)
    if not found:
        raise QuestionError(f"{folder / 'corpus.jsonl'} holds no document. {FOLDER}")
    return list(found.values())


def _file(folder: Path, *names: str) -> Path:
    """The first of the files `names` that `folder` holds."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise QuestionError(f"{folder} holds no {' or '.join(names)}. {FOLDER}")


def _texts(queries: Path) -> dict[str, str]:
    return {_field(data, "_id", where): _field(data, "text", where) for where, data in batch.json_lines(queries)}


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    """Relevant documents with their grades, by query."""
    found: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        next(lines, "")  # names the columns
        for n, line in enumerate(lines, 2):
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != 3:
                raise QuestionError(f"{path.name}:{n} is not a judgement. Each line is query-id, corpus-id, score.")
            if (score := grade(fields[2], f"{path.name}:{n}")) > 0:
                found.setdefault(clean_line(fields[0]), {})[_name(clean_line(fields[1]))] = score
    if not found:
        raise QuestionError(f"{path} judges no document as relevant. Its lines are query-id, corpus-id, score.")
    return found


def _field(data: Any, field: str, where: str) -> str:
    """A field of a line on one line; "" where it is missing, but for the id."""
    value = data.get(field) if isinstance(data, dict) else None
    if not isinstance(value, str | int | None) or (field == "_id" and value is None):
        raise QuestionError(f'{where} is not of BEIR: each line has an "_id" and a "text".')
    return clean_line(str("" if value is None else value))


def _name(document: str) -> str:
    return f"beir:{document}"
