"""What a client asks of the model, none of which is trusted."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.chat.conversation import MAX_HISTORY
from rag.chat.messages import MAX_ANSWER_CHARS, Message
from rag.errors import QuestionError
from rag.query.question import MAX_QUESTION_CHARS, check_length
from rag.web.asking import clean
from rag.web.openai.background import reply_to_prompt
from rag.web.openai.errors import ParameterError
from rag.web.turns import Choices

# Each model that clients are offered, by what it chooses: the settings' writer, or quotes only.
OPENAI_MODELS = {"rag": Choices(), "rag-quotes": Choices(writer="quotes")}
MAX_MODEL_CHARS = 80  # of a name that is told back
MAX_PROMPT_OF_CLIENT_CHARS = 200_000  # clients send some with the last messages of a chat
# A line of our answers that names a paper: "[1] Ada Lovelace (2024). [Owls](<https://…>)."
_REFERENCE = re.compile(r"^\[\d{1,4}\] .++$", re.MULTILINE)
_LINK = re.compile(r"\]\(<[^<>\n]*+>\)")


@dataclass(frozen=True, slots=True)
class Completion:
    """What a client asks: the `question` after the messages of the `history`, of the `model`.

    `said` is the reply to a prompt that is no question, "" to a question. The answer is sent as a stream if it
    `is_stream`, with a last chunk for the usage if it `has_usage`.
    """

    model: str
    question: str
    history: tuple[Message, ...] = ()
    said: str = ""
    is_stream: bool = False
    has_usage: bool = False


def parse_completion(data: object) -> Completion:
    """What `data`, any JSON, asks. Raises ParameterError, which says what is wrong with which field.

    Fields on how a model samples and how much it writes are ignored: each sentence comes whole, with its citations.
    """
    if not isinstance(data, dict):
        raise ParameterError('A request must be an object: {"model": "rag", "messages": […]}.')
    model = known_model(data.get("model"))
    _check_wishes(data)
    options = data.get("stream_options")
    has_usage = isinstance(options, dict) and options.get("include_usage") is True
    messages = _messages(data.get("messages"))
    text = _text(messages[-1], is_question=True)
    said = reply_to_prompt(text[:MAX_PROMPT_OF_CLIENT_CHARS])
    question = "" if said else _question(text)
    return Completion(model, question, _history(messages[:-1]), said, bool(data.get("stream")), has_usage)


def known_model(name: object) -> str:
    """`name`, which is that of a model. Raises ParameterError if there is none of that name."""
    if not isinstance(name, str):
        raise ParameterError("“model” must be text.", "model")
    if name not in OPENAI_MODELS:
        ours = " and ".join(OPENAI_MODELS)
        shown = clean(name[:MAX_MODEL_CHARS])
        raise ParameterError(f"There is no model “{shown}” here, only {ours}.", "model", "model_not_found", 404)
    return name


def _check_wishes(data: dict[str, Any]) -> None:
    """Raises ParameterError for what a client would rely on and not get."""
    if data.get("n") not in (None, 1):
        raise ParameterError("There is one answer to a question: “n” must be 1.", "n")
    if data.get("stream") not in (None, True, False):
        raise ParameterError("“stream” must be true or false.", "stream")
    form = data.get("response_format")
    if form is not None and not (isinstance(form, dict) and form.get("type") == "text"):
        raise ParameterError("Answers are text: “response_format” must be left out.", "response_format")
    for field in ("tool_choice", "function_call"):
        if data.get(field) not in (None, "auto", "none"):
            raise ParameterError(f"No tools are called here: “{field}” must be left out.", field)


def _messages(data: object) -> list[dict[str, Any]]:
    """The messages of user and assistant, the last of which is the question."""
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise ParameterError('“messages” must be a list of objects: [{"role": "user", "content": "…"}].', "messages")
    if not data or data[-1].get("role") != "user":
        raise ParameterError("The last of the “messages” must be a question, with the role “user”.", "messages")
    return [one for one in data if one.get("role") in ("user", "assistant")]


def _text(message: dict[str, Any], *, is_question: bool = False) -> str:
    """The text of a message, whose content is text, or parts of which some are. A question has no other parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [one["text"] for one in parts if isinstance(one, dict) and isinstance(one.get("text"), str)]
    if is_question and (not parts or len(texts) < len(parts)):
        raise ParameterError("A question must be text: no images, sounds or files are read.", "messages")
    return "\n".join(texts)


def _question(text: str) -> str:
    try:
        check_length(text)  # before it is cleaned, which takes as long as it is
        question = clean(text)
        check_length(question)
    except QuestionError as fault:
        raise ParameterError(str(fault), "messages") from fault
    return question


def _history(messages: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    """The earlier questions, and of the last answer that names papers the lines that do; else the last answer.

    What it quotes may be the title of another paper, such as “Owls”.
    """
    questions = [_text(one)[:MAX_QUESTION_CHARS] for one in messages if one["role"] == "user"][-MAX_HISTORY:]
    asked = [Message(role="user", content=clean(text)) for text in questions]
    answers = [_text(one)[:MAX_ANSWER_CHARS] for one in messages if one["role"] == "assistant"]
    named = ("\n".join(_REFERENCE.findall(text)) for text in reversed(answers))
    last = next(filter(None, named), answers[-1] if answers else "")
    unescaped = html.unescape(_LINK.sub("]", last))
    return (*asked, *([Message(role="assistant", content=unescaped)] if last else []))
