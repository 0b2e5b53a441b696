"""A capable model: all evidence in one call, each line of the reply checked against the sentences that it names."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Statement, Style
from rag.answer.writers.checked import CheckedSentences
from rag.answer.writers.task import LABEL, MAX_SENTENCE, Check, Task, told
from rag.language.tokens import content_words, tokenize
from rag.llm import prompts

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

READ = 20  # papers whose evidence a model reads at once
SYNTHESIS_TOKENS = 900  # of a reply to all evidence
_LEADING_LABELS = re.compile(r"^((?:\s*\[[^\[\]]{1,60}\])+)[\s:.,–-]*(\S[^\[\]]*)$")
_BRACKETS = str.maketrans("【】", "[]")  # in which some models set labels


class SynthesisWriter:
    """A capable model writes the answer from all evidence, each line naming the sentences that it comes from."""

    style: Style = "synthesis"

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None, entailment: bool) -> None:
        self._model, self._checked = model, CheckedSentences(model, check, prompts_dir, entailment)
        self._prompt = prompts.load("synthesis", prompts_dir)

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        labelled = await self._fitting(task)
        shown: set[Citation] = set()  # what a quote or a sentence shows already
        async with aclosing(self._lines(task.question, labelled)) as lines:
            async for line in lines:
                for text, labels in labelled_sentences(line):
                    cited = _cited(labels, text, labelled)
                    if not cited:
                        continue
                    statement = await self._checked.statement(task, text, cited)
                    if not shown.issuperset(statement.citations):
                        shown.update(statement.citations)
                        yield statement

    async def _fitting(self, task: Task) -> dict[str, Citation]:
        """As much evidence as the model has room for, by its label: 1a, 1b, 2a…"""
        room = self._model.context - SYNTHESIS_TOKENS - await self._tokens(self._messages(task.question, {}))
        fitting: dict[str, Citation] = {}
        for n, of_paper in enumerate(task.evidence[:READ], 1):
            labelled = {f"{n}{chr(97 + at)}": citation for at, citation in enumerate(of_paper)}
            room -= await self._model.count(_evidence(labelled))
            if room < 0:
                break
            fitting |= labelled
        return fitting

    async def _tokens(self, messages: Sequence[ChatMessage]) -> int:
        return await self._model.count("\n".join(str(message.content) for message in messages))

    def _messages(self, question: str, labelled: dict[str, Citation]) -> list[ChatMessage]:
        return self._prompt.format_messages(question=prompts.data(question, MAX_SENTENCE), evidence=_evidence(labelled))

    async def _lines(self, question: str, labelled: dict[str, Citation]) -> AsyncGenerator[str]:
        """The lines of the reply, each as soon as it is complete."""
        if not labelled:
            return
        begun = ""
        async with aclosing(self._model.stream(self._messages(question, labelled), SYNTHESIS_TOKENS)) as pieces:
            async for piece in pieces:
                *lines, begun = (begun + piece).split("\n")
                for line in lines:
                    yield line
        yield begun


def labelled_sentences(line: str) -> Iterator[tuple[str, list[str]]]:
    """The sentences of a line that a model wrote, each with its labels, without list marks and markup.

    Labels stand behind what they are for, within a sentence too, or all before it.
    """
    line = re.sub(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+|[*_`]{2,}", "", line.translate(_BRACKETS))
    line = _LEADING_LABELS.sub(r"\2 \1", line)
    line = told(line)
    begun, labels = "", list[str]()
    for match in re.finditer(rf"([^\[\]]+)((?:{LABEL.pattern}[\s.,;]*)*)", line):
        begun = f"{begun} {match[1].strip()}".strip()
        labels += [label for group in LABEL.findall(match[2]) for label in re.split(r"[,;\s]+", group.strip())]
        if not _goes_on(match, line):
            if any(tokenize(begun)):
                yield _ended(begun), labels
            begun, labels = "", []


def _goes_on(match: re.Match[str], line: str) -> bool:
    """Whether the sentence goes on behind the labels of `match`: no mark ends it, and a small letter follows."""
    ended = match[1].rstrip().endswith((".", "!", "?")) or "." in LABEL.sub("", match[2])
    return not ended and line[match.end() : match.end() + 1].islower()


def _ended(text: str) -> str:
    text = re.sub(r"\s+([.,;!?])", r"\1", text.strip(" \t.,;"))
    return text if text.endswith(("!", "?")) else f"{text}."


def _cited(labels: Sequence[str], text: str, labelled: dict[str, Citation]) -> tuple[Citation, ...]:
    """What `labels` name: sentences, or papers by number. Without any the sentence that has most words of `text`."""
    named = [key for label in labels for key in labelled if key == label or key.rstrip(ascii_lowercase) == label]
    if not named and labelled:
        said = content_words(text)
        best = max(labelled, key=lambda key: len(said & content_words(labelled[key].quote)))
        named = [best] if said & content_words(labelled[best].quote) else []
    return tuple(labelled[key] for key in dict.fromkeys(named))


def _evidence(labelled: dict[str, Citation]) -> str:
    """Titles and sentences as a prompt shows them."""
    lines, last = [], ""
    for label, citation in labelled.items():
        if citation.paper.key != last:
            last = citation.paper.key
            lines.append(f"From “{prompts.data(citation.paper.title, MAX_SENTENCE)}”:")
        lines.append(f"[{label}] {prompts.data(citation.quote, MAX_SENTENCE)}")
    return "\n".join(lines)
