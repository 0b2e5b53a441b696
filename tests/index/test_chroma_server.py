"""The passages of an index on a real Chroma server: the same rankings, and nothing lost while it fails."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rag import settings
from rag.chat.library import Library
from rag.index import chroma_requests, chroma_server, generations, manifest, publishing, served_vectors
from rag.index.chroma_requests import UnservedError
from rag.index.chroma_server import ChromaServer
from rag.index.opening import open_current
from rag.index.store import Store
from rag.index.vector_database import VectorDatabase
from rag.progress import silent
from tests.chroma import Chroma, Proxy, proxy
from tests.cli.runner import rag
from tests.conftest import WHICH, index_of

Log = pytest.LogCaptureFixture
QUERY = np.full(384, 384**-0.5, dtype=np.float32)
QUESTIONS = [WHICH, "robot grasping", "how are proteins folded?", "attention", "what is slow?"]
PAPERS = [{"title": f"Paper {n} on topic {n}", "abstract": f"We study topic {n}. It is hard."} for n in range(1, 7)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    """A server that the tests share: each has an index, and so generations, of its own."""
    started = Chroma(tmp_path_factory.mktemp("chroma"))
    yield started
    started.kill()


@pytest.fixture
def before(running: Chroma) -> Iterator[Proxy]:
    with proxy(running.url) as started:
        yield started


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An index of six papers that the test may change, and that no other test shares."""
    return index_of(tmp_path, PAPERS)


def chroma_of(url: str, admin: bool = False) -> Any:
    """Chroma's own client."""
    chosen = ChromaSettings(anonymized_telemetry=False)
    host, _, port = url.removeprefix("http://").partition(":")
    if admin:
        chosen.chroma_api_impl = "chromadb.api.fastapi.FastAPI"
        chosen.chroma_server_host, chosen.chroma_server_http_port = host, int(port)
        return chromadb.AdminClient(chosen)
    return chromadb.HttpClient(host, int(port), settings=chosen)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A new certificate of 127.0.0.1 that vouches for itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, private = folder / "authority.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, private)
    return file, context


def server(url: str, **chosen: Any) -> ChromaServer:
    found = chroma_server.configured(settings.load(chroma=url, **chosen))
    assert found
    return found


def collection(index_dir: Path) -> str:
    return f"rag-{(index_dir / 'CURRENT').read_text().split()[0]}"


def publish(index_dir: Path, to: ChromaServer) -> None:
    with closing(open_current(index_dir)) as store:
        publishing.publish(store, to, silent)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_served(store: Store) -> bool:
    """Whether a search is answered without the copy in the index, which is opened at the first need."""
    store.nearest(QUERY, 3)
    return "chroma" not in vars(store)


def is_served_again(store: Store) -> bool:
    """As `is_served`, once the copy that was opened before is closed."""
    if copy := vars(store).pop("chroma", None):
        copy.close()
    return is_served(store)


def fails(served: ChromaServer, folder: Path) -> str:
    """What is wrong with the server, in one line."""
    with pytest.raises(UnservedError) as caught:
        served_vectors.complete(served, folder, 6)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_served_index_gives_the_same_hits_as_its_copy_to_the_last_digit(running: Chroma, index_copy: Path) -> None:
    publish(index_copy, server(running.url))
    embedded = Library(settings.load(index_dir=index_copy, llm="none"))
    served = Library(settings.load(index_dir=index_copy, llm="none", chroma=running.url))
    for question in QUESTIONS:
        assert served.retriever().search([question], 10).papers == embedded.retriever().search([question], 10).papers
    assert "chroma" in vars(embedded.retriever().store)
    assert "chroma" not in vars(served.retriever().store)
    embedded.close()
    served.close()


