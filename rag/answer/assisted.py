"""What a model adds to the quotes: its reading of the question, its grades of papers, and a written answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from rag.answer.asked import Asked
from rag.answer.assistant import ANSWER_SECONDS, Assistant
from rag.answer.retrieve import Retrieved, best_only, candidates, regraded, retrieve
from rag.answer.types import Effort, Working, Written
from rag.errors import ModelError, ReplyError
from rag.query.merging import merged
from rag.retrieval.grading.grade import Grade
from rag.retrieval.retriever import HybridRetriever
from rag.threads import in_thread

Events = AsyncGenerator[Working | Written]


class Assisted:
    """An `assistant` at work on what was `found`, which changes as it reads the question and grades papers.

    `notices` say what went wrong; the quotes of what was `found` stand whatever that was.
    """

    def __init__(self, assistant: Assistant, found: Retrieved, retriever: HybridRetriever, asked: Asked) -> None:
        self.found, self.notices = found, list[str]()
        self._assistant, self._retriever, self._asked = assistant, retriever, asked
        self._judged, self._is_asked, self._has_written = 0, False, False
        self._start = time.monotonic()

    @property
    def selected(self) -> Retrieved:
        """What was `found`, limited to as many papers as are asked for."""
        return best_only(self.found, self._asked.max_papers)

    def effort(self) -> Effort:
        """What the model has done so far."""
        return self._assistant.effort(self._judged, time.monotonic() - self._start)

    async def events(self) -> Events:
        """Streams what the model does, and each sentence that it writes once that is checked.

        A quick model grades the papers before it writes from the best; a slow one after, so that nobody waits for the
        first sentence. If only its grades find papers that answer, it writes then. All that takes ANSWER_SECONDS at
        most.
        """
        first = (self._grade,) if self._assistant.is_quick else (self._write, self._grade)
        for step in (self._read, *first, self._write):
            try:
                async with aclosing(self._in_time(step())) as events:
                    async for event in events:
                        yield event
            except ReplyError as fault:
                self.notices.append(str(fault))
            except ModelError as fault:  # other steps would fail as well, and those before lacked the same
                self.notices = [str(fault)]
                return

    async def _in_time(self, step: Events) -> Events:
        """The events of `step`. Raises ModelError once the model has taken ANSWER_SECONDS for the answer."""
        async with aclosing(step):
            while True:
                try:
                    async with asyncio.timeout(self._start + ANSWER_SECONDS - time.monotonic()):
                        yielded = await anext(step, None)
                except TimeoutError as fault:
                    late = f"{self._assistant.name} was not done after {ANSWER_SECONDS:g} s. Choose another: --llm."
                    raise ModelError(late) from fault
                if yielded is None:
                    return
                yield yielded

    async def _read(self) -> Events:
        """Searches again, for the question as the model reads it."""
        if not self._assistant.reads(self.found.query, self.found.hits):
            return
        yield Working("reading")
        self._is_asked = True
        reading = await self._assistant.read(self.found.query, self._asked.history)
        query = merged(self.found.query, reading, self._retriever.store, self._asked.without)
        self.found = await in_thread(retrieve, query, self._retriever, self._asked.min_probability)

    async def _grade(self) -> Events:
        """Selects the evidence again, by the model's grades of the best papers; not of one that says nothing."""
        grader, found = self._assistant.grader, self.found
        if self._is_asked and self._assistant.is_mute:
            return
        if grader is None or not found.is_gradable or found.query.intent not in grader.intents:
            return
        found = replace(found, hits=await in_thread(candidates, found.query, self._retriever))
        total = min(grader.depth, len(found.hits.papers))
        yield Working("judging", 0, total)
        grades: dict[int, Grade] = {}
        try:
            async with aclosing(self._assistant.grades(found.query, found.hits)) as batches:
                async for batch in batches:
                    grades |= batch
                    yield Working("judging", len(grades), total, time.monotonic() - self._start)
        finally:  # also what was graded before the model failed counts
            self._judged = len(grades)
            self.found = regraded(found, grader, grades) if grades else self.found

    async def _write(self) -> Events:
        """Writes the answer, once."""
        writer, task = self._assistant.writer, self.selected.task
        if writer is None or self._has_written or not task.evidence:
            return
        self._has_written = True
        async with aclosing(writer.write(task, self._assistant.tally)) as sentences:
            async for sentence in sentences:
                yield sentence if isinstance(sentence, Working) else Written(sentence)
