"""The prompts that clients send by themselves, for the title of a chat and the like: they ask nothing of the papers."""

from __future__ import annotations

import json
import re

MAX_CHAT_TITLE_CHARS = 60
# Open WebUI's prompts begin with the first and show the form of the reply: { "title": "…" }.
_TASK, _CHAT = "### Task:", "<chat_history>"
_FORM = re.compile(r'\{ {0,3}"(title|tags|follow_ups|queries|text|prompt)" {0,3}:')
_EMPTY: dict[str, str | list[str]] = {"tags": [], "follow_ups": [], "queries": [], "text": "", "prompt": ""}
_TITLE_ONLY = "Provide a concise, 5-word-or-less title for the conversation"  # LibreChat's prompt
# Of Open WebUI's prompts that have no form: one for an emoji by which a message is read out, one to merge answers.
_EMOJI = "Your task is to reflect the speaker's likely facial expression through a fitting emoji."
_MERGE = "You have been provided with a set of responses from various models to the latest user query:"
_NOT_MERGED = "Answers are not merged here: each cites the papers that it is from. Ask the question of “rag” alone."
_SAID = re.compile(r"^user: {0,3}(\S.*+)$", re.IGNORECASE | re.MULTILINE)


def reply_to_prompt(prompt: str) -> str:
    """The reply to a `prompt` that a client sends by itself; "" if it is a question.

    A chat is called by its first question. There are no tags, follow-ups or search queries, and answers are not merged.
    """
    if prompt.startswith(_EMOJI):
        return "📄"
    if prompt.startswith(_MERGE):
        return _NOT_MERGED
    if prompt.startswith(_TITLE_ONLY):
        return _title(prompt) or "Papers"
    form = _FORM.search(prompt) if prompt.startswith(_TASK) and _CHAT in prompt else None
    if form is None:
        return ""
    key = form[1]
    return json.dumps({key: _title(prompt.rpartition(_CHAT)[2]) if key == "title" else _EMPTY[key]})


def _title(chat: str) -> str:
    """The first question of `chat`, cut off if it is long; "" without one."""
    asked = _SAID.search(chat)
    words = asked[1] if asked else ""
    return words if len(words) <= MAX_CHAT_TITLE_CHARS else f"{words[:MAX_CHAT_TITLE_CHARS].rsplit(' ', 1)[0]}…"
