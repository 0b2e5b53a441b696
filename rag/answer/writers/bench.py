"""Asks a judge while the model still writes: about all claims at once that came while it was busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rag.answer.writers.task import Claim, Judge
from rag.errors import ModelError


class Bench:
    """The claims before one `judge`. `fault` is why it stopped judging, None while it has not."""

    def __init__(self, judge: Judge | None) -> None:
        self._judge = judge
        self._waiting: list[tuple[Claim, asyncio.Future[bool]]] = []
        self._judged: list[asyncio.Future[bool]] = []
        self._session: asyncio.Task[None] | None = None
        self.fault: ModelError | None = None

    def ask(self, claim: Claim) -> asyncio.Future[bool]:
        """Whether the judge confirms `claim`; false where there is none, and where it fails."""
        verdict = asyncio.get_running_loop().create_future()
        if self._judge is None or self.fault:
            verdict.set_result(False)
            return verdict
        self._waiting.append((claim, verdict))
        if self._session is None or self._session.done():
            self._session = asyncio.create_task(self._judge_all(self._judge))
            self._session.add_done_callback(self._settle)
        return verdict

    async def close(self) -> None:
        """Ends what is still being judged."""
        if self._session:
            self._session.cancel()
            await asyncio.wait([self._session])

    def _settle(self, session: asyncio.Task[None]) -> None:
        """Passes an error of the judge other than a ModelError on to all who wait for a verdict."""
        fault = None if session.cancelled() else session.exception()
        if fault is None:
            return
        for verdict in [*self._judged, *(waiting for _, waiting in self._waiting)]:
            if not verdict.done():
                verdict.set_exception(fault)

    async def _judge_all(self, judge: Judge) -> None:
        while self._waiting:
            claims, self._waiting = self._waiting, []
            self._judged = [verdict for _, verdict in claims]
            try:
                stated = [False] * len(claims) if self.fault else await judge([claim for claim, _ in claims])
            except ModelError as fault:
                self.fault = type(fault)(f"Some sentences could not be judged: {fault}")
                stated = [False] * len(claims)
            for (_, verdict), is_stated in zip(claims, stated, strict=True):
                if not verdict.done():
                    verdict.set_result(is_stated)


@asynccontextmanager
async def bench_of(judge: Judge | None) -> AsyncIterator[Bench]:
    """A bench for the claims of one answer, closed with the context."""
    bench = Bench(judge)
    try:
        yield bench
    finally:
        await bench.close()
