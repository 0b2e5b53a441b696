"""Looks at everything, one thing after the other, whatever is wrong with those before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.health import installation, machine, parts
from rag.health.check import Check, removal

if TYPE_CHECKING:
    from rag.settings import Settings


def examine(debug: bool = False, **overrides: Any) -> Iterator[Check]:
    """What was found, as it is found; `overrides` are settings as for `rag.settings.load`.

    A check that itself fails is a problem as well. With `debug`, its exception is raised.
    """
    yield from _guarded("installation", installation.installation, debug)
    yield from _guarded("memory", lambda: [machine.memory()], debug)
    settings = _settings(overrides)
    if isinstance(settings, Check):
        yield settings
        return
    yield from _guarded("embedding", lambda: _embeddings(settings), debug)
    yield from _guarded("index", lambda: _index(settings), debug)
    if settings.chroma:
        yield from _guarded("chroma", lambda: [parts.chroma(settings)], debug)
    yield from _guarded("llm", lambda: [parts.language_model(settings.llm)], debug)


def _guarded(subject: str, look: Callable[[], Iterable[Check]], debug: bool) -> Iterator[Check]:
    try:
        yield from look()
    except Exception as fault:  # what is broken is what is looked for
        if debug:
            raise
        yield Check(subject, f"cannot be checked, {type(fault).__name__}: {fault}", "rag --debug doctor")


def _settings(overrides: dict[str, Any]) -> Settings | Check:
    """The settings, or what is wrong with them."""
    from rag import settings

    try:
        return settings.load(**overrides)
    except SettingsError as fault:
        named = re.search(r"setting '?(?:RAG_)?(\w+)", str(fault), re.IGNORECASE)
        return Check("settings", str(fault), removal(named[1] if named else ""))


def _embeddings(settings: Settings) -> Iterator[Check]:
    """The model of the settings, and the bundled one, which tells what questions want whatever the settings name."""
    from rag.models.embedding import BUNDLED

    yield from map(parts.embedding_model, dict.fromkeys([BUNDLED, settings.embedding]))


def _index(settings: Settings) -> Iterator[Check]:
    """The index, and whether there is room for the next."""
    found, used = parts.index(settings.index_dir, settings.embedding)
    yield found
    yield machine.disk(settings.index_dir, used)
