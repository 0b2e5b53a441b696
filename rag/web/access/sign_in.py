"""The page to sign in, and what happens when it is sent."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qs

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rag.errors import KeepingError
from rag.web import templates
from rag.web.access.authentication import SIGN_IN, SIGN_OUT, Gate, Refusal, client_address, closed
from rag.web.access.sessions import SESSION_DAYS
from rag.web.identity import VISITOR

if TYPE_CHECKING:
    import gradio as gr

    from rag.web.access.people import Person

_PAGES = re.compile(r"/(c/[\w-]{1,64}|papers)?", re.ASCII)  # that one may be sent to after signing in
_MAX_FORM_BYTES = 4_000  # that are read of what is sent


class SignIn:
    """One method per address."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at the addresses where one signs in and out."""
        server.get(SIGN_IN)(self.page)
        server.post(SIGN_IN)(self.begin)
        server.post(SIGN_OUT)(self.end)

    async def page(self, request: Request, next: Annotated[str, Query(max_length=200)] = "/") -> Response:
        """The form; who is signed in already is sent on to the page `next`."""
        return RedirectResponse(_page(next), 303) if VISITOR in request.scope else _form(next)

    async def begin(self, request: Request) -> Response:
        """Signs in with the password of the form, or shows what is wrong. Each sign-in gets a token of its own."""
        fields = parse_qs((await request.body())[:_MAX_FORM_BYTES].decode("utf-8", "replace"))
        password, page = (fields.get(name, [""])[0].strip() for name in ("password", "next"))
        found = await self._gate.with_password(password.encode("utf-8", "replace"), client_address(request.scope))
        if isinstance(found, Refusal):
            return _form(page, found)
        try:
            return await self._signed_in(request, found, page)
        except KeepingError as fault:
            return _form(page, closed(fault))

    async def end(self, request: Request) -> Response:
        """Signs out this browser."""
        response = RedirectResponse(SIGN_IN, 303)
        await asyncio.to_thread(self._gate.sessions.end, request.cookies.get(self._gate.cookie, ""))
        response.delete_cookie(self._gate.cookie, secure=self._gate.is_secure, httponly=True, samesite="lax")
        return response

    async def _signed_in(self, request: Request, person: Person, page: str) -> Response:
        sessions, response = self._gate.sessions, RedirectResponse(_page(page), 303)
        await asyncio.to_thread(sessions.end, request.cookies.get(self._gate.cookie, ""))
        token = await asyncio.to_thread(sessions.begin, person)
        age = SESSION_DAYS * 86_400
        secure = self._gate.is_secure
        # "lax": a link on another site, as in a mail, finds its reader signed in.
        response.set_cookie(self._gate.cookie, token, age, secure=secure, httponly=True, samesite="lax")
        return response


def _page(page: str) -> str:
    """`page`, if it is one of ours: nobody is sent to another site."""
    return page if _PAGES.fullmatch(page) else "/"


def _form(page: str, refusal: Refusal | None = None) -> HTMLResponse:
    fault = refusal.text if refusal else ""
    html = templates.page("sign_in.html", title="Sign in", next=_page(page), fault=fault)
    headers = {"cache-control": "no-store"} | (refusal.headers() if refusal else {})
    return HTMLResponse(html, refusal.status if refusal else 200, headers)
