"""Who is told of each question and of each change of the collection once it has ended: the metrics and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.web.logs import log_change, log_question
from rag.web.metrics import Metrics

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.web.jobs import Jobs
    from rag.web.places import Asking
    from rag.web.rebuilding import Change, Rebuilding


def observe(library: Library, jobs: Jobs, rebuilding: Rebuilding) -> Metrics:
    """Has what ends in `jobs` and `rebuilding` logged and counted; the metrics."""
    metrics = Metrics(library, jobs.places, rebuilding)

    def asked(asking: Asking) -> None:
        metrics.asked(asking)
        log_question(asking)

    def changed(change: Change) -> None:
        metrics.changed(change)
        log_change(change)

    jobs.places.observe, rebuilding.observe = asked, changed
    return metrics
