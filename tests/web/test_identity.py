"""Who a request comes from where nobody signs in, and what a browser keeps of that."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.testclient import TestClient

from rag.errors import AccessError, ConversationError
from rag.web.access.browsers import COOKIE, Browsers
from rag.web.identity import VISITOR, Visitor, curator_of, owner_of, visitor_of
from rag.web.keys import hashed

KEY = "an-id-of-a-browser"


def request(visitor: Visitor) -> Request:
    return Request({"type": "http", "headers": [], VISITOR: visitor})


@pytest.fixture
def browser() -> TestClient:
    """A browser without a cookie, and a server that tells it who it is."""
    app = FastAPI()

    def told(request: Request) -> dict[str, Any]:
        visitor = visitor_of(request)
        return {"owner": visitor.owner, "known": visitor.is_known, "curator": visitor.is_curator}

    @app.get("/")
    def page(request: Request) -> HTMLResponse:
        return HTMLResponse(told(request)["owner"])

    @app.get("/data")
    def data(request: Request) -> JSONResponse:
        return JSONResponse(told(request))

    return TestClient(Browsers(app), base_url="http://localhost")


def test_a_new_browser_gets_a_key_of_its_own_and_keeps_it(browser: TestClient) -> None:
    assert not browser.get("/data").json()["known"]
    assert not browser.cookies
    page = browser.get("/")
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie  # whoever follows a link from elsewhere stays the same visitor
    assert page.text == hashed(browser.cookies[COOKIE])  # the key itself is kept by the browser only
    assert browser.get("/data").json() == {"owner": page.text, "known": True, "curator": True}
    assert browser.get("/").text == page.text


@pytest.mark.parametrize("held", ["", "x", "<script>alert(1)</script>", "a" * 100, "../../../../etc/passwd"])
def test_any_other_cookie_belongs_to_nobody(browser: TestClient, held: str) -> None:
    reply = browser.get("/data", headers={"cookie": f"{COOKIE}={held}; other={KEY}"}).json()
    assert not reply["known"]
    assert reply["owner"] not in (hashed(held), hashed(KEY))


def test_who_keeps_no_cookie_is_told() -> None:
    with pytest.raises(ConversationError, match="Allow cookies for this page"):
        owner_of(request(Visitor("x", "curator", is_known=False)))


def test_a_reader_is_no_curator() -> None:
    assert owner_of(request(Visitor("x", "reader", "ben"))) == "x"
    assert curator_of(request(Visitor("x", "curator", "ada"))) == "x"
    with pytest.raises(AccessError, match="Only a curator may do this"):
        curator_of(request(Visitor("x", "reader", "ben")))
