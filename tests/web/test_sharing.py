"""A chat that is shared: who gets in, what each may do, and whose conversations are whose."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import SettingsError
from rag.web.access.sessions import SESSIONS
from rag.web.access.throttle import FREE_FAILURES, Throttle
from rag.web.conversations import DATABASE
from rag.web.guard import SECURITY_HEADERS
from rag.web.serve import reach, start
from tests.conftest import WHICH, index_of

from .reader import read
from .serving import served, serving

ADA, BEN = "correct horse battery", "staple-0123456789"
PEOPLE = f"ada curator {ADA}\nben reader {BEN}\n"
URL = "https://papers.example.org"
BREAD = b'{"title": "Sourdough", "abstract": "We bake bread for 20 hours."}\n'


@dataclass(frozen=True)
class Shared:
    """A chat that Ada and Ben may use."""

    address: str
    people: Path
    index_dir: Path


@pytest.fixture(scope="module")
def shared(unopened_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    import shutil

    folder = tmp_path_factory.mktemp("shared")
    index_dir = Path(shutil.copytree(unopened_index, folder / "index"))
    people = folder / "people.txt"
    write(people, PEOPLE)
    with pytest.MonkeyPatch.context() as patch:
        # Who has to wait must not get in because the machine is busy meanwhile.
        patch.setattr("rag.web.serve.Throttle", partial(Throttle, clock=lambda: 0.0))
        with serving(index_dir, password_file=people) as address:
            yield Shared(address, people, index_dir)


def write(people: Path, text: str) -> None:
    people.write_text(text)
    people.chmod(0o600)


@pytest.fixture
def browser(shared: Shared) -> Iterator[Callable[..., httpx.Client]]:
    """Makes browsers, each at an address of its own, as a proxy on this machine tells it."""
    opened: list[httpx.Client] = []

    def make(password: str = "", **headers: str) -> httpx.Client:
        come_from = {"x-forwarded-for": f"198.51.{os.getpid() % 250}.{next(_numbers)}", "accept": "text/html,*/*"}
        opened.append(httpx.Client(base_url=shared.address, trust_env=False, timeout=60, headers=come_from | headers))
        if password:
            assert sign_in(opened[-1], password).status_code == 303
        return opened[-1]

    yield make
    for client in opened:
        client.close()


_numbers = iter(range(250))


def origin(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")


def sign_in(client: httpx.Client, password: str, **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"password": password} | more, headers={"origin": origin(client)})


def ask(client: httpx.Client, question: str = WHICH) -> dict[str, Any]:
    """What is told of an answer in the end."""
    return call(client, "page_ask", {"question": question})


def call(client: httpx.Client, name: str, argument: object) -> dict[str, Any]:
    """What a function that streams has told in the end, as the page's script gets it."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": [argument]}).json()["event_id"]
    lines = client.get(f"/gradio_api/call/{name}/{event}").text.splitlines()
    told: dict[str, Any] = {}
    for line in lines:
        told |= json.loads(line[6:])[0] if line.startswith("data: [{") else {}
    return told


ADDRESSES = [
    *(("GET", path) for path in ("/c/some-conversation-1", "/papers.bib", "/papers/1", "/map", "/settings")),
    *(("GET", path) for path in ("/settings/filters", "/conversations", "/conversations?q=kites")),
    ("PATCH", "/c/some-conversation-1"),
    ("POST", "/c/some-conversation-1/branch"),
    *(("GET", path) for path in ("/config", "/gradio_api/info", "/gradio_api/heartbeat/x", "/gradio_api/upload")),
    *(("POST", path) for path in ("/gradio_api/call/page_ask", "/gradio_api/call/rebuild", "/gradio_api/queue/join")),
    *(("POST", path) for path in ("/uploads?name=x.bib", "/uploads/preview", "/settings/test", "/sign-out", "/")),
    *(("GET", path) for path in ("/ui", "/sign-in/", "//sign-in", "/SIGN-IN", "/sign-in%2f")),
    *(("DELETE", path) for path in ("/c/some-conversation-1",)),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_nobody_gets_anything_before_signing_in(
    browser: Callable[..., httpx.Client], shared: Shared, method: str, path: str
) -> None:
    reply = browser(accept="*/*").request(method, shared.address + path)
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert reply.json() == {"fault": "You are not signed in. Reload the page to sign in."}
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())


