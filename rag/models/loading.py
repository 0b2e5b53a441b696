"""Models of sentence-transformers, by folder or Hugging Face name: what loading an embedding and a reranker share."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rag.errors import ModelError

# Before torch loads: spinning threads on a busy machine make a query ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

Model = TypeVar("Model")


def load_model(name: str, open_model: Callable[[str, bool], Model], missing: str) -> Model:
    """The model `name`, a folder or a Hugging Face name, as `open_model` opens it.

    `open_model` takes the name and whether to keep to local files; a folder asks the network for nothing. Raises
    ModelError with the message `missing` where there is no such model.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir() and name.startswith((".", "/", "~")):
        raise ModelError(missing)  # a path, which the hub would be asked for over a minute
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # what it warns of is told by `missing`
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call] # the library leaves it untyped
    try:
        return open_model(str(folder), True) if folder.is_dir() else open_model(name, False)
    except (OSError, ValueError) as fault:
        raise ModelError(missing) from fault
