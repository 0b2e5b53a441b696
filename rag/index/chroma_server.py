"""Collections of vectors on a Chroma server: created, filled, searched and removed over its HTTP interface."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rag.index.chroma_requests import NotThereError, Requests, UnservedError

if TYPE_CHECKING:
    import numpy as np

    from rag.settings import Settings

_QUERY_SECONDS = 5.0  # until a reply to a question has to be there
WRITE_SECONDS = 300.0  # Chroma adds vectors to its graph, and saves all of it, before it replies
# Vectors written or read at once: of 4,000 dimensions they are 22 MB, of the 40 MB that Chroma takes, and as the digits
# that it sends some 85 MB, of the 100 MB that are read.
_BATCH = 1_000
_PAGE = 100  # collections listed at once
_OWNER = "rag"  # the key of a collection's metadata that says whose it is


@dataclass(frozen=True)
class ChromaServer:
    """The collections of a `database` of a `tenant`. Threads may share it. All methods raise UnservedError."""

    requests: Requests
    tenant: str
    database: str

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.requests.url

    def create(self, name: str, owner: str, hnsw: Mapping[str, object]) -> str:
        """Creates the collection `name`, empty, and returns its id. `hnsw` are the parameters of its graph."""
        self._check_place()
        content = {"name": name, "metadata": {_OWNER: owner}, "configuration": {"hnsw": hnsw}}
        return self._id(self._ask("POST", "", content))

    def find(self, name: str) -> str:
        """The id of the collection `name`. Raises NotThereError if there is none."""
        try:
            return self._id(self._ask("GET", f"/{name}"))
        except NotThereError:
            self._check_place()
            raise

    def rename(self, collection: str, name: str) -> None:
        """Gives a collection, by its id, another `name`, which no other has."""
        self._ask("PUT", f"/{collection}", {"new_name": name}, WRITE_SECONDS)

    def remove(self, name: str, *, waits: bool = True) -> None:
        """Removes the collection `name`, if there is one. Unless it `waits`, it soon gives up on a slow server."""
        try:
            self._ask("DELETE", f"/{name}", seconds=WRITE_SECONDS if waits else 0.0)
        except NotThereError:
            return

    def owned(self, owner: str) -> Iterator[str]:
        """The names of the collections that are of this `owner`."""
        start, size = 0, _PAGE
        while size == _PAGE:
            page = self._ask("GET", f"?limit={_PAGE}&offset={start}")
            try:
                yield from [one["name"] for one in page if (one["metadata"] or {}).get(_OWNER) == owner]
                size = len(page)
            except (TypeError, KeyError, AttributeError) as fault:
                raise self.requests.unreadable() from fault
            start += size

    def add(self, collection: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Adds `vectors`, float32 of (dimensions,) each, by their ids."""
        ids = list(vectors)
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            encoded = [base64.b64encode(vectors[id].astype("<f4").tobytes()).decode() for id in batch]
            self._ask("POST", f"/{collection}/add", {"ids": batch, "embeddings": encoded}, WRITE_SECONDS)

    def count(self, collection: str, seconds: float = 0.0) -> int:
        """How many vectors the collection holds, within so many `seconds`, or in the time of a question."""
        count = self._ask("GET", f"/{collection}/count", seconds=seconds)
        if not isinstance(count, int):
            raise self.requests.unreadable()
        return count

    def get(self, collection: str, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors with these ids, as far as they are there."""
        import numpy as np

        vectors: dict[str, np.ndarray] = {}
        for start in range(0, len(ids), _BATCH):
            content = {"ids": ids[start : start + _BATCH], "include": ["embeddings"]}
            found = self._ask("POST", f"/{collection}/get", content, WRITE_SECONDS)
            try:
                for id, row in zip(found["ids"], found["embeddings"], strict=True):
                    vectors[id] = np.array(row, dtype=np.float32)
            except (TypeError, KeyError, ValueError) as fault:
                raise self.requests.unreadable() from fault
        return vectors

    def search(self, collection: str, vector: np.ndarray, limit: int) -> list[str]:
        """The ids of the vectors nearest to `vector`, best first, at most `limit`, as the server gives them."""
        content = {"query_embeddings": [vector.tolist()], "n_results": limit, "include": []}
        found = self._ask("POST", f"/{collection}/query", content)
        try:
            (ids,) = found["ids"]
            return list(ids)[:limit]
        except (TypeError, KeyError, ValueError) as fault:
            raise self.requests.unreadable() from fault

    def _ask(self, method: str, path: str, content: object = None, seconds: float = 0.0) -> Any:
        """What the server replies, within so many `seconds`, or in the time of a question."""
        return self.requests.ask(method, f"{self._place}/collections{path}", content, seconds or _QUERY_SECONDS)

    @property
    def _place(self) -> str:
        return f"/api/v2/tenants/{quote(self.tenant, safe='')}/databases/{quote(self.database, safe='')}"

    def _check_place(self) -> None:
        """Raises UnservedError if the server is too old, or has no such tenant or database."""
        try:
            version = self.requests.ask("GET", "/api/v2/version", None, _QUERY_SECONDS)
            if str(version).startswith("0."):
                raise UnservedError(f"The Chroma server {self.url} has version {version}. Start one of version 1.")
            self.requests.ask("GET", self._place, None, _QUERY_SECONDS)
        except NotThereError as fault:
            raise UnservedError(
                f"The Chroma server {self.url} has no database '{self.database}' of a tenant '{self.tenant}'. "
                "Create it there, or correct the settings chroma_tenant and chroma_database."
            ) from fault

    def _id(self, collection: Any) -> str:
        try:
            return str(collection["id"])
        except (TypeError, KeyError) as fault:
            raise self.requests.unreadable() from fault


def configured(settings: Settings) -> ChromaServer | None:
    """The server that the `settings` name, None if they name none. Asks nothing."""
    if not settings.chroma:
        return None
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else ""
    requests = Requests(settings.chroma, token, settings.chroma_ca)
    return ChromaServer(requests, settings.chroma_tenant, settings.chroma_database)
