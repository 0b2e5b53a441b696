"""Whether the models and the index are there, whole, and fit each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError, StoreError
from rag.health.check import Check, failed, removal, size
from rag.text import count

if TYPE_CHECKING:
    from rag.index.store import Store
    from rag.settings import Settings


def embedding_model(name: str) -> Check:
    """The embedding model `name`. Only the bundled one can be compared with what was published."""
    from rag.models import embedding

    if name == embedding.BUNDLED:
        try:
            folder = embedding.bundled_folder()
        except ModelError as fault:
            return failed("embedding", fault, "rag --debug doctor")
        return Check("embedding", f"the weights in {folder} are those of all-MiniLM-L6-v2")
    folder = Path(name).expanduser()
    if name.startswith((".", "/", "~")) and not folder.is_dir():
        return Check("embedding", f"there is no model in {folder}", removal("embedding"))
    return Check("embedding", f"{name} is opened when it is needed, and was not checked")


def index(index_dir: Path, embedding_name: str) -> tuple[Check, int]:
    """The index in `index_dir`, and how many bytes it takes up, 0 if it cannot be opened."""
    from rag.index.opening import open_current

    try:
        store = open_current(index_dir)
    except StoreError as fault:
        return failed("index", fault, "rag rebuild"), 0
    try:
        return _opened(store, embedding_name)
    finally:
        store.close()


def chroma(settings: Settings) -> Check:
    """Whether the Chroma server of the `settings`, which name one, has the passages of the current generation."""
    from rag.index import chroma_server, generations, manifest
    from rag.index.chroma_requests import UnservedError
    from rag.index.opening import DAMAGES
    from rag.index.served_vectors import complete, repair_hint

    server = chroma_server.configured(settings)
    assert server
    try:
        folder = generations.current(settings.index_dir)
        vectors = manifest.read(folder)["counts"]["vectors"] if folder else 0
    except (StoreError, *DAMAGES):
        folder = None
    if folder is None:
        return Check("chroma", f"{server.url}: there is no index whose passages it could have")
    try:
        complete(server, folder, vectors)
    except UnservedError as fault:
        return failed("chroma", fault, repair_hint(settings.index_dir).removeprefix("Run: "))
    return Check("chroma", f"{server.url} has the {count(vectors, 'passage')} of the index")


def _opened(store: Store, embedding_name: str) -> tuple[Check, int]:
    used = sum(file.stat().st_size for file in store.folder.rglob("*") if file.is_file())
    built_with = store.manifest["embedding"]["name"]
    if built_with != embedding_name:
        found = f"it was built with the embedding {built_with}, but the settings name {embedding_name}"
        return Check("index", found, store.rebuild_hint.removeprefix("Run: ")), used
    age = _age(datetime.now(UTC) - datetime.fromisoformat(store.manifest["built"]))
    return Check("index", f"{count(store.paper_count, 'paper')}, {size(used)}, built {age} ago"), used


def _age(passed: timedelta) -> str:
    """How long ago something was, in the largest unit of which at least one has passed."""
    minutes = max(0, int(passed.total_seconds() // 60))
    for unit, of_minutes in (("day", 1440), ("hour", 60)):
        if minutes >= of_minutes:
            return count(minutes // of_minutes, unit)
    return count(minutes, "minute")


def language_model(spec: str) -> Check:
    """The language model of `spec`. One that llama.cpp runs is not loaded, which takes seconds; a server is asked."""
    from rag import llm
    from rag.llm import bundled
    from rag.llm.auto import AUTO, NOTHING, resolve
    from rag.llm.server import REACH_TIMEOUT

    if spec == AUTO:
        resolved = resolve(spec)
        if resolved.spec == NOTHING:
            return Check("llm", f"auto: answers are quotes, as {resolved.why}")
        check = language_model(resolved.spec)
        return replace(check, found=f"auto: {check.found}; chosen as {resolved.why}")
    kind, _, rest = spec.partition(":")
    try:
        if spec == "none":
            return Check("llm", "none: answers are quotes")
        if spec == "bundled":
            return Check("llm", f"{llm.describe(spec)}: {bundled.bundled_file()} is as published")
        if kind == "gguf" and rest:
            return Check("llm", f"{bundled.gguf_file(rest)} is a GGUF model")
        llm.load(spec, REACH_TIMEOUT)
    except ModelError as fault:
        return failed("llm", fault, "rag chat --llm none")
    return Check("llm", f"{llm.describe(spec)} answers")
