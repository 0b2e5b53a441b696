"""How long the fuzz tests look: a fixed, short selection in the suite, random ones without end in `make fuzz`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from rag.index.store import Store
from tests.fuzz.budget import LONG

# Seconds differ from machine to machine; and what failed once is kept as an @example, not in a database.
EVERYWHERE: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("suite", derandomize=True, **EVERYWHERE)
settings.register_profile("long", print_blob=True, **EVERYWHERE)
settings.load_profile("long" if LONG else "suite")


@pytest.fixture(scope="session")
def store(index_dir: Path) -> Iterator[Store]:
    from rag.index.opening import open_current

    opened = open_current(index_dir)
    yield opened
    opened.close()
