"""LlamaIndex's first import, which two threads must not make at once."""

from __future__ import annotations

import threading

_importing = threading.Lock()


def import_llama_index() -> None:
    """Imports `llama_index.core`, or waits until another thread has: call it before importing anything from there.

    Its modules import each other in circles. Of two threads that would wait for each other, Python lets one go on with
    modules that are half loaded, and then both fail.
    """
    with _importing:
        import llama_index.core  # noqa: F401
