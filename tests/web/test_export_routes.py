"""Where answers leave the chat: what each address gives its owner, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag.web.access.browsers import COOKIE
from rag.web.conversations import Conversations
from rag.web.guard import SECURITY_HEADERS
from rag.web.keys import hashed
from rag.web.turns import Turn

from .reader import read
from .samples import OTHER, cite, done, state
from .serving import serving

OWNER, NAME, UNANSWERED = "eve-owns-this-one", "a-conversation-of-eve", "another-one-of-eves"
TURNS = (
    done(state(), question="how slow?"),
    Turn("failed?", error="No."),
    done(state(cite(n=2, paper=OTHER)), question="how fast?"),
)
PAGES = (f"/c/{NAME}/print", f"/c/{NAME}/0/print")
FILES = (f"/c/{NAME}/all.md", f"/c/{NAME}/0.md", f"/c/{NAME}/2.bib", f"/c/{NAME}/0.copy")


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    """A chat in which the owner has a conversation with three questions, and one with a question that failed."""
    kept = Conversations(index_dir)
    kept.save(hashed(OWNER), NAME, 0, *TURNS)
    kept.save(hashed(OWNER), UNANSWERED, 0, TURNS[1])
    with serving(index_dir) as address:
        yield address


@pytest.fixture
def owner(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, cookies={COOKIE: OWNER}, trust_env=False, timeout=60) as client:
        yield client


def test_an_answer_is_copied_as_rich_and_as_plain_text(owner: httpx.Client) -> None:
    copied = owner.get(f"/c/{NAME}/2.copy").json()
    assert read(copied["html"]).all("h2")[0].text == "how fast?"
    assert copied["text"].startswith("how fast?\n\n")


def test_an_answer_or_all_are_saved(owner: httpx.Client) -> None:
    assert owner.get(f"/c/{NAME}/0.md").text.count("# how") == 1
    reply = owner.get(f"/c/{NAME}/all.md")
    assert reply.text.count("# how") == 2
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''conversation-how-slow.md"


def test_an_answer_or_all_are_printed(owner: httpx.Client) -> None:
    for path, questions in zip(PAGES, (["how slow?", "how fast?"], ["how slow?"]), strict=True):
        page = read(owner.get(path).text)
        assert [heading.text for heading in page.all("h2")] == questions
        assert page.all("h1")[0].text
        assert page.all("a")[0].attributes["href"] == f"/c/{NAME}"


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_a_reply_is_as_safe_as_a_page_and_kept_nowhere(owner: httpx.Client, path: str) -> None:
    headers = owner.get(path).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_nobody_else_gets_anything(address: str, path: str) -> None:
    for cookies in ({}, {COOKIE: "x" * 20}):
        with httpx.Client(base_url=address, cookies=cookies, trust_env=False, timeout=60) as client:
            reply = client.get(path)
            assert reply.status_code == 400
            assert "slow" not in reply.text


@pytest.mark.parametrize(
    "path", ["1.copy", "1/print", "1.md", "9.copy", "9/print", "9.md", "0.exe", "all.copy", "-1.md"]
)
def test_where_there_is_no_answer_there_is_nothing(owner: httpx.Client, path: str) -> None:
    assert owner.get(f"/c/{NAME}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["print", "0/print", "all.md", "0.copy"])
def test_a_question_that_failed_has_nothing_to_save(owner: httpx.Client, path: str) -> None:
    assert owner.get(f"/c/{UNANSWERED}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["x.copy", "x/print", f"{10**30}.md", f"{10**30}/print"])
def test_a_number_that_is_none_is_refused(owner: httpx.Client, path: str) -> None:
    assert owner.get(f"/c/{NAME}/{path}").status_code in (404, 422)
