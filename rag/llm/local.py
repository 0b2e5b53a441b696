"""Which models the Ollama and the LM Studio on this machine have, as they list them; nothing is loaded or started."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.llm.faults import in_words
from rag.llm.model import parameter_count
from rag.llm.server import is_loopback, key_from, without_password

if TYPE_CHECKING:
    import httpx

LISTING_TIMEOUT = 3.0  # seconds for everything that one server is asked
_CONNECT_TIMEOUT = 1.0  # seconds; a port that refuses takes a millisecond
_MAX_LISTING, _MAX_MODELS = 4_000_000, 1000  # bytes, models
_NAME = re.compile(r"[\w.:/@+-]{1,200}", re.ASCII)
_HOST = re.compile(r"(\[.*\]|[^:]*)(:\d+)?:?")  # a name or an address, and the port
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # where a server listens → how to reach it

EMBEDS = "an embedding or reranking model, which cannot write"
ELSEWHERE = "runs on another machine"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that a server on this machine offers."""

    spec: str
    parameters: int | None  # their number, if known
    size: int | None  # bytes, as good as known
    loaded: bool
    unfit: str = ""  # why it must not be chosen unasked


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Ollama or LM Studio, and what it offers; `fault` says why it gave no list of its models."""

    name: str
    address: str  # without a password
    models: tuple[LocalModel, ...] = ()
    fault: str = ""


async def local_servers(elsewhere: bool = False) -> list[LocalServer]:
    """Ollama and LM Studio, asked at the same time; an Ollama on another machine only if `elsewhere` is true."""
    ollama, key = ollama_address(), key_from("OLLAMA_API_KEY") if os.environ.get("OLLAMA_HOST") else ""
    asked = [_server("Ollama", ollama, _of_ollama, key)] if elsewhere or is_loopback(ollama) else []
    if is_loopback(lm_studio_address()):
        asked.append(_server("LM Studio", lm_studio_address(), _of_lm_studio))
    return await asyncio.gather(*asked)


def ollama_address() -> str:
    """The address in OLLAMA_HOST, of which the scheme, the port or all may be missing, as Ollama understands it."""
    given = os.environ.get("OLLAMA_HOST", "").strip(" \"'").rstrip("/")
    try:
        url = urlsplit(given if "://" in given else f"http://{given}")
    except ValueError:
        return given  # no address, so that nothing answers there
    user, at, place = url.netloc.rpartition("@")
    found = _HOST.fullmatch(place)
    host, port = (found[1], found[2]) if found else (f"[{place}]", None)  # a bare IPv6 address
    default_port = "" if "://" in given else ":11434"
    return f"{url.scheme}://{user}{at}{_EVERYWHERE.get(host, host)}{port or default_port}{url.path}"


def lm_studio_address() -> str:
    """The address of LM Studio. It has no variable of its own for it; LM_STUDIO_API_BASE is that of LiteLLM."""
    return (os.environ.get("LM_STUDIO_API_BASE") or "http://127.0.0.1:1234").rstrip("/").removesuffix("/v1")


async def _server(
    name: str, address: str, ask: Callable[[httpx.AsyncClient], Awaitable[list[LocalModel | None]]], key: str = ""
) -> LocalServer:
    import httpx

    shown = without_password(address)
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
    try:
        async with (
            asyncio.timeout(LISTING_TIMEOUT),
            httpx.AsyncClient(
                base_url=address,
                headers=headers,
                timeout=httpx.Timeout(LISTING_TIMEOUT, connect=_CONNECT_TIMEOUT),
                trust_env=not is_loopback(address),  # a proxy is another machine
                verify=address.startswith("https:"),  # reading the certificates takes longer than asking
            ) as client,
        ):
            models = await ask(client)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError, RecursionError) as fault:
        return LocalServer(name, shown, fault=in_words(fault, key))
    return LocalServer(name, shown, tuple(model for model in models if model))


async def _of_ollama(client: httpx.AsyncClient) -> list[LocalModel | None]:
    import httpx

    entries = _entries(await _json(client, "api/tags"), "models")
    try:
        running = _entries(await _json(client, "api/ps"), "models")
        loaded = {_name(entry.get("model") or entry.get("name")) for entry in running}
    except (httpx.HTTPStatusError, ValueError):  # an old version
        loaded = set()
    return [_ollama_model(entry, loaded) for entry in entries]


def _ollama_model(entry: dict[str, Any], loaded: set[str]) -> LocalModel | None:
    name = _name(entry.get("model") or entry.get("name"))
    details = entry.get("details") if isinstance(entry.get("details"), dict) else {}
    if not name or not isinstance(details, dict):
        return None
    # Models that Ollama passes on to its own servers are listed among the others.
    hosted = entry.get("remote_host") or entry.get("remote_model") or re.search(r"[:-]cloud$", name)
    unfit = ELSEWHERE if hosted else _embeds(name, details.get("family"))
    parameters = parameter_count(str(details.get("parameter_size"))[:20]) or parameter_count(name)
    size = entry.get("size")
    return LocalModel(
        f"ollama:{name}", parameters, size if isinstance(size, int) else parameters, name in loaded, unfit
    )


async def _of_lm_studio(client: httpx.AsyncClient) -> list[LocalModel | None]:
    import httpx

    try:
        entries = _entries(await _json(client, "api/v0/models"), "data")
    except (httpx.HTTPStatusError, ValueError):  # an old version, or another OpenAI-compatible server
        entries = _entries(await _json(client, "v1/models"), "data")
    return [_lm_studio_model(entry) for entry in entries]


def _lm_studio_model(entry: dict[str, Any]) -> LocalModel | None:
    name = _name(entry.get("id"))
    if not name:
        return None
    parameters = parameter_count(name)
    writes = entry.get("type", "llm") in ("llm", "vlm")
    unfit = _embeds(name, entry.get("arch")) if writes else EMBEDS
    # Its size is not listed: a byte for each parameter, more than most files take up.
    return LocalModel(f"lmstudio:{name}", parameters, parameters, entry.get("state") == "loaded", unfit)


def _name(given: object) -> str:
    return given if isinstance(given, str) and _NAME.fullmatch(given) else ""


def _embeds(name: str, family: object) -> str:
    found = "bert" in str(family).lower() or re.search("embed|rerank", name.lower())
    return EMBEDS if found else ""


def _entries(listing: Any, key: str) -> list[dict[str, Any]]:
    """The objects in the list at `key`. Raises ValueError if there is no list."""
    found = listing.get(key) if isinstance(listing, dict) else None
    if not isinstance(found, list):
        raise ValueError(key)
    return [entry for entry in found[:_MAX_MODELS] if isinstance(entry, dict)]


async def _json(client: httpx.AsyncClient, path: str) -> Any:
    """The JSON at `path`. Raises httpx.HTTPError unless the reply is a success, ValueError unless it is JSON."""
    async with client.stream("GET", path) as reply:
        reply.raise_for_status()
        body = bytearray()
        async for piece in reply.aiter_raw():
            body += piece
            if len(body) > _MAX_LISTING:
                raise ValueError(path)
    return json.loads(body)
