"""What leaves the page as a file: the last answer, or the whole conversation, in each of `rag.export.FORMATS`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.citations import Answer
from rag.export import FORMATS
from rag.papers import plain
from rag.ui.session import Session

NAMES = {"md": "Markdown", "bib": "BibTeX", "csv": "CSV"}
LONGEST = 60  # characters of a file's name
MARK = "\ufeff"  # without it, Excel does not take a CSV file for UTF-8


def menu(session: Session) -> str:
    """A button for each file there is to save, behind one word; "" while there is none."""
    groups = [_group(scope, answers) for scope, answers in _scopes(session).items() if answers]
    return f'<details class="export"><summary>Export</summary><div>{"".join(groups)}</div></details>' if groups else ""


def file(session: Session, chosen: str) -> str:
    """{"name", "text"} as JSON of the file that a button's value names; "" where there is no such file."""
    scope, _, format_ = chosen.partition(".")
    answers = _scopes(session).get(scope)
    if not answers or format_ not in FORMATS:
        return ""
    name = plain(answers[0].question).replace(" ", "-")[:LONGEST] if scope == "answer" else ""
    text = FORMATS[format_](*answers)
    return json.dumps({"name": f"{name or scope}.{format_}", "text": MARK + text if format_ == "csv" else text})


def _scopes(session: Session) -> dict[str, Sequence[Answer]]:
    last, turns = session.turns[-1], session.turns
    if last.running:
        return {}
    said = [turn.reply for turn in turns if turn.reply]
    return {"answer": [last.reply] if last.reply else [], "conversation": said if len(turns) > 1 else []}


def _group(scope: str, answers: Sequence[Answer]) -> str:
    cites = any(answer.citations for answer in answers)
    buttons = "".join(
        f'<button value="{scope}.{format_}"{"" if cites or format_ == "md" else " disabled"}>{name}</button>'
        for format_, name in NAMES.items()
    )
    return f'<p role="group" aria-label="Export the {scope}">{scope.capitalize()}: {buttons}</p>'
