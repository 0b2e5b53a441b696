"""Who a request comes from: whose conversations it sees, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.errors import AccessError, ConversationError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import Request

VISITOR = "rag.visitor"  # of the ASGI scope of a request
Face = Literal["page", "gradio", "http", "openai", "mcp"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `owner` is what their conversations are kept under, and tells nobody who they are.

    A reader asks, searches, exports and rates; a curator also changes the collection and tests models. `name` is empty
    if nobody signs in; then `is_known` tells whether the browser keeps the cookie by which it is known again. `face` is
    what they use of the server.
    """

    owner: str
    role: Literal["reader", "curator"]
    name: str = ""
    is_known: bool = True
    face: Face = "page"

    @property
    def is_curator(self) -> bool:
        return self.role == "curator"


def visitor_of(request: Request | gr.Request) -> Visitor:
    """Who `request` comes from."""
    whole = getattr(request, "request", None) or request  # Gradio's own requests hold that of the call
    visitor: Visitor = whole.scope[VISITOR]
    return visitor


def owner_of(request: Request | gr.Request) -> str:
    """The owner that `request` comes from. Raises ConversationError if the browser keeps no cookies."""
    visitor = visitor_of(request)
    if not visitor.is_known:
        raise ConversationError(
            "Your browser sent no cookie, which is needed to tell your conversations from those of others. "
            "Allow cookies for this page, then reload it."
        )
    return visitor.owner


def curator_of(request: Request | gr.Request) -> str:
    """The owner of a curator's `request`. Raises AccessError if it comes from a reader."""
    if not visitor_of(request).is_curator:
        raise AccessError("Only a curator may do this. Ask someone who looks after this collection.")
    return owner_of(request)
