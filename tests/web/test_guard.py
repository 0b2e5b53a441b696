"""Which requests are refused, and what every reply tells the browser."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.web.guard import LOOPBACK_HOSTS, SECURITY_HEADERS, Guard

HOST = "127.0.0.1:7860"


def nothing() -> None:
    """An empty page."""


def ask(method: str, headers: dict[str, str], hosts: tuple[str, ...] = LOOPBACK_HOSTS) -> int:
    """The status of the reply to a request with these headers, 200 if it is let through."""
    app = FastAPI()
    app.add_middleware(Guard, hosts=hosts)
    app.api_route("/", methods=["GET", "POST", "DELETE"])(nothing)
    reply = TestClient(app, base_url=f"http://{HOST}").request(method, "/", headers=headers)
    if reply.status_code == 200:
        assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())
    return reply.status_code


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another port of this machine
        {"origin": "https://evil.invalid"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": f"http://{HOST}.evil.invalid"},
    ],
)
def test_no_other_page_changes_anything(method: str, headers: dict[str, str]) -> None:
    assert ask(method, headers) == 403
    assert ask("GET", headers) == 200  # a link from anywhere opens the page


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}, {"sec-fetch-site": "none"}]
)
def test_our_page_and_the_users_own_tools_change_things(headers: dict[str, str]) -> None:
    assert ask("POST", headers) == 200


@pytest.mark.parametrize("host", ["evil.invalid", "evil.invalid:7860", "localhost.evil.invalid", ""])
def test_a_name_of_another_site_that_points_here_is_refused(host: str) -> None:
    assert ask("GET", {"host": host}) == 403
    assert ask("GET", {"host": host}, hosts=()) == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]:7860"])
def test_this_machine_answers_to_its_names(host: str) -> None:
    assert ask("GET", {"host": host}) == 200