def test_who_opens_a_page_signs_in_and_is_there(browser: Callable[..., httpx.Client]) -> None:
    client = browser()
    sent = client.get("/papers?q=owls")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/papers")
    form = client.get(sent.headers["location"])
    page = read(form.text)
    assert "Sign in" in page.text
    assert "14 papers" not in form.text
    assert [field.attributes.get("value") for field in page.all("input")] == [None, "/papers"]
    signed_in = sign_in(client, ADA, next="/papers")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/papers")
    assert "14 papers" in client.get("/papers").text
    assert client.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize(
    "page", ["//evil.invalid", "https://evil.invalid", "/\\evil.invalid", "/c/../x", "", "x" * 190]
)
def test_nobody_is_sent_to_another_site(browser: Callable[..., httpx.Client], page: str) -> None:
    client = browser()
    assert 'name="next" value="/"' in client.get("/sign-in", params={"next": page}).text
    assert sign_in(client, ADA, next=page).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_and_new_at_each_sign_in(browser: Callable[..., httpx.Client]) -> None:
    client = browser()
    client.cookies.set("rag_session", "a-token-that-somebody-else-knows-too-12345")
    reply = sign_in(client, ADA)
    cookie = reply.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    first = re.match(r"rag_session=([\w-]{43});", cookie)
    assert first
    again = sign_in(browser(cookie=f"rag_session={first[1]}"), ADA)
    assert first[1] not in again.headers["set-cookie"]
    assert browser(cookie=f"rag_session={first[1]}").get("/").status_code == 303  # the one before has ended


def test_a_wrong_password_is_told_and_soon_has_to_wait(browser: Callable[..., httpx.Client]) -> None:
    client = browser()
    for _ in range(FREE_FAILURES):
        reply = sign_in(client, "correct horse batteri")
        assert reply.status_code == 401
        assert "This password is not known here." in read(reply.text).text
        assert "set-cookie" not in reply.headers
    reply = sign_in(client, ADA)  # not even the right one is tried
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    assert "Too many wrong passwords. Try again in 1 second." in read(reply.text).text
    program = {"authorization": f"Bearer {ADA}", "accept": "*/*"}
    assert client.get("/", headers=program).status_code == 429
    assert browser(ADA).get("/").status_code == 200  # nobody elsewhere waits


@pytest.mark.parametrize("body", [b"", b"password=", b"password=%ff%fe", b"x" * 10_000, b"a=1&" * 100, b"\xff" * 50])
def test_a_form_that_was_not_ours_signs_nobody_in(browser: Callable[..., httpx.Client], body: bytes) -> None:
    assert browser().post("/sign-in", content=body).status_code in (400, 401)


