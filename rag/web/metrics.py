"""What a server counts and measures, in the format of Prometheus. No label holds anything that a user wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rag import __version__
from rag.errors import ModelError, StoreError
from rag.web.identity import Face
from rag.web.places import Outcome

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from rag.chat.library import Library
    from rag.web.places import Asking, Places
    from rag.web.rebuilding import Change, Rebuilding

_QUICK = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds: a search, and the wait for it
_SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)  # seconds: what a model takes part in


class Metrics:
    """The metrics of one server. It is told of each question and of each change of the collection that has ended."""

    def __init__(self, library: Library, places: Places, rebuilding: Rebuilding) -> None:
        self.registry = registry = CollectorRegistry()
        self._questions = Counter("rag_questions", "Questions that have ended.", ("face", "outcome"), registry=registry)
        for face in get_args(Face):  # all are there from the start, so that the first one is an increase too
            for outcome in get_args(Outcome):
                self._questions.labels(face, outcome)
        self._search = Histogram(
            "rag_search_seconds", "From a question to what was found.", registry=registry, buckets=_QUICK
        )
        self._first = Histogram(
            "rag_first_sentence_seconds",
            "From a question to the first sentence that a model wrote for it.",
            registry=registry,
            buckets=_SLOW,
        )
        self._answer = Histogram(
            "rag_answer_seconds", "From a question to its whole answer.", registry=registry, buckets=_SLOW
        )
        self._model_faults = Counter(
            "rag_model_faults", "Answers for which a language model failed.", registry=registry
        )
        self._changes = Counter(
            "rag_collection_changes", "Changes of the collection that have ended.", ("outcome",), registry=registry
        )
        for outcome in ("done", "failed", "stopped"):
            self._changes.labels(outcome)
        registry.register(_Now(library, places, rebuilding))
        ProcessCollector(registry=registry)
        Gauge("rag_info", "The version of rag.", ("version",), registry=registry).labels(__version__).set(1)

    def asked(self, asked: Asking) -> None:
        """Counts a question that has ended."""
        self._questions.labels(asked.face, asked.outcome).inc()
        if asked.found_after is not None:
            self._search.observe(asked.found_after)
        if asked.wrote_after is not None:
            self._first.observe(asked.wrote_after)
        if asked.answer:
            self._answer.observe(asked.seconds)
        if isinstance(asked.fault, ModelError) or (asked.answer and asked.answer.model_fault):
            self._model_faults.inc()

    def changed(self, change: Change) -> None:
        """Counts a change of the collection that has ended."""
        self._changes.labels(change.outcome).inc()

    def text(self) -> bytes:
        """All metrics as they are now, in Prometheus' text format. May open an index that was just built."""
        return generate_latest(self.registry)


class _Now(Collector):
    """What is looked up when somebody asks: how many questions there are, and what the open index holds."""

    def __init__(self, library: Library, places: Places, rebuilding: Rebuilding) -> None:
        self._library, self._places, self._rebuilding = library, places, rebuilding

    def describe(self) -> list[Metric]:
        return []  # nothing is looked up to register it

    def collect(self) -> Iterator[Metric]:
        places = self._places
        yield _gauge("rag_questions_open", "Questions that are waiting or being answered.", len(places))
        waiting = GaugeMetricFamily("rag_questions_waiting", "Questions that wait for their turn.", labels=["turn"])
        waiting.add_metric(["search"], len(places.searching))
        waiting.add_metric(["model"], len(places.writing))
        yield waiting
        changing = self._rebuilding.running is not None
        yield _gauge("rag_collection_changing", "Whether this server changes the collection.", changing)
        with suppress(StoreError):  # it cannot be used now, which is seen by what is missing
            if self._library.is_open:
                store = self._library.retriever().store
                built = datetime.fromisoformat(store.manifest["built"]).timestamp()
                yield _gauge("rag_index_papers", "Papers in the index that is in use.", store.paper_count)
                yield _gauge("rag_index_built_timestamp_seconds", "When that index was built.", built)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
