"""The prompts in prompts/ as LlamaIndex chat templates, after a check of their placeholders."""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsError
from rag.llm.importing import import_llama_index
from rag.settings import shipped
from rag.text import one_line

if TYPE_CHECKING:
    from llama_index.core import ChatPromptTemplate

PLACEHOLDERS = {
    "sentence": {"title", "sentences"},
    "synthesis": {"question", "evidence", "shape"},
    "reading": {"earlier", "cited", "question"},
    "terms": {"question"},
    "grade": {"question", "papers"},
    "judge": {"evidence", "sentence"},
    "judge_all": {"pairs"},
}
_TURN = re.compile(r"^## (system|user|assistant)\s*$", re.MULTILINE)
# Characters that delimit text in our prompts, in chat templates and in Markdown → similar ones that do not.
_DELIMITERS = {"[": "(", "]": ")", "<": "‹", ">": "›", "{": "(", "}": ")", "`": "'"}


def load(name: str, folder: Path | None = None) -> ChatPromptTemplate:
    """The prompt `name` as a chat: each "## system", "## user" or "## assistant" heading starts a message.

    The file is <name>.md in `folder` if it exists, else in prompts/. Raises SettingsError if it cannot be read, has no
    message, or its placeholders are not those of `PLACEHOLDERS`.
    """
    import_llama_index()
    from llama_index.core import ChatPromptTemplate
    from llama_index.core.llms import ChatMessage

    custom = folder / f"{name}.md" if folder else None
    file = custom if custom and custom.is_file() else shipped("prompts") / f"{name}.md"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise SettingsError(f"Prompt {file} cannot be read: {reason}. Restore it.") from fault
    _, *parts = _TURN.split(text)
    _check(str(file), "".join(parts[1::2]), PLACEHOLDERS[name])
    turns = zip(parts[::2], parts[1::2], strict=True)
    return ChatPromptTemplate(
        [ChatMessage(role=role, content=_single_braces(content.strip())) for role, content in turns]
    )


def check(folder: Path) -> None:
    """Raises SettingsError if `folder` does not exist, or contains a prompt that is unknown or invalid."""
    if not folder.is_dir():
        raise SettingsError(f"No such folder of prompts: {folder}. Correct RAG_PROMPTS_DIR.")
    for file in sorted(folder.glob("*.md")):
        if file.stem not in PLACEHOLDERS:
            raise SettingsError(f"Unknown prompt {file}. Known: {', '.join(f'{name}.md' for name in PLACEHOLDERS)}.")
        load(file.stem, folder)


def sanitize(text: str, max_chars: int) -> str:
    """`text` as data for a prompt: one line of at most `max_chars` characters without delimiters.

    Full-width and other variants of a delimiter are replaced too; invisible characters are dropped.
    """
    visible = (c for c in text if unicodedata.category(c) not in ("Cf", "Co", "Cn"))
    return one_line("".join(_DELIMITERS.get(unicodedata.normalize("NFKC", c), c) for c in visible))[:max_chars]


def _single_braces(text: str) -> str:
    """`text` with each doubled brace as one: LlamaIndex, which fills in the placeholders, leaves all others alone."""
    parts = string.Formatter().parse(text)
    return "".join(literal if field is None else f"{literal}{{{field}}}" for literal, field, _, _ in parts)


def _check(file: str, text: str, expected: set[str]) -> None:
    try:
        found = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as fault:
        raise SettingsError(f"Prompt {file}: {fault}; double a brace that is part of the text. Correct it.") from fault
    if found != expected:
        faults = [f"lacks {{{name}}}" for name in sorted(expected - found)]
        faults += [f"has an unknown {{{name}}}" for name in sorted(found - expected)]
        raise SettingsError(f"Prompt {file} {' and '.join(faults)}. Correct it.")