def test_another_sites_form_signs_nobody_in_or_out(browser: Callable[..., httpx.Client]) -> None:
    client = browser(ADA)
    for path in ("/sign-in", "/sign-out"):
        for headers in ({"origin": "https://evil.invalid"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
            assert client.post(path, data={"password": BEN}, headers=headers).status_code == 403
    assert "Sign out ada" in client.get("/").text


def test_a_program_sends_its_password(browser: Callable[..., httpx.Client], shared: Shared) -> None:
    from gradio_client import Client

    for sent in (f"Bearer {BEN}", f"bearer  {BEN}"):
        assert "set-cookie" not in browser(authorization=sent).get("/papers.csl").headers
        assert browser(authorization=sent).get("/papers.csl").status_code == 200
    for wrong in ("Bearer", "Bearer x", f"Basic {BEN}", BEN, b"Bearer \xff"):
        assert browser(accept="*/*").get("/papers.csl", headers={"authorization": wrong}).status_code == 401
    client = Client(shared.address, verbose=False, headers={"Authorization": f"Bearer {BEN}"})
    try:
        assert not client.predict({"question": WHICH}, api_name="/page_ask")["running"]
    finally:
        client.close()


def test_conversations_belong_to_the_person_on_every_device(browser: Callable[..., httpx.Client]) -> None:
    laptop, phone, other = browser(ADA), browser(ADA), browser(BEN)
    name = ask(laptop)["name"]
    assert WHICH in phone.get(f"/c/{name}").text
    assert name in phone.get("/").text
    assert other.get(f"/c/{name}").status_code == 404
    assert name not in other.get("/").text
    assert other.get(f"/c/{name}/all.md").status_code == 400
    assert "fault" in call(other, "watch", name)
    other.delete(f"/c/{name}")
    assert phone.get(f"/c/{name}").status_code == 200


def test_a_reader_asks_searches_exports_and_rates(browser: Callable[..., httpx.Client]) -> None:
    client = browser(BEN)
    last = ask(client)
    assert last["status"].startswith("done")
    assert client.get(f"/c/{last['name']}/0.bib").status_code == 200
    assert client.post(f"/c/{last['name']}/0/rating", json={"good": True}).status_code == 200
    assert client.get("/papers.bib").status_code == 200
    assert client.get("/settings").status_code == 200
    assert client.delete(f"/c/{last['name']}").status_code == 200


def test_a_reader_changes_nothing_and_is_told_so(browser: Callable[..., httpx.Client], shared: Shared) -> None:
    client = browser(BEN)
    refused = [
        client.post("/uploads?name=bread.jsonl", content=BREAD),
        client.post("/uploads"),
        client.post("/uploads/preview", json={"staged": []}),
        client.post("/uploads/preview"),
        client.post("/uploads/discard", json={"staged": []}),
        client.post("/uploads/discard"),
        client.post("/rebuilding/stop"),
        client.post("/settings/test", json={"llm": ""}),
    ]
    told = "Only a curator may do this. Ask someone who looks after this collection."
    assert [(reply.status_code, reply.json()) for reply in refused] == [(403, {"fault": told})] * len(refused)
    before = (shared.index_dir / "CURRENT").read_text()
    ended = call(client, "rebuild", {"staged": []})
    assert ended["done"]
    assert told in ended["html"]
    assert (shared.index_dir / "CURRENT").read_text() == before


def test_pages_show_a_reader_only_what_they_may_do(browser: Callable[..., httpx.Client]) -> None:
    for password, may in ((ADA, True), (BEN, False)):
        client = browser(password)
        assert ("Add papers and rebuild" in read(client.get("/papers").text).text) is may
        assert ('id="test"' in client.get("/").text) is may


def test_a_staged_file_is_its_curators_alone(browser: Callable[..., httpx.Client], shared: Shared) -> None:
    write(shared.people, f"{PEOPLE}cy curator another-password-of-a-curator\n")
    ada, cy = browser(ADA), browser("another-password-of-a-curator")
    staged = {"staged": ada.post("/uploads?name=bread.jsonl", content=BREAD).json()["staged"]}
    (file,) = (shared.index_dir / ".incoming").rglob("*.jsonl")
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
    assert "can no longer be found" in cy.post("/uploads/preview", json=staged).json()["fault"]
    assert "can no longer be found" in call(cy, "rebuild", staged)["html"]
    assert cy.post("/uploads/discard", json=staged).status_code == 200
    assert "Sourdough" in ada.post("/uploads/preview", json=staged).json()["html"]
    ada.post("/uploads/discard", json=staged)
    assert not file.exists()


def test_signing_out_ends_the_session_and_no_other(browser: Callable[..., httpx.Client]) -> None:
    laptop, phone = browser(ADA), browser(ADA)
    held = laptop.cookies["rag_session"]
    reply = laptop.post("/sign-out", headers={"origin": origin(laptop)})
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in")
    assert "rag_session" not in laptop.cookies
    assert browser(cookie=f"rag_session={held}").get("/").status_code == 303
    assert phone.get("/").status_code == 200


def test_who_is_removed_or_gets_another_password_is_out_at_once(
    browser: Callable[..., httpx.Client], shared: Shared
) -> None:
    ada, ben = browser(ADA), browser(BEN)
    write(shared.people, f"ada curator {ADA} staple\n")
    try:
        assert (ada.get("/").status_code, ben.get("/").status_code) == (303, 303)
        assert sign_in(browser(), BEN).status_code == 401
        assert browser(f"{ADA} staple").get("/").status_code == 200
        write(shared.people, "ada curator")
        assert browser(accept="*/*").get("/map").status_code == 401
        assert ada.get("/map").status_code == 503
        assert int(ada.get("/api/v1/status").headers["retry-after"]) > 0
        refused = sign_in(browser(), ADA)
        assert refused.status_code == 503
        assert "people.txt" not in refused.text  # what is wrong there is for the terminal only
        shared.people.chmod(0o644)
        assert ada.get("/map").json() == {
            "fault": "Nobody can be let in now. The terminal that runs the chat shows why."
        }
    finally:
        write(shared.people, PEOPLE)
    assert ben.get("/").status_code == 200


def test_sessions_outlast_a_restart_and_the_address_makes_the_cookie_secure(tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    write(people, PEOPLE)
    proxied = {"host": "papers.example.org", "origin": URL, "x-forwarded-proto": "https"}
    cookies = []
    for _ in range(2):
        with (
            serving(tmp_path / "index", password_file=people, url=URL) as address,
            httpx.Client(base_url=address, trust_env=False, headers=proxied) as client,
        ):
            cookies = cookies or [client.post("/sign-in", data={"password": ADA}).headers["set-cookie"]]
            assert re.match(r"__Host-rag_session=[\w-]{43}; .*Secure", cookies[0])
            assert "Domain" not in cookies[0]
            held = {"cookie": cookies[0].partition(";")[0]}
            assert client.get("/gradio_api/info", headers=held).status_code == 200
            assert client.get("/gradio_api/info", headers=held | {"origin": address}).status_code == 403
            other = {"cookie": held["cookie"].removeprefix("__Host-")}
            assert client.get("/gradio_api/info", headers=other).status_code == 401
    assert (tmp_path / "index" / SESSIONS).exists()


def test_it_does_not_listen_to_others_without_a_password(tmp_path: Path) -> None:
    library = Library(settings.load(index_dir=tmp_path, llm="none"))
    with pytest.raises(SettingsError, match="no password protects it"):
        start(library, "0.0.0.0", 0)
    library = Library(settings.load(index_dir=tmp_path, llm="none", url=URL))
    with pytest.raises(SettingsError, match="no password protects it"):
        start(library, "127.0.0.1", 0)


def test_the_line_at_the_start_says_who_can_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = tmp_path / "people.txt"
    write(people, PEOPLE)
    assert reach(settings.load()) == "Chat: http://127.0.0.1:7860  (Ctrl+C stops it)"
    assert reach(settings.load(password_file=people, url=URL)) == (
        f"Chat: {URL}  (2 people may sign in; Ctrl+C stops it)"
    )
    monkeypatch.setenv("RAG_PASSWORD", ADA)
    line, note = reach(settings.load(host="0.0.0.0")).splitlines()
    assert line == "Chat: http://localhost:7860  (1 person may sign in; Ctrl+C stops it)"
    assert "unencrypted" in note


def test_if_sessions_cannot_be_kept_the_page_says_so(
    browser: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", Mock(side_effect=sqlite3.OperationalError("disk I/O error")))
    refused = sign_in(browser(), ADA)
    assert refused.status_code == 503
    assert "Nobody can be let in now." in read(refused.text).text


def test_who_cannot_sign_out_is_not_told_where_sessions_are_kept(
    browser: Callable[..., httpx.Client], shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(authorization=f"Bearer {BEN}", accept="*/*")
    monkeypatch.setattr(sqlite3, "connect", Mock(side_effect=sqlite3.OperationalError("disk I/O error")))
    refused = client.post("/sign-out", headers={"origin": origin(client)})
    assert refused.json() == {"fault": "What you keep here cannot be read or changed now. Ask whoever runs this chat."}


def program(address: str, password: str) -> httpx.Client:
    """A program that sends this password."""
    headers = {"authorization": f"Bearer {password}"}
    return httpx.Client(base_url=address, trust_env=False, timeout=60, headers=headers)


def openai_says(client: httpx.Client, model: str) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": WHICH}]}
    return str(client.post("/v1/chat/completions", json=body).json()["error"]["message"])


def tool_says(client: httpx.Client, tool: str, **arguments: object) -> str:
    params = {"name": tool, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    reply = client.post("/gradio_api/mcp/", json=message, headers={"accept": "application/json, text/event-stream"})
    (line,) = re.findall(r"^data: (.*)", reply.text, re.MULTILINE)
    return str(json.loads(line)["result"]["content"][-1]["text"])


def gradio_says(client: httpx.Client, *given: object) -> str:
    event = client.post("/gradio_api/call/ask", json={"data": given}).json()["event_id"]
    *_, line = re.findall(r"^data: (.*)", client.get(f"/gradio_api/call/ask/{event}").text, re.MULTILINE)
    return str(json.loads(line))


def test_a_reader_is_told_all_of_what_is_wrong_with_a_request(shared: Shared) -> None:
    with program(shared.address, BEN) as ben:
        assert openai_says(ben, "rag systems") == "There is no model “rag systems” here, only rag and rag-quotes."
        listed = ben.get("/api/v1/papers", params={"filters": "owls"}).json()["error"]["message"]
        assert listed.startswith("“owls” is no filter.")
        assert listed.endswith("use /api/v1/search")
        address = "https://arxiv.org/abs/9999.99999"
        assert f"“{address}”" in tool_says(ben, "get_paper", paper=address)
        turn = {"role": "user", "content": WHICH, "rag systems": "x"}
        assert "There is no field “history[0].rag systems”." in gradio_says(ben, WHICH, [turn], None, "", "", [], [])


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A chat that Ada and Ben may use, whose model is not where the settings say."""
    folder = tmp_path_factory.mktemp("broken")
    abstracts = (
        "RAG pipelines retrieve passages before they write. We measure how retrieval helps them.",
        "We study how dense retrieval finds passages in many languages.",
        "Owls hunt at night. We count their calls in old forests.",
    )
    index_dir = index_of(folder, [{"title": f"Paper {n}", "abstract": text} for n, text in enumerate(abstracts)])
    write(folder / "people.txt", PEOPLE)
    chosen = settings.load(index_dir=index_dir, llm="gguf:/models", password_file=folder / "people.txt")
    with served(Library(chosen)) as port:
        yield Shared(f"http://127.0.0.1:{port}", folder / "people.txt", index_dir)


EXCLUDING = "which papers study retrieval, but not rag pipelines?"
EXCLUDED = "“rag pipelines” may be among these."


def notice(client: httpx.Client, **choices: str) -> str:
    return str(client.post("/api/v1/ask", json={"question": EXCLUDING, **choices}).json()["notice"])


def test_of_a_model_that_fails_a_reader_is_told_only_that_it_does(broken: Shared) -> None:
    with program(broken.address, ADA) as ada, program(broken.address, BEN) as ben:
        assert f"{EXCLUDED} No such model file: /models." in notice(ada)
        told = "The model that writes answers cannot be used now, so papers are quoted. Ask whoever runs this chat."
        assert notice(ben).endswith(f"{EXCLUDED} {told}")
        page = read(ask(ben, EXCLUDING)["turn"])
        assert EXCLUDED in page.text
        assert told in page.text
        assert "/models" not in page.text


def test_no_words_of_a_question_or_a_paper_pass_for_a_model_that_fails(broken: Shared) -> None:
    with program(broken.address, ADA) as ada, program(broken.address, BEN) as ben:
        assert EXCLUDED in notice(ben, writer="quotes")
        assert notice(ben, writer="quotes") == notice(ada, writer="quotes")
        html = call(ben, "page_ask", {"question": EXCLUDING, "choices": {"writer": "quotes"}})["turn"]
        assert EXCLUDED in read(html).text
        assert "Ask whoever runs this chat." not in html


def test_a_reader_is_not_told_where_conversations_are_kept(broken: Shared) -> None:
    file = broken.index_dir / DATABASE
    kept = file.read_bytes() if file.exists() else None
    file.write_bytes(b"no database" * 1_000)
    try:
        with program(broken.address, ADA) as ada, program(broken.address, BEN) as ben:
            assert str(file) in ada.get("/conversations").json()["fault"]
            public = "Conversations cannot be read or kept now. Ask whoever runs this chat."
            assert ben.get("/conversations").json()["fault"] == public
            assert ben.get("/c/some-conversation-1/all.md").json() == {"fault": public}
            pages = [ben.get(path).text for path in ("/", "/c/some-conversation-1")]
            answered = ask(ben)["turn"]
            assert all(public in html and str(broken.index_dir) not in html for html in (*pages, answered))
    finally:
        file.unlink() if kept is None else file.write_bytes(kept)