def test_each_generation_has_a_collection_that_goes_with_it(running: Chroma, small: Path, tmp_path: Path) -> None:
    publish(small, server(running.url))
    copied = Path(shutil.copytree(small, tmp_path / "copy"))
    foreign = chroma_of(running.url).get_or_create_collection("rag-of-somebody-else").name
    built = []
    for papers in (5, 4, 3):
        (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, PAPERS[:papers])))
        done = rag("rebuild", tmp_path / "few.jsonl", "--index", copied, RAG_CHROMA=running.url)
        assert f"The Chroma server {running.url} has its {papers} passages." in done.stdout
        built.append(collection(copied))
    assert {*built[1:], foreign} <= running.collections()
    assert built[0] not in running.collections()  # of a generation that is gone
    assert collection(small) in running.collections()  # which is gone from the copy, but not from what was copied
    assert chroma_of(running.url).get_collection(built[2]).count() == 3


def test_what_a_killed_build_left_is_removed_by_the_next(running: Chroma, small: Path) -> None:
    to = server(running.url)
    publish(small, to)
    owner = publishing._owner(small)
    to.create(f"{collection(small)}.left", owner, {"space": "cosine"})
    to.create("rag-g20200101000000-abcdef", owner, {"space": "cosine"})
    publishing.remove_unused(small, to)
    names = running.collections()
    assert collection(small) in names
    assert not {f"{collection(small)}.left", "rag-g20200101000000-abcdef"} & names


