"""Faults between rag and a model: transient ones are retried, others explained."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from rag.errors import ModelError, ReplyError
from rag.llm.endings import BadEnding, BrokeOff, CutOff, Endless
from rag.llm.refusal import Refused, error_text, shortened

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from rag.llm.server import Server

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
PAUSE = 0.5  # seconds before the second try, doubled before the third; up to as much again is added at random
MAX_PAUSE = 20.0  # seconds; a server that asks for a longer pause is not called again
_ERROR_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


async def with_retries(call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `call`, which is called up to `TRIES` times while it fails with a transient fault."""
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    tries = AsyncRetrying(
        retry=retry_if_exception(_is_transient), stop=stop_after_attempt(TRIES), wait=_pause, reraise=True
    )
    return await tries(call, *args, **kwargs)


@contextmanager
def explained(server: Server) -> Iterator[None]:
    """Turns any exception inside into a ModelError whose message is one line and says what to do.

    It is a ReplyError for a reply that stopped early: what the model is asked next may be shorter.
    """
    try:
        yield
    except CutOff as fault:
        raise ReplyError(explain(fault, server)) from fault
    except Exception as fault:  # clients do not validate replies: a malformed one can raise anything
        raise ModelError(explain(fault, server)) from fault


def is_bad_request(fault: BaseException) -> bool:
    """Whether the server rejects a request for what it asks, rather than failing or being busy."""
    root = _root(fault)
    return isinstance(root, Refused) and root.status in (400, 422)


def rejection(fault: BaseException) -> str:
    """The message with which the server rejects a request; "" if there is none."""
    root = _root(fault)
    return root.message if isinstance(root, Refused) else ""


def explain(fault: BaseException, server: Server) -> str:
    """What went wrong at `server` and what to do, in one line."""
    import httpx

    root, label = _root(fault), server.label
    if isinstance(root, Refused):
        return _explain_refusal(root, server)
    if isinstance(root, (httpx.ConnectError, httpx.ConnectTimeout)):
        return f"{label} does not answer ({in_words(root, server.key)}). Start it, or choose another: --llm."
    if isinstance(root, httpx.TimeoutException):
        return f"{label} sent nothing for {server.timeout:g} s. Raise RAG_LLM_TIMEOUT, or choose another: --llm."
    if isinstance(root, httpx.TransportError):
        return f"{label} broke off ({in_words(root, server.key)}). See its log, or choose another: --llm."
    if isinstance(root, BadEnding):
        return f"{label} {root}"
    return f"{label} gave no usable reply ({in_words(fault, server.key)}). Choose another: --llm."


def _explain_refusal(refusal: Refused, server: Server) -> str:
    label, detail = server.label, f": {refusal.detail}" if refusal.detail else ""
    if refusal.status in (401, 403):
        return f"{label} rejects the key. Set {server.key_name} to a valid one, or choose --llm none."
    if refusal.status == 404:
        return f"{label} has no such model or address{detail}. Correct it: --llm."
    if refusal.status == 429:
        return f"{label} accepts no more requests for now{detail}. Wait, or choose another: --llm."
    if refusal.status >= 500:
        return f"{label} failed (HTTP {refusal.status}{detail}). See its log, or choose another: --llm."
    return f"{label} rejects the request (HTTP {refusal.status}{detail}). Choose another: --llm."


def _is_transient(fault: BaseException) -> bool:
    import httpx

    root = _root(fault)
    if isinstance(root, Refused):
        return (root.status == 429 or root.status >= 500) and (root.retry_after or 0) <= MAX_PAUSE
    return isinstance(root, (httpx.NetworkError, httpx.RemoteProtocolError, BrokeOff))


def _pause(state: RetryCallState) -> float:
    from tenacity import wait_exponential, wait_random

    fault = state.outcome.exception() if state.outcome else None
    root = _root(fault) if fault else None
    retry_after = root.retry_after if isinstance(root, Refused) else None
    return max(retry_after or 0, (wait_exponential(multiplier=PAUSE) + wait_random(0, PAUSE))(state))


def _root(fault: BaseException) -> BaseException:
    """The exception of ours or of httpx that `fault` wraps, as clients have exceptions of their own; else `fault`."""
    import httpx

    link: BaseException | None = fault
    while link:
        if isinstance(link, (Refused, BadEnding, httpx.TransportError)):
            return link
        link = link.__cause__ or link.__context__
    return fault


def in_words(fault: BaseException, key: str = "") -> str:
    """What is wrong, as the end of a line without `key`: in the server's words if it gave any."""
    import httpx

    message = error_text(getattr(fault, "body", None)) or getattr(fault, "message", None)
    if message:
        return shortened(message, key)
    if isinstance(fault, (httpx.TimeoutException, TimeoutError)):
        return "it takes too long"
    if isinstance(fault, Endless):
        return "the reply does not end"
    if isinstance(fault, (httpx.HTTPError, httpx.InvalidURL, OSError)):
        return shortened(_ERROR_NUMBER.sub("", str(fault)) or "the connection was lost", key)
    if isinstance(fault, (JSONDecodeError, UnicodeError, RecursionError)):
        return "the reply is not valid JSON"
    return "the reply has an unknown form"
