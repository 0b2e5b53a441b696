"""A cluster that cannot be used ends the command with one line that says what to do; none of these needs one."""

from __future__ import annotations

import socket
import sys
import tomllib
from pathlib import Path

import pytest

from rag.cluster import session
from rag.errors import ClusterError
from tests.cli.runner import rag
from tests.llm.server import Server
from tests.ports import free_port

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def refused(address: str) -> str:
    """What is said of a cluster at `address`."""
    with pytest.raises(ClusterError) as raised, session.connected(address):
        pass
    return str(raised.value)


def test_an_address_where_nothing_listens() -> None:
    port = free_port()
    expected = f"No Ray cluster can be reached at 127.0.0.1:{port}: Connection refused. Start one: ray start --head"
    assert refused(f"127.0.0.1:{port}") == expected


def test_an_address_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert refused(address) == f"No Ray cluster can be reached at {address}: timed out. Start one: ray start --head"


def test_an_address_of_something_else(server: Server) -> None:
    address = server.url.removeprefix("http://").partition("/")[0]
    said = refused(address)
    assert said == f"What listens at {address} is no Ray cluster. Its head tells its address: ray start --head"


@pytest.mark.parametrize("address", ["", "auto", "10.0.0.1", "10.0.0.1:port", ":6379", "10.0.0.1:99999", "lócal"])
def test_what_is_no_address(address: str) -> None:
    assert refused(address) == f"--ray takes HOST:PORT, such as 10.0.0.1:6379, or local, and not “{address}”."


def test_the_address_of_a_client() -> None:
    assert refused("ray://10.0.0.1:10001").endswith("with the address of its head: --ray HOST:6379")


def test_without_ray_the_command_says_how_to_install_it(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # which is how Python marks what cannot be imported
    done = rag("rebuild", papers_file, "--ray", "local", "--index", tmp_path / "index")
    (needed,) = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]["ray"]
    assert (done.exit_code, done.output) == (1, f"Error: Ray is not installed. Run: pip install '{needed}'\n")
    assert not (tmp_path / "index").exists()
