"""Whether questions can be answered, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rag
from rag.errors import RagError
from rag.index import generations
from rag.llm import describe
from rag.query.question import MAX_QUESTION_CHARS
from rag.web.bounds import MAX_BODY_BYTES
from rag.web.places import MAX_WAITING, MAX_WAITING_OF_OWNER
from rag.web.trouble import of_index

if TYPE_CHECKING:
    from rag.chat.library import Library

LIMITS_JSON = {
    "questions": MAX_WAITING,
    "questions_of_caller": MAX_WAITING_OF_OWNER,
    "question_chars": MAX_QUESTION_CHARS,
    "body_bytes": MAX_BODY_BYTES,
}


def status_json(library: Library, message: str, questions: int, is_changing: bool) -> dict[str, Any]:
    """What `rag.web.v1.replies.StatusReply` describes; `questions` are worked on or wait. Opens the index.

    `message` says why that cannot be done, if it is known already.
    """
    index_dir = library.settings.index_dir
    papers, name, generation = 0, "", ""
    model, writer = describe(library.settings.llm), library.style()
    try:
        info = library.info()
        papers, name, model, writer = info.papers, info.name, info.model, info.writer
        generation = library.retriever().store.folder.name
        message = ""
    except RagError as fault:
        message = message or of_index(fault, index_dir).line
    return {
        "ready": not message,
        "message": message,
        "version": rag.__version__,
        "collection": name,
        "papers": papers,
        "generation": generation,
        "changing": is_changing or generations.is_changing(index_dir),
        "model": model,
        "writer": writer,
        "questions": questions,
        "limits": LIMITS_JSON,
    }
