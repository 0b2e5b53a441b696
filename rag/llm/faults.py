"""What goes wrong between us and a model, whoever's client raised it: what may pass is tried again, the rest told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from rag.errors import ModelError
from rag.llm.refusal import EmptyReply, Refused, error_text, shortened

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from rag.llm.server import Server

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
PAUSE = 0.5  # seconds before the second try; twice that before the third, and up to PAUSE more at random
LONGEST_PAUSE = 20.0  # seconds; a server that asks for a longer one is not asked again


async def with_retries(call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` gives, called up to `TRIES` times while it fails with what may pass: see `_may_pass`."""
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    tries = AsyncRetrying(
        retry=retry_if_exception(_may_pass), stop=stop_after_attempt(TRIES), wait=_pause, reraise=True
    )
    return await tries(call, *args, **kwargs)


@contextmanager
def explained(server: Server) -> Iterator[None]:
    """Whatever is raised inside, as a ModelError of one line that says what to do."""
    try:
        yield
    except Exception as fault:  # clients take a reply apart unchecked: one of another shape raises what it happens to
        raise ModelError(explain(fault, server)) from fault


def _may_pass(fault: BaseException) -> bool:
    import httpx

    root = _root(fault)
    if isinstance(root, Refused):
        return (root.status == 429 or root.status >= 500) and (root.pause or 0) <= LONGEST_PAUSE
    return isinstance(root, (httpx.NetworkError, httpx.RemoteProtocolError))


def _pause(state: RetryCallState) -> float:
    from tenacity import wait_exponential, wait_random

    fault = state.outcome.exception() if state.outcome else None
    root = _root(fault) if fault else None
    asked = root.pause if isinstance(root, Refused) else None
    return max(asked or 0, (wait_exponential(multiplier=PAUSE) + wait_random(0, PAUSE))(state))


def _root(fault: BaseException) -> BaseException:
    """What a vendor's exception goes back to on the wire, or itself: each wraps the same faults in its own."""
    import httpx

    link: BaseException | None = fault
    while link:
        if isinstance(link, (Refused, httpx.TransportError)):
            return link
        link = link.__cause__ or link.__context__
    return fault


def explain(fault: BaseException, server: Server) -> str:
    """What went wrong at `server`, in one line that says what to do."""
    import httpx

    root, where = _root(fault), server.where
    if isinstance(root, Refused):
        return _explain_refusal(root, server)
    if isinstance(root, (httpx.ConnectError, httpx.ConnectTimeout)):
        return f"{where} does not answer ({type(root).__name__}). Start it, or choose another: --llm."
    if isinstance(root, httpx.TimeoutException):
        seconds = f"{server.timeout:g} s"
        return f"{where} was silent for {seconds}. Set RAG_LLM_TIMEOUT higher, or choose another: --llm."
    if isinstance(root, httpx.TransportError):
        return f"{where} broke off ({type(root).__name__}). See its log, or choose another: --llm."
    if isinstance(fault, EmptyReply):
        return f"{where} gave an empty reply. Choose another: --llm."
    return f"{where} gave no usable reply ({shortened(_why(fault), server.key)}). Choose another: --llm."


def _explain_refusal(refusal: Refused, server: Server) -> str:
    where, said = server.where, f": {refusal.detail}" if refusal.detail else ""
    if refusal.status in (401, 403):
        return f"{where} refuses the key. Set {server.key_name} to a valid one, or choose --llm none."
    if refusal.status == 404:
        return f"{where} has no such model or address{said}. Correct it: --llm."
    if refusal.status == 429:
        return f"{where} takes no more requests for now{said}. Wait, or choose another: --llm."
    if refusal.status >= 500:
        return f"{where} failed (HTTP {refusal.status}{said}). See its log, or choose another: --llm."
    return f"{where} refuses the request (HTTP {refusal.status}{said}). Choose another: --llm."


def _why(fault: BaseException) -> object:
    """What a client makes of an error in place of the next piece of a stream; else the kind of fault."""
    said = error_text(
        getattr(fault, "body", None)
    )  # Anthropic's has it here, Ollama's as .error, the others as .message
    said = said or getattr(fault, "error", None) or getattr(fault, "message", None)
    ended = str(fault) if isinstance(fault, RuntimeError) else None  # by Gemini: too long, or unsafe
    return said or ended or type(fault).__name__
