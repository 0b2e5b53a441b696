"""Whose conversations are whose: a browser is known by a cookie that holds a number nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.errors import ConversationError
from rag.web.conversations import is_name

if TYPE_CHECKING:
    from starlette.responses import Response

COOKIE = "rag_owner"
DAYS = 400  # the longest that browsers keep a cookie


def owner_of(cookies: Mapping[str, str]) -> str:
    """Who asks. Raises ConversationError where the browser keeps no cookies."""
    held = cookies.get(COOKIE, "")
    if not is_name(held):
        raise ConversationError(
            "Your browser sent no cookie of this page, which tells your conversations from those of others. "
            "Allow cookies for this page, then reload it."
        )
    return held


def visitor(cookies: Mapping[str, str]) -> str:
    """Who opens a page, who may be new here."""
    held = cookies.get(COOKIE, "")
    return held if is_name(held) else secrets.token_urlsafe(24)


def remember(owner: str, response: Response) -> None:
    """Has the browser keep who it is, for this server only and out of reach of scripts.

    It tells it also where a link on another site is followed: "strict" would make a stranger of who comes that way, and
    lose them what they kept. What changes anything is guarded otherwise.
    """
    response.set_cookie(COOKIE, owner, max_age=DAYS * 86_400, httponly=True, samesite="lax")
