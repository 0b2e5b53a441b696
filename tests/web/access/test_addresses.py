"""Which names the chat answers to, and which pages are its own."""

from __future__ import annotations

import socket

import pytest

from rag.web.access.addresses import Addresses, is_loopback

URL = "https://papers.example.org"
HERE = Addresses("127.0.0.1")
NETWORK = Addresses("0.0.0.0", URL)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_only_this_machine_reaches_a_loopback_address(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "papers-box", "localhost.evil.invalid", "", "127.1"])
def test_others_may_reach_any_other(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860"])
def test_every_server_answers_to_the_names_of_its_machine(host: str) -> None:
    assert HERE.is_ours(host)
    assert NETWORK.is_ours(host)


@pytest.mark.parametrize("host", ["192.0.2.10:7860", "[2001:db8::1]", "papers.example.org", "Papers.Example.ORG:443"])
def test_a_shared_one_answers_to_its_address_and_to_any_ip_which_nobody_can_rebind(host: str) -> None:
    assert NETWORK.is_ours(host)
    assert not HERE.is_ours(host)


def test_a_shared_one_answers_to_the_name_of_its_machine() -> None:
    assert NETWORK.is_ours(f"{socket.gethostname()}:7860")


WRONG = (
    *("", "evil.invalid", "localhost.evil.invalid", "localhost.", "evil.localhost", "localhost@evil.invalid", "[::1"),
    *("999.1.1.1", "1.2.3", "0x7f000001", "localhost:", "localhost:123456", "localhost:7860, evil.invalid", "[::1]x"),
    *("local\u212aost", "localhost/", "localhost\n", " localhost", "[]", "::1", "example.org", "x" * 9_000),
)


@pytest.mark.parametrize("host", WRONG)
def test_nobody_answers_to_another_name(host: str) -> None:
    assert not HERE.is_ours(host)
    assert not NETWORK.is_ours(host)


def test_an_address_is_answered_to_by_a_server_that_only_the_proxy_reaches() -> None:
    assert Addresses("127.0.0.1", URL).is_ours("papers.example.org")
    assert not Addresses("127.0.0.1", URL).is_ours("192.0.2.10")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:7860", "http://localhost:7860"),
        ("LOCALHOST:80", "http://localhost"),
        ("papers.example.org", URL),
        ("papers.example.org:443", URL),
        ("papers.example.org:7860", "http://papers.example.org:7860"),  # past the proxy
        ("192.0.2.10:7860", "http://192.0.2.10:7860"),
    ],
)
def test_a_page_has_the_origin_of_the_address_that_it_was_opened_by(host: str, origin: str) -> None:
    assert NETWORK.origin(host) == origin


def test_a_default_port_may_be_given() -> None:
    assert Addresses("0.0.0.0", "https://papers.example.org:443").origin("papers.example.org") == URL
