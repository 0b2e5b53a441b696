"""Fetches from a service as if it were on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.fetch.output import State
from rag.fetch.run import NO_LIMIT, Wanted, fetch
from rag.fetch.service import Search, Service
from tests.fetch.server import Server


@dataclass
class Fetched:
    """What was written: the lines of the file, and the counts."""

    papers: list[dict[str, Any]]
    state: State

    @property
    def titles(self) -> list[str]:
        return [paper["title"] for paper in self.papers]


@dataclass
class Fetching:
    """Fetches from `service` at the address of `server` into `folder`, without waiting."""

    service: Service
    server: Server
    folder: Path
    slept: list[float]

    def search(self, query: str, since: date | None = None, limit: int = NO_LIMIT, contact: str = "") -> Fetched:
        return self._fetched(Wanted(Search(query, since)), limit, contact)

    def ids(self, *ids: str) -> Fetched:
        return self._fetched(Wanted(ids=ids, label="ids"), NO_LIMIT, "")

    def _fetched(self, wanted: Wanted, limit: int, contact: str) -> Fetched:
        service = replace(self.service, host=replace(self.service.host, base=self.server.url))
        path, state = fetch(service, wanted, self.folder, limit, contact, self.slept.append)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return Fetched([json.loads(line) for line in lines], state)


Start = Callable[[Service], Fetching]
