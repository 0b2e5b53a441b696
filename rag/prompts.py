"""The texts in prompts/: loaded by name, their placeholders checked, as LlamaIndex chat templates."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from rag.errors import SettingsError
from rag.settings import shipped

if TYPE_CHECKING:
    from llama_index.core import ChatPromptTemplate

_TURN = re.compile(r"^## (system|user|assistant)\s*$", re.MULTILINE)


def load(name: str, placeholders: set[str]) -> ChatPromptTemplate:
    """prompts/<name>.md as a chat: each "## system", "## user" or "## assistant" heading opens a message.

    Raises SettingsError where the file is missing, has no message, or lacks or adds a placeholder.
    """
    from llama_index.core import ChatPromptTemplate
    from llama_index.core.llms import ChatMessage

    file = shipped("prompts") / f"{name}.md"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise SettingsError(f"Prompt {file} cannot be read: {reason}. Restore it.") from fault
    _, *parts = _TURN.split(text)
    _check(str(file), "".join(parts[1::2]), placeholders)
    turns = zip(parts[::2], parts[1::2], strict=True)
    return ChatPromptTemplate([ChatMessage(role=role, content=content.strip()) for role, content in turns])


def _check(file: str, text: str, wanted: set[str]) -> None:
    try:
        found = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as fault:
        raise SettingsError(f"Prompt {file}: {fault}; a brace that is meant is doubled. Correct it.") from fault
    if found != wanted:
        wrong = [f"lacks {{{name}}}" for name in sorted(wanted - found)]
        wrong += [f"has an unknown {{{name}}}" for name in sorted(found - wanted)]
        raise SettingsError(f"Prompt {file} {' and '.join(wrong)}. Correct it.")