def test_a_build_that_is_stopped_leaves_nothing_on_the_server(running: Chroma, small: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with closing(open_current(small)) as store, pytest.raises(KeyboardInterrupt):
        publishing.publish(store, server(running.url), stop)
    assert not [name for name in running.collections() if name.startswith(collection(small))]


def test_a_server_that_is_killed_and_started_again(tmp_path: Path, small: Path, caplog: Log) -> None:
    own = Chroma(tmp_path / "own")
    try:
        to = server(own.url)
        publish(small, to)
        with closing(open_current(small, server=to)) as store:
            assert is_served(store)
            expected = store.nearest(QUERY, 3)
            own.kill()
            assert store.nearest(QUERY, 3) == expected
            assert not is_served(store)
            assert "is searched without its Chroma server" in caplog.messages[-1]
            own.start()
            wait_until(lambda: is_served_again(store))
            assert store.nearest(QUERY, 3) == expected
            assert caplog.messages[-1] == f"The Chroma server {own.url} answers again."
            assert len(caplog.messages) == 2  # and not one for each question
    finally:
        own.kill()


def test_a_server_that_has_lost_a_collection_gets_it_again(running: Chroma, small: Path) -> None:
    environment = {"RAG_CHROMA": running.url, "RAG_LLM": "none"}
    lost = f"The Chroma server {running.url} has 0 of the 6 passages of the index"
    command = f"rag verify --index {small}"
    assert f"{lost} → {command}" in rag("status", "--index", small, **environment).stdout
    done = rag("doctor", "--index", small, **environment)
    assert f"problem  chroma: {lost}  → {command}" in done.stdout
    assert rag("search", "topic 3", "--index", small, **environment).exit_code == 0
    assert f"damaged  Chroma server: {lost}. Run: {command}\n" in rag("verify", "--index", small, **environment).stdout
    assert f"{running.url} has the 6 passages" in rag("status", "--index", small, **environment).stdout
    assert f"ok       chroma: {running.url} has the 6" in rag("doctor", "--index", small, **environment).stdout


def test_a_rebuild_without_changes_writes_what_the_server_lost(running: Chroma, small: Path) -> None:
    environment = {"RAG_CHROMA": running.url}
    done = rag("rebuild", "--index", small, **environment)
    assert "nothing has changed" in done.stdout
    assert "has its 6 passages" in done.stdout
    assert "passages" not in rag("rebuild", "--index", small, **environment).stdout


def test_a_wrong_vector_on_the_server_is_found_and_written_again(running: Chroma, small: Path) -> None:
    to = server(running.url)
    publish(small, to)
    with closing(open_current(small, server=to)) as store:
        assert is_served(store)
        chroma_of(running.url).get_collection(collection(small)).update("2.0", np.eye(1, 384)[0].tolist())
        assert publishing.fault(store, to) == f"{running.url} has another vector of passage 2.0, or none"
        done = rag("verify", "--index", small, RAG_CHROMA=running.url)
        assert "another vector of passage 2.0, or none\nWritten again." in done.stdout
        assert publishing.fault(store, to) == ""
        assert is_served(store)  # by the new collection, whose id is another


def test_passages_that_the_index_does_not_have_are_not_believed(running: Chroma, small: Path, caplog: Log) -> None:
    to = server(running.url)
    publish(small, to)
    one = chroma_of(running.url).get_collection(collection(small))
    one.delete(["2.0"])
    one.add("77.0", np.ones(384).tolist())
    with closing(open_current(small, server=to)) as store:
        assert store.nearest(QUERY, 6) == {1, 2, 3, 4, 5, 6}
    assert "names passages that do not exist" in caplog.text


def test_one_question_waits_for_a_slow_server_and_the_others_do_not(
    before: Proxy, small: Path, caplog: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = server(before.url)
    publish(small, to)
    with closing(open_current(small, server=to)) as store:
        monkeypatch.setattr(chroma_server, "_QUERY_SECONDS", 0.3)
        before.delay = 60.0
        expected = store.nearest(QUERY, 3)
        asked = before.asked
        for _ in range(50):
            assert store.nearest(QUERY, 3) == expected
        assert before.asked == asked
        assert "does not answer within" in caplog.text
        before.delay = 0.0
        store._passages._next_try = 0.0  # as after some seconds
        assert store.nearest(QUERY, 3) == expected
        assert before.asked > asked


def test_a_server_that_hangs_is_not_waited_for_when_a_build_gives_up(
    before: Proxy, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_server, "_QUERY_SECONDS", 0.3)
    before.delay = 60.0
    with closing(open_current(small)) as store, pytest.raises(UnservedError, match="does not answer within"):
        publishing.publish(store, server(before.url), silent, anew=True)
    assert not before.released.is_set()  # nor did it answer


def test_an_old_server_is_told_of_by_its_version(before: Proxy, small: Path) -> None:
    before.status, before.body, before.only = 200, b'"0.5.23"', "/version"
    expected = f"The Chroma server {before.url} has version 0.5.23. Start one of version 1."
    assert fails(server(before.url), small) == expected
    assert expected in rag("verify", "--index", small, RAG_CHROMA=before.url).output


def test_a_reply_that_trickles_in_is_not_waited_for(before: Proxy, small: Path) -> None:
    before.trickle = True
    begin = time.monotonic()
    with pytest.raises(UnservedError, match="does not answer within"):
        chroma_requests.Requests(before.url).ask("GET", "/api/v2/version", None, 0.3)
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b'{"error":"InternalError","message":"database or disk is full"}', r"HTTP 500, database or disk is full"),
        (503, b"<html>", r"fails \(HTTP 503\)\. See its log"),
        (410, b'{"error":"Unimplemented","message":"v1"}', r"of no version that rag can use.* Correct the setting"),
        (404, b"<html>", r"of no version that rag can use, or no Chroma server \(HTTP 404\)"),
        (301, b"", r"no Chroma server \(HTTP 301\)"),
        (200, b"<html>", r"sends what is no reply of Chroma's"),
        (200, b"[" * 100_000, r"sends what is no reply of Chroma's"),
        (200, b'{"name": 1}', r"sends what is no reply of Chroma's"),
    ],
)
def test_a_server_that_fails_is_told_of_in_a_line(
    before: Proxy, small: Path, caplog: Log, status: int, body: bytes, said: str
) -> None:
    before.status, before.body = status, body
    to = server(before.url)
    assert re.search(said, fails(to, small))
    with closing(open_current(small, server=to)) as store:
        assert store.nearest(QUERY, 3)
    assert re.search(said, caplog.text)


