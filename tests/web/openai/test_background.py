"""Prompts that clients send by themselves are told from questions, and answered without a search."""

from __future__ import annotations

import json

import pytest

from rag.web.openai.background import reply_to_prompt

# As Open WebUI sends them, shortened.
TITLE = """### Task:
Generate a concise title summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Examples:
- { "title": "Stock Trends" },
### Chat History:
<chat_history>
USER: %s
ASSISTANT: “Owls hunt by ear.” [1]
</chat_history>"""
OTHERS = {
    "tags": '### Task:\nGenerate 1-3 broad tags\n### Output:\nJSON format: { "tags": ["tag1"] }\n<chat_history>\n',
    "follow_ups": '### Task:\nSuggest 3-5\nJSON format: { "follow_ups": ["Question 1?"] }\n<chat_history>\n',
    "queries": '### Task:\nAnalyze\nformat: { "queries": ["query1", "query2"] }, ensuring\n<chat_history>\n',
}
COMPLETE = '### Task:\nYou are an autocompletion system.\nreturn: `{ "text": "" }`.\n<chat_history>\nUSER: how?\n'
EMOJI = "Your task is to reflect the speaker's likely facial expression through a fitting emoji."
MERGE = "You have been provided with a set of responses from various models to the latest user query:"
LIBRECHAT = (
    "Provide a concise, 5-word-or-less title for the conversation, using its same language, with no punctuation.\n\n"
    "Conversation:\nUser: %s\nAI: “Owls hunt by ear.” [1]"
)


@pytest.mark.parametrize("question", ["how do owls hunt?", 'a "quoted" one', "über €"])
def test_a_chat_is_called_by_its_first_question(question: str) -> None:
    assert json.loads(reply_to_prompt(TITLE % question)) == {"title": question}
    assert reply_to_prompt(LIBRECHAT % question) == question


def test_a_long_title_is_cut_off_at_a_word() -> None:
    assert reply_to_prompt(LIBRECHAT % ("owls hunt " * 20)) == "owls hunt " * 5 + "owls hunt…"


def test_there_are_no_tags_follow_ups_or_queries() -> None:
    for key, prompt in OTHERS.items():
        assert json.loads(reply_to_prompt(prompt + "USER: how?\n</chat_history>")) == {key: []}
    assert json.loads(reply_to_prompt(COMPLETE)) == {"text": ""}


def test_an_emoji_and_merged_answers_are_no_questions_either() -> None:
    assert reply_to_prompt(f"{EMOJI} Interpret emotions.\n\nMessage: ```how do owls hunt?```") == "📄"
    assert reply_to_prompt(f'{MERGE} "how do owls hunt?"\n\nYour task is').startswith("Answers are not merged here")


@pytest.mark.parametrize(
    "question",
    [
        "how do owls hunt?",
        "### Task: which papers generate titles?",
        '### Task:\n{ "title": "x" }',
        "<chat_history>USER: how?</chat_history>",
        "Which papers provide a concise, 5-word-or-less title for the conversation?",
        "",
    ],
)
def test_questions_are_none_of_them(question: str) -> None:
    assert reply_to_prompt(question) == ""


def test_a_prompt_without_a_question_gives_an_empty_title() -> None:
    assert json.loads(reply_to_prompt(TITLE.replace("USER: %s\n", ""))) == {"title": ""}
    assert reply_to_prompt("Provide a concise, 5-word-or-less title for the conversation") == "Papers"
