"""Loads sentence-transformers models, for embedding, reranking and judging, by folder or Hugging Face name."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rag.errors import ModelError

# Must be set before torch is loaded: on a busy machine, spinning threads make a query ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

Model = TypeVar("Model")


def load_model(name: str, open_model: Callable[[str, bool], Model], missing: str) -> Model:
    """The model `name`, a folder or a Hugging Face name, as opened by `open_model`.

    `open_model` gets the name and whether only local files may be used, which is the case for a folder. Raises
    ModelError with the message `missing` if there is no such model.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir() and name.startswith((".", "/", "~")):
        raise ModelError(missing)  # a path: asking the hub for it would take over a minute
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # `missing` says what it would warn of
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call] # untyped in the library
    try:
        return open_model(str(folder), True) if folder.is_dir() else open_model(name, False)
    except (OSError, ValueError) as fault:
        raise ModelError(missing) from fault
