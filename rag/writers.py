"""Who puts evidence into words: quotes, a model one sentence at a time, or a model that sees all evidence at once.

Whatever a model writes is checked against the sentences it cites. What fails is written once more, and then quoted.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from rag import prompts
from rag.check import Finding, cut
from rag.citations import Citation, Statement
from rag.kinds import Kind
from rag.papers import plain
from rag.words import STOP_WORDS, words

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm import Model

Style = Literal["quotes", "sentences", "synthesis"]
CAPABLE = 3_000_000_000  # weights from which on a model is trusted with all evidence at once
REPHRASED = 8  # papers whose sentences a small model may phrase: a list of sixty must not wait minutes for it
READ = 20  # papers whose evidence a capable model reads at once
SENTENCE_TOKENS = 120  # of a reply of one sentence; the longest worth writing has about 80
SYNTHESIS_TOKENS = 900  # of a reply to all evidence
MAX_SENTENCE = 1_000  # characters of a sentence that a model is shown; a longer one is cut there, or only quoted
LABEL = re.compile(r"\[([^\[\]]{1,60})\]")

Check = Callable[[str, Sequence[Citation]], Finding]


@dataclass(frozen=True)
class Task:
    """A question, and the evidence that answers it: the citations of each paper, the best paper first."""

    question: str
    kind: Kind
    evidence: tuple[tuple[Citation, ...], ...]


class Writer(Protocol):
    """Writes the sentences of an answer, in order. May raise ModelError at any of them."""

    style: Style

    def write(self, task: Task) -> AsyncGenerator[Statement]: ...


def choose(model: Model | None, style: str, check: Check, prompts_dir: Path | None, entailment: bool) -> Writer:
    """The writer for `model`: of the `style` that is named, or for "auto" of the one that its size allows.

    Raises SettingsError for a prompt that cannot be used.
    """
    if model is None or style == "quotes":
        return Quotes()
    if style == "auto":
        style = "sentences" if (model.parameters or CAPABLE) < CAPABLE else "synthesis"
    if style == "sentences":
        return Sentences(model, check, prompts_dir)
    return Synthesis(model, check, prompts_dir, entailment)


class Quotes:
    """The abstracts' own sentences. Those that several papers share are given once."""

    style: Style = "quotes"

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for statement in quoted(task.evidence):
            yield statement


class Sentences:
    """A small model tells one sentence at a time without its "we". All else it would make slower and worse only."""

    style: Style = "sentences"

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None) -> None:
        self._model, self._check = model, check
        self._prompt = prompts.load("rephrase", prompts_dir)

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for rank, of_paper in enumerate(task.evidence):
            for statement in quoted([of_paper]):
                yield await self._phrased(task.question, statement) if rank < REPHRASED else statement

    async def _phrased(self, question: str, quote: Statement) -> Statement:
        (citation,) = quote.citations
        if not cut.first_person(citation.quote) or len(citation.quote) > MAX_SENTENCE:
            return quote
        said = {"question": question, "title": citation.paper.title, "sentence": citation.quote}
        messages = self._prompt.format_messages(**{name: prompts.data(text, MAX_SENTENCE) for name, text in said.items()})
        written = _first_line(await self._model.complete(messages, SENTENCE_TOKENS))
        # A small model that leaves the words of its source is lost; only a cut of it will do.
        holds = written != citation.quote and cut.supported(written, citation.quote, citation.paper.title)
        return Statement(written, (citation,), "supported") if holds else quote


