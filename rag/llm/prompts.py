"""The texts in prompts/: loaded by name, their placeholders checked, as LlamaIndex chat templates."""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsError
from rag.settings import shipped
from rag.text import one_line

if TYPE_CHECKING:
    from llama_index.core import ChatPromptTemplate

PLACEHOLDERS = {
    "rephrase": {"question", "title", "sentence"},
    "synthesis": {"question", "evidence"},
    "repair": {"question", "evidence", "sentence", "reason"},
    "entailment": {"evidence", "sentence"},
}
_TURN = re.compile(r"^## (system|user|assistant)\s*$", re.MULTILINE)
# What sets text apart in our prompts, in chat templates and in Markdown, and a look-alike that sets nothing apart.
_DELIMITERS = {"[": "(", "]": ")", "<": "‹", ">": "›", "{": "(", "}": ")", "`": "'"}


def load(name: str, folder: Path | None = None) -> ChatPromptTemplate:
    """The prompt `name` as a chat: each "## system", "## user" or "## assistant" heading opens a message.

    It is <name>.md in `folder` if that holds one, else in prompts/. Raises SettingsError where the file cannot be read,
    has no message, or lacks or adds a placeholder.
    """
    from llama_index.core import ChatPromptTemplate
    from llama_index.core.llms import ChatMessage

    own = folder / f"{name}.md" if folder else None
    file = own if own and own.is_file() else shipped("prompts") / f"{name}.md"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise SettingsError(f"Prompt {file} cannot be read: {reason}. Restore it.") from fault
    _, *parts = _TURN.split(text)
    _check(str(file), "".join(parts[1::2]), PLACEHOLDERS[name])
    turns = zip(parts[::2], parts[1::2], strict=True)
    return ChatPromptTemplate([ChatMessage(role=role, content=content.strip()) for role, content in turns])


def check(folder: Path) -> None:
    """Raises SettingsError where `folder` is none, holds a prompt of no known name, or one that cannot be used."""
    if not folder.is_dir():
        raise SettingsError(f"No such folder of prompts: {folder}. Correct RAG_PROMPTS_DIR.")
    for file in sorted(folder.glob("*.md")):
        if file.stem not in PLACEHOLDERS:
            raise SettingsError(f"{file} is no prompt of ours. They are: {', '.join(f'{n}.md' for n in PLACEHOLDERS)}.")
        load(file.stem, folder)


def data(text: str, limit: int) -> str:
    """`text` as it may stand in a prompt: one line of at most `limit` characters that opens and closes nothing.

    Letters of other widths that look like a delimiter count as one; what has no shape is left out.
    """
    shaped = (c for c in text if unicodedata.category(c) not in ("Cf", "Co", "Cn"))
    return one_line("".join(_DELIMITERS.get(unicodedata.normalize("NFKC", c), c) for c in shaped))[:limit]


def _check(file: str, text: str, wanted: set[str]) -> None:
    try:
        found = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as fault:
        raise SettingsError(f"Prompt {file}: {fault}; a brace that is meant is doubled. Correct it.") from fault
    if found != wanted:
        wrong = [f"lacks {{{name}}}" for name in sorted(wanted - found)]
        wrong += [f"has an unknown {{{name}}}" for name in sorted(found - wanted)]
        raise SettingsError(f"Prompt {file} {' and '.join(wrong)}. Correct it.")
