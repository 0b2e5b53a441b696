"""Asking a service: its pace, its faults, its redirects, keys and the mail address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from rag import __version__
from rag.errors import FetchError
from rag.fetch import client
from rag.fetch.client import MAX_TRIES, Client, RejectedError
from rag.fetch.host import Host
from rag.fetch.reply import Reply
from tests.fetch.server import Answer, Server, running

HOST = Host("Moss", "", interval=3.0, key_name="MOSS_API_KEY", key_parameter="api_key", contact_parameter="mailto")
HOST = replace(HOST, remedy="Set MOSS_API_KEY.")
PAGE = "<!DOCTYPE html><html><body>Too busy</body></html>"

Ask = Callable[..., Any]


@pytest.fixture
def ask(server: Server, slept: list[float]) -> Ask:
    """Asks the server once for JSON."""
    server.answer = lambda asked: Answer({"moss": 1})

    def once(path: str = "/papers", contact: str = "", **content: Any) -> Any:
        with Client(replace(HOST, base=server.url), contact, slept.append) as opened:
            return opened.ask(path, Reply.json, **content)

    return once


def test_a_request_says_who_asks_and_carries_the_key(ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSS_API_KEY", "secret")
    assert ask(contact="maja@moss.example", params={"q": "a b&c+d"}) == {"moss": 1}
    (asked,) = server.asked
    assert asked.params == {"q": "a b&c+d", "api_key": "secret", "mailto": "maja@moss.example"}
    assert asked.headers["user-agent"] == f"rag/{__version__} (mailto:maja@moss.example)"


def test_without_a_mail_address_and_a_key_none_is_sent(ask: Ask, server: Server) -> None:
    ask()
    assert server.asked[0].params == {}
    assert server.asked[0].headers["user-agent"] == f"rag/{__version__}"


def test_a_form_is_sent_with_the_key_in_it(ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSS_API_KEY", "secret")
    ask(form={"term": "moss"})
    assert (server.asked[0].method, server.asked[0].params) == ("POST", {"term": "moss", "api_key": "secret"})


def test_the_key_is_never_logged_or_shown(
    ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MOSS_API_KEY", "secret")
    server.answer = lambda asked: Answer({"error": f"no query in {asked.params}"}, status=400)
    with caplog.at_level(logging.DEBUG), pytest.raises(RejectedError, match=r"no query in .*…") as raised:
        ask()
    assert "secret" not in caplog.text + str(raised.value)
    assert "api_key=…" in caplog.text


def test_a_key_that_cannot_be_one_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSS_API_KEY", "sec\nret")
    with pytest.raises(FetchError, match=r"^MOSS_API_KEY contains") as raised:
        Client(replace(HOST, base="https://moss.example"))
    assert "sec" not in str(raised.value)


def test_two_requests_keep_the_interval(server: Server, slept: list[float]) -> None:
    server.answer = lambda asked: Answer({})
    with Client(replace(HOST, base=server.url), sleep=slept.append) as opened:
        opened.ask("/1", Reply.json)
        assert slept == []
        opened.ask("/2", Reply.json)
    assert slept == [3.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Backoff": "20"}, 20),
        ({"X-Rate-Limit-Limit": "2", "X-Rate-Limit-Interval": "60s"}, 30),
        ({"Backoff": "86400"}, client.MAX_WAIT),
    ],
)
def test_a_service_may_ask_for_another_interval(
    server: Server, slept: list[float], headers: dict[str, str], seconds: float
) -> None:
    server.answer = lambda asked: Answer({}, headers=headers)
    with Client(replace(HOST, base=server.url), sleep=slept.append) as opened:
        opened.ask("/1", Reply.json)
        opened.ask("/2", Reply.json)
    assert slept == [seconds]


def test_after_429_the_client_waits_as_many_seconds_as_the_service_says(
    ask: Ask, server: Server, slept: list[float]
) -> None:
    server.first = [Answer(status=429, headers={"Retry-After": "7"})]
    assert ask() == {"moss": 1}
    assert slept[0] == 7


def test_after_429_the_client_waits_until_the_date_that_the_service_says(
    ask: Ask, server: Server, slept: list[float]
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    server.first = [Answer(status=429, headers={"Retry-After": date})]
    assert ask() == {"moss": 1}
    assert 30 < slept[0] <= 50


@pytest.mark.parametrize("value", ["soon", "Thu, 99 Foo 2026 00:00:00 GMT", "-5", ""])
def test_a_retry_after_that_is_neither_is_as_none(ask: Ask, server: Server, slept: list[float], value: str) -> None:
    server.first = [Answer(status=429, headers={"Retry-After": value})]
    assert ask() == {"moss": 1}
    assert 0 < slept[0] < 10


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "53578"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "53578"}]
)
def test_a_pause_of_hours_is_told_and_not_made(
    ask: Ask, server: Server, slept: list[float], headers: dict[str, str]
) -> None:
    server.first = [Answer({"message": "Insufficient budget"}, status=429, headers=headers)]
    with pytest.raises(FetchError, match=r"^Moss accepts no requests for 14 h 53 min: Insufficient budget\.") as raised:
        ask()
    assert str(raised.value).endswith(" after that to continue. Set MOSS_API_KEY.")
    assert slept == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_faults_of_the_server_are_waited_out_ever_longer(
    ask: Ask, server: Server, slept: list[float], status: int
) -> None:
    server.first = [Answer(PAGE, status=status)] * 3
    assert ask() == {"moss": 1}
    first, _, second, _, third, _ = slept  # each followed by what is left of the interval
    assert 2 <= first <= 4 <= second <= 6 < third <= 10


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("Maintenance", status=503), r"fails \(HTTP 503: Maintenance\)"),
        (Answer(PAGE, status=502), r"fails \(HTTP 502\)"),
        (Answer(PAGE), "sent a web page in place of data"),
        (Answer('{"papers": ["Moss'), "sent JSON that is damaged or cut off"),
        (Answer("[" * 200_000), "sent JSON that is damaged or cut off"),
        (Answer(" "), "sent an empty reply"),
        (Answer({}, cut=True), "breaks off the connection"),
    ],
)
def test_a_fault_that_stays_is_told_after_a_limited_number_of_tries(
    ask: Ask, server: Server, slept: list[float], answer: Answer, reason: str
) -> None:
    server.answer = lambda asked: answer
    with pytest.raises(FetchError, match=f"^Moss {reason}. Run the same command again to continue.$"):
        ask()
    assert len(server.asked) == MAX_TRIES
    assert sum(slept) < client.MAX_WAITS + client.MAX_WAIT


def test_a_service_that_does_not_answer_in_time_is_asked_again(
    ask: Ask, server: Server, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_TIMEOUT", 0.5)
    server.first = [Answer({}, delay=1.0)]
    assert ask() == {"moss": 1}
    assert len(slept) == 2


def test_waiting_as_the_service_says_has_an_end(ask: Ask, server: Server, slept: list[float]) -> None:
    server.answer = lambda asked: Answer(status=429, headers={"Retry-After": "110"})
    with pytest.raises(FetchError, match="HTTP 429"):
        ask()
    assert len(server.asked) < MAX_TRIES


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"message": [{"type": "parameter-not-found", "message": "No such parameter"}]}, ": No such parameter"),
        ({"error": "Unknown field"}, ": Unknown field"),
        ("Resource not found.", ": Resource not found."),
        ("<feed><entry><title>Error</title><summary>bad id</summary></entry></feed>", ": bad id"),
        (PAGE, ""),
        ({"status": "failed"}, ""),
    ],
)
def test_a_rejected_request_is_told_at_once_with_what_the_service_says(
    ask: Ask, server: Server, body: Any, detail: str
) -> None:
    server.answer = lambda asked: Answer(body, status=400)
    with pytest.raises(RejectedError) as raised:
        ask()
    assert str(raised.value) == f"Moss rejects the request (HTTP 400{detail}). Correct the request."
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer", [Answer(status=401), Answer(status=403), Answer({"error": "API key invalid"}, status=400)]
)
def test_a_refusal_says_what_to_do(server: Server, answer: Answer) -> None:
    server.answer = lambda asked: answer
    with (
        Client(replace(HOST, base=server.url)) as opened,
        pytest.raises(FetchError, match=r"^Moss refuses the request .*\. Set MOSS_API_KEY\.$"),
    ):
        opened.ask("/", Reply.json)
    assert len(server.asked) == 1


def test_a_redirect_within_the_host_is_followed(ask: Ask, server: Server) -> None:
    server.first = [Answer(status=301, headers={"Location": "/works/W2?merged=1"})]
    assert ask() == {"moss": 1}
    assert (server.asked[1].path, server.asked[1].params) == ("/works/W2", {"merged": "1"})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_is_an_error_that_names_it(ask: Ask, server: Server, status: int) -> None:
    with running() as other:
        address = other.url.replace("127.0.0.1", "localhost")
        server.answer = lambda asked: Answer(status=status, headers={"Location": f"{address}/papers"})
        with pytest.raises(FetchError, match="Moss sends to another host, localhost, which is not asked"):
            ask()
        assert other.asked == []


def test_a_redirect_to_another_port_is_to_another_host(ask: Ask, server: Server) -> None:
    with running() as other:
        server.answer = lambda asked: Answer(status=302, headers={"Location": other.url})
        with pytest.raises(FetchError, match="another host"):
            ask()
        assert other.asked == []


def test_redirects_in_a_circle_end(ask: Ask, server: Server) -> None:
    server.answer = lambda asked: Answer(status=302, headers={"Location": "/papers"})
    with pytest.raises(FetchError, match="redirects more than"):
        ask()


def test_a_reply_that_is_too_long_is_an_error(ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BYTES", 1_000)
    server.answer = lambda asked: Answer("[" + " " * 2_000 + "]")
    with pytest.raises(FetchError, match="Moss sent more than 1,000 bytes in one reply"):
        ask()


def test_a_service_that_is_not_there_is_told_at_once(slept: list[float]) -> None:
    with running() as gone:
        address = gone.url
    with (
        Client(replace(HOST, base=address, remedy="Start it."), sleep=slept.append) as opened,
        pytest.raises(FetchError, match=r"^Moss cannot be reached at 127\.0\.0\.1:\d+\. Start it\.$"),
    ):
        opened.ask("/", Reply.json)
    assert slept == []


def test_a_connection_that_is_lost_on_the_way_is_waited_for(slept: list[float]) -> None:
    with running() as gone, Client(replace(HOST, base=gone.url), sleep=slept.append) as opened:
        gone.answer = lambda asked: Answer({}, headers={"Connection": "close"})
        opened.ask("/", Reply.json)
        gone.shutdown()
        gone.server_close()
        with pytest.raises(FetchError, match=r"^Moss breaks off the connection\. Run the same command again"):
            opened.ask("/", Reply.json)
    assert len(slept) >= MAX_TRIES - 1


def test_plain_http_is_for_this_computer_only() -> None:
    with pytest.raises(FetchError, match=r"over HTTPS only, not at http://moss.example"):
        Client(replace(HOST, base="http://moss.example"))
