"""The named functions, called with Gradio's own client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag import settings
from rag.chat.library import Library
from tests.answer.owl import Owl, grading, reading
from tests.cli.runner import json_lines, rag
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Server

from .serving import served, serving

GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
BEN = "staple-0123456789"


@pytest.fixture(scope="module")
def client(index_dir: Path) -> Iterator[Client]:
    with serving(index_dir) as address:
        opened = Client(address, verbose=False)
        yield opened
        opened.close()


def test_exactly_the_public_functions_are_described(client: Client) -> None:
    functions = client.view_api(return_format="dict", print_info=False)
    assert set(functions["named_endpoints"]) == {"/search", "/ask"}
    assert functions["unnamed_endpoints"] == {}
    taken = {
        name: [one["parameter_name"] for one in said["parameters"]]
        for name, said in functions["named_endpoints"].items()
    }
    assert taken == {
        "/search": ["question", "top", "history", "without", "papers"],
        "/ask": ["question", "history", "limit", "writer", "llm", "without", "papers"],
    }
    assert all(len(said["description"]) > 100 for said in functions["named_endpoints"].values())


def test_results_are_those_of_the_command_line(client: Client, index_dir: Path) -> None:
    (found,) = json_lines(rag("search", WHICH, "--top", "3", "--json", "--index", index_dir).stdout)
    assert client.predict(WHICH, 3, api_name="/search") == found
    assert client.predict(question=WHICH, top=3, api_name="/search") == found
    (answer,) = json_lines(rag("ask", WHICH, "--json", "--llm", "none", "--index", index_dir).stdout)
    assert client.predict(WHICH, api_name="/ask") == answer


def test_a_follow_up_builds_on_the_history(client: Client) -> None:
    titles = "; ".join(dict.fromkeys(one["title"] for one in client.predict(WHICH, api_name="/ask")["citations"]))
    history = [{"role": "user", "content": WHICH}, {"role": "assistant", "content": titles}]
    second = client.predict("how fast is the second one?", history, api_name="/ask")
    assert {one["title"] for one in second["citations"]} == {titles.split("; ")[1]}
    assert client.predict(WHICH, limit=1, api_name="/ask")["matching"] == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"question": ""}, "“question”: String should have at least 1 character."),
        ({"question": 5}, "“question”: Input should be a valid string."),
        ({"question": "owls", "limit": 0}, "“limit”: Input should be greater than or equal to 1."),
        ({"question": "owls", "history": [{"role": "user"}]}, "“history[0].content”: Field required."),
        ({"question": "owls year:soon"}, "“year:soon” is not a valid filter"),
        ({"question": "owls", "llm": "openai-like:http://127.0.0.1:9/v1#x"}, "is not available now"),
    ],
)
def test_what_is_wrong_is_said(
    client: Client, capfd: pytest.CaptureFixture[str], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(AppError) as fault:
        client.predict(**given, api_name="/ask")
    assert said in str(fault.value)
    assert "Traceback" not in capfd.readouterr().err


@pytest.fixture
def owl(server: Server) -> Owl:
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


@pytest.fixture
def writing_client(owl: Owl, index_dir: Path) -> Iterator[Client]:
    with served(Library(settings.load(index_dir=index_dir, llm=owl.spec))) as port:
        opened = Client(f"http://127.0.0.1:{port}", verbose=False)
        yield opened
        opened.close()


def test_an_answer_streams_as_far_as_it_is(writing_client: Client) -> None:
    states = list(writing_client.submit(WHICH, api_name="/ask"))
    assert len(states) > 2
    assert all(set(state) >= {"answer", "statements", "written"} for state in states)
    assert (states[0]["written"], states[0]["refused"]) == ([], False)
    assert states[0]["statements"]
    assert [one["text"] for one in states[-1]["written"]] == [GOOD]
    assert "effort" in states[-1]


def test_cancelling_stops_the_model(writing_client: Client, owl: Owl) -> None:
    owl.silent = {"synthesis"}
    job = writing_client.submit(WHICH, api_name="/ask")
    next(iter(job))
    while "synthesis" not in owl.asked:
        time.sleep(0.01)
    job.cancel()
    assert owl.server.gone.wait(PATIENCE)


def test_a_reader_calls_them_with_a_password(index_dir: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"ben reader {BEN}\n")
    people.chmod(0o600)
    with serving(index_dir, password_file=people) as address:
        with pytest.raises(Exception, match="credentials were not provided"):
            Client(address, verbose=False)
        client = Client(address, verbose=False, headers={"Authorization": f"Bearer {BEN}"})
        assert not client.predict(WHICH, api_name="/ask")["refused"]
        client.close()
