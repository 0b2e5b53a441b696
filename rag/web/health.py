"""Whether this server lives and can answer, for whoever restarts it or sends it requests; and what it measures."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Literal

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from rag.errors import AccessError, RagError
from rag.index import generations
from rag.web.guard import ALIVE, READY
from rag.web.identity import visitor_of

if TYPE_CHECKING:
    import gradio as gr

    from rag.web.jobs import Jobs
    from rag.web.metrics import Metrics
    from rag.web.rebuilding import Rebuilding

METRICS = "/metrics"
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE = 0.5  # seconds to wait for an index that is being opened: probes are given up after a second by default
_PAUSE = 5.0  # seconds between two looks at an index that cannot be opened: anybody may ask, and a look costs time
State = Literal["ok", "starting", "unavailable"]


class HealthRoutes:
    """One method per address."""

    def __init__(self, jobs: Jobs, rebuilding: Rebuilding, metrics: Metrics) -> None:
        self._jobs, self._rebuilding, self._metrics = jobs, rebuilding, metrics
        self._failed_at = -_PAUSE  # on the clock of `monotonic`

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at these addresses."""
        for path, probe in ((ALIVE, self.alive), (READY, self.ready)):
            server.api_route(path, methods=["GET", "HEAD"])(probe)  # some monitors ask for the head only
        server.get(METRICS)(self.metrics)

    async def alive(self) -> Response:
        """That requests are answered. It is so from the start, also while there is no index yet."""
        return _reply("ok")

    async def ready(self) -> Response:
        """Whether questions can be answered: ok, or with status 503 starting or unavailable."""
        return _reply(await self._state())

    async def metrics(self, request: Request) -> Response:
        """The metrics, for curators."""
        if not visitor_of(request).is_curator:
            raise AccessError("Only a curator may read the metrics.")
        return Response(await asyncio.to_thread(self._metrics.text), media_type=_CONTENT_TYPE)

    async def _state(self) -> State:
        if monotonic() - self._failed_at < _PAUSE:
            return self._without_index()
        is_open = self._jobs.library.is_open
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._jobs.retriever()
            return "ok"
        except TimeoutError:  # a newer generation is being opened: questions are answered from the one before
            return "ok" if is_open else "starting"
        except RagError:
            self._failed_at = monotonic()
            return self._without_index()

    def _without_index(self) -> State:
        """An index that is being built, here or by another process, will be there."""
        is_changing = self._rebuilding.running or generations.is_changing(self._jobs.library.settings.index_dir)
        return "starting" if is_changing else "unavailable"


def _reply(state: State) -> Response:
    return JSONResponse({"status": state}, 200 if state == "ok" else 503)