def test_nothing_is_lost_where_the_server_is_full(before: Proxy, small: Path) -> None:
    before.status, before.body = 500, b'{"error":"InternalError","message":"database or disk is full"}'
    before.only = "/add"
    done = rag("rebuild", "--index", small, "--full", RAG_CHROMA=before.url)
    assert done.exit_code == 0
    line = f"(HTTP 500, database or disk is full). See its log. Then run: rag verify --index {small}"
    assert line in done.stdout
    assert rag("search", "topic 3", "--index", small, RAG_CHROMA=before.url).exit_code == 0
    before.status = 0
    rag("verify", "--index", small, RAG_CHROMA=before.url)
    assert "has the 6 passages" in rag("status", "--index", small, RAG_CHROMA=before.url).stdout


def test_the_token_is_shown_to_the_server_and_to_nobody_else(before: Proxy, small: Path) -> None:
    before.token = "s3cret-token"
    assert "asks for a token (HTTP 401). Set RAG_CHROMA_TOKEN" in fails(server(before.url), small)
    wrong = server(before.url, chroma_token="no-secret")
    assert "refuses the token (HTTP 401). Set RAG_CHROMA_TOKEN" in fails(wrong, small)
    right = server(before.url, chroma_token="s3cret-token")
    publish(small, right)
    with closing(open_current(small, server=right)) as store:
        assert is_served(store)
    assert "s3cret" not in repr(right)
    before.status, before.body = 500, b'{"message": "s3cret-token is logged in"}'
    assert "s3cret" not in fails(right, small)


def test_another_tenant_or_database_must_exist(running: Chroma, small: Path) -> None:
    for chosen in ({"chroma_tenant": "nobody"}, {"chroma_database": "nowhere"}):
        message = fails(server(running.url, **chosen), small)
        assert re.search(r"has no database '\w+' of a tenant '\w+'\. Create it there, or correct", message)
        named = {f"RAG_{name.upper()}": value for name, value in chosen.items()}
        done = rag("verify", "--index", small, RAG_CHROMA=running.url, **named)
        assert message in done.output
    chroma_of(running.url, admin=True).create_database("papers")
    there = server(running.url, chroma_database="papers")
    publish(small, there)
    with closing(open_current(small, server=there)) as store:
        assert is_served(store)
    assert collection(small) not in running.collections()


def test_a_certificate_is_trusted_where_its_authority_is_named(running: Chroma, tmp_path: Path, small: Path) -> None:
    authority, tls = certificate(tmp_path)
    with proxy(running.url, tls) as secured:
        assert re.search("certificate that cannot be verified.* Set chroma_ca", fails(server(secured.url), small))
        trusted = server(secured.url, chroma_ca=authority)
        publish(small, trusted)
        with closing(open_current(small, server=trusted)) as store:
            assert is_served(store)
        plain = server(secured.url.replace("https", "http"))
        assert "cannot be reached" in fails(plain, small)
    (tmp_path / "none.pem").write_text("no certificate")
    assert "Set chroma_ca to a file of certificates" in fails(
        server("https://127.0.0.1:1", chroma_ca=tmp_path / "none.pem"), small
    )


def test_many_questions_at_once_open_the_copy_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    reading = vars(VectorDatabase)["reading"].__func__

    def counted(kind: type[VectorDatabase], folder: Path) -> VectorDatabase:
        opened.append(folder)
        return cast(VectorDatabase, reading(kind, folder))

    monkeypatch.setattr(VectorDatabase, "reading", classmethod(counted))
    served = server("http://127.0.0.1:9")  # where nothing listens
    folder = generations.current(small)
    assert folder
    with closing(Store(folder, manifest.read(folder), served)) as store, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.nearest(QUERY, 6), range(24)))
    assert found == [{1, 2, 3, 4, 5, 6}] * 24
    assert len(opened) == 1
