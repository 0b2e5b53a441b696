"""Whose conversations are whose: a browser is known by a cookie that holds an id nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.errors import ConversationError
from rag.web.conversations import is_name

if TYPE_CHECKING:
    from starlette.responses import Response

COOKIE = "rag_owner"
COOKIE_DAYS = 400  # the longest that browsers keep a cookie


def owner_of(cookies: Mapping[str, str]) -> str:
    """The owner that a request comes from. Raises ConversationError if the browser keeps no cookies."""
    owner = cookies.get(COOKIE, "")
    if not is_name(owner):
        raise ConversationError(
            "Your browser sent no cookie, which is needed to tell your conversations from those of others. "
            "Allow cookies for this page, then reload it."
        )
    return owner


def visitor(cookies: Mapping[str, str]) -> str:
    """The owner that opens a page, a new one if the browser has none yet."""
    owner = cookies.get(COOKIE, "")
    return owner if is_name(owner) else secrets.token_urlsafe(24)


def remember(owner: str, response: Response) -> None:
    """Has the browser keep `owner`, for this server only and out of reach of scripts.

    It is sent also when a link on another site is followed ("lax"): with "strict" the visitor would be taken for a new
    one and lose their conversations. Requests that change anything are protected by `Guard`.
    """
    response.set_cookie(COOKIE, owner, max_age=COOKIE_DAYS * 86_400, httponly=True, samesite="lax")