class Synthesis:
    """A capable model writes the answer from all evidence, each line naming the sentences that it comes from."""

    style: Style = "synthesis"

    def __init__(self, model: Model, check: Check, prompts_dir: Path | None, entailment: bool) -> None:
        self._model, self._check = model, check
        self._prompt, self._repair = prompts.load("synthesis", prompts_dir), prompts.load("repair", prompts_dir)
        self._entailment = prompts.load("entailment", prompts_dir) if entailment else None

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        labelled = await self._fitting(task)
        shown: set[str] = set()
        async with aclosing(self._lines(task.question, labelled)) as lines:
            async for line in lines:
                for text, labels in sentences(line):
                    statement = await self._checked(task.question, text, _cited(labels, text, labelled))
                    if statement and plain(statement.text) not in shown:
                        shown.add(plain(statement.text))
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
        return self._prompt.format_messages(
            question=prompts.data(question, MAX_SENTENCE), evidence=_evidence(labelled)
        )

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

    async def _checked(self, question: str, text: str, citations: tuple[Citation, ...]) -> Statement | None:
        """`text` if what it cites supports it, as it is or written once more; else the quote nearest to it."""
        if not citations:
            return None
        finding = await self._finding(text, citations)
        if finding.verdict is None:
            text = await self._repaired(question, text, citations, finding.reason)
            finding = await self._finding(text, citations)
        if finding.verdict is None:
            nearest = max(citations, key=lambda one: len(_content(one.quote) & _content(text)))
            return Statement(nearest.quote, (nearest,), "quote")
        return Statement(text, citations, finding.verdict)

    async def _finding(self, text: str, citations: tuple[Citation, ...]) -> Finding:
        finding = self._check(text, citations)
        if finding.verdict is None or self._entailment is None:
            return finding
        messages = self._entailment.format_messages(evidence=_plain_evidence(citations), sentence=prompts.data(text, MAX_SENTENCE))
        reply = await self._model.complete(messages, SENTENCE_TOKENS)
        return finding if reply.strip().lower().startswith("yes") else Finding(None, "the evidence does not state it all")

    async def _repaired(self, question: str, text: str, citations: tuple[Citation, ...], reason: str) -> str:
        said = {"question": question, "sentence": text, "reason": reason}
        messages = self._repair.format_messages(
            evidence=_plain_evidence(citations), **{name: prompts.data(value, MAX_SENTENCE) for name, value in said.items()}
        )
        return LABEL.sub("", _first_line(await self._model.complete(messages, SENTENCE_TOKENS))).strip()


def quoted(evidence: Sequence[Sequence[Citation]]) -> Iterator[Statement]:
    """A statement for each sentence of `evidence`; those of the same words as one, which cites them all."""
    alike: dict[str, list[Citation]] = {}
    for citation in (one for of_paper in evidence for one in of_paper):
        alike.setdefault(plain(citation.quote) or citation.quote, []).append(citation)
    for citations in alike.values():
        yield Statement(citations[0].quote, tuple(citations), "quote")


def sentences(line: str) -> Iterator[tuple[str, list[str]]]:
    """The sentences of a line that a model wrote, each with the labels behind it, without list marks and markup."""
    line = re.sub(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+|[*_`]{2,}", "", line)
    for match in re.finditer(rf"([^\[\]]+)((?:{LABEL.pattern}[\s.,;]*)*)", line):
        text = re.sub(r"\s+([.,;!?])", r"\1", match[1].strip(" \t.,;"))
        if any(words(text)):
            labels = [label.strip() for group in LABEL.findall(match[2]) for label in re.split(r"[,;\s]+", group)]
            yield (text if text.endswith(("!", "?")) else f"{text}."), labels


def _cited(labels: Sequence[str], text: str, labelled: dict[str, Citation]) -> tuple[Citation, ...]:
    """What `labels` name: sentences, or papers by number. Without any the sentence that has most words of `text`."""
    named = [key for label in labels for key in labelled if key == label or key.rstrip("abc") == label]
    if not named and labelled:
        said = _content(text)
        best = max(labelled, key=lambda key: len(said & _content(labelled[key].quote)))
        named = [best] if said & _content(labelled[best].quote) else []
    return tuple(labelled[key] for key in dict.fromkeys(named))


def _evidence(labelled: dict[str, Citation]) -> str:
    """Titles and sentences as a prompt shows them."""
    lines, last = [], ""
    for label, citation in labelled.items():
        if citation.paper.key != last:
            last = citation.paper.key
            lines.append(f"Paper {label.rstrip('abc')}: {prompts.data(citation.paper.title, MAX_SENTENCE)}")
        lines.append(f"[{label}] {prompts.data(citation.quote, MAX_SENTENCE)}")
    return "\n".join(lines)


def _plain_evidence(citations: Sequence[Citation]) -> str:
    return "\n".join(
        f"{prompts.data(one.paper.title, MAX_SENTENCE)}: {prompts.data(one.quote, MAX_SENTENCE)}" for one in citations
    )


def _content(text: str) -> set[str]:
    return {word for word in words(text) if word not in STOP_WORDS}


def _first_line(reply: str) -> str:
    line = next((line.strip() for line in reply.splitlines() if line.strip()), "")
    return line if line.endswith((".", "!", "?")) else f"{line}." if line else ""
