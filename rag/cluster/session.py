"""The connection to a Ray cluster, or to one of this machine alone that lasts as long as the build."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.cluster.faults import KEPT
from rag.errors import ClusterError

THIS_MACHINE = "local"
_REQUIREMENT = "ray[data]>=2.60,<3"  # as in pyproject.toml
_WATCHER = "import sys; sys.stdin.buffer.read() or print(sys.argv[1], file=sys.stderr)"  # nothing comes from a dead one
_CONNECT_SECONDS = 10.0
# A client of gRPC begins with this preface of HTTP/2 and a frame of settings, here empty; the server answers with one.
_HELLO, _SETTINGS = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0)), b"\x04"
_OBJECT_STORE = 256 << 20  # bytes for batches on their way, of 128 papers and some 2.6 MB each; more goes to the disk


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Connects this process to the Ray cluster at `address`, which is HOST:PORT.

    If it is THIS_MACHINE, a cluster is started that listens on the loopback interface only, and ends with the block.
    Raises ClusterError if Ray is not installed, if the cluster cannot be reached, or if it runs another version of Ray
    or Python.
    """
    _check_installed()
    _be_quiet()
    with _local() if address == THIS_MACHINE else _remote(address), _watched(address):
        _quiet_data()
        yield


@contextmanager
def _watched(address: str) -> Iterator[None]:
    """Has another process say so if this one ends within the block: Ray ends it silently when its cluster is gone."""
    line = f"Error: The build was ended, by Ray if the cluster at {address} is gone. {KEPT}"
    watcher = subprocess.Popen([sys.executable, "-ISc", _WATCHER, line], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        watcher.communicate(b"done")


def _check_installed() -> None:
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise ClusterError(f"Ray is not installed. Run: pip install '{_REQUIREMENT}'")


def _be_quiet() -> None:
    """Sets what Ray reads when it is imported: it reports nothing to its makers, and little to the terminal."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # the driver says in one line what matters


@contextmanager
def _local() -> Iterator[None]:
    # Ray's name for “no other machine can join”, which makes it listen on 127.0.0.1 alone.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    # Only processes that know the token may connect; without one, Ray would leave one in the user's home.
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    with TemporaryDirectory(prefix="rag-ray-", ignore_cleanup_errors=True) as folder:
        inside = os.path.join(folder, "ray")  # which Ray opens to all users of the machine
        options = {"include_dashboard": False, "object_store_memory": _OBJECT_STORE, "_temp_dir": inside}
        with _initialized(THIS_MACHINE, **options):
            yield


@contextmanager
def _remote(address: str) -> Iterator[None]:
    if address.startswith("ray://"):
        raise ClusterError(
            f"{address} is the address of a Ray client. Run the command on a machine of the cluster, with the address "
            "of its head: --ray HOST:6379"
        )
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65_536):
        raise ClusterError(f"--ray takes HOST:PORT, such as 10.0.0.1:6379, or local, and not “{address}”.")
    _check_reachable(host.strip("[]"), int(port), address)
    if _has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # as `ray start` does; a cluster without tokens ignores it
    with _initialized(address):
        yield


def _has_token() -> bool:
    """Whether Ray finds the token of a cluster here."""
    in_environment = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & os.environ.keys()
    return bool(in_environment) or Path("~/.ray/auth_token").expanduser().exists()


def _check_reachable(host: str, port: int, address: str) -> None:
    """Raises ClusterError unless what listens there can be a Ray cluster: Ray itself would try for minutes."""
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_SECONDS) as connection:
            connection.sendall(_HELLO)
            speaks_grpc = connection.recv(9)[3:4] == _SETTINGS
    except OSError as fault:
        raise ClusterError(
            f"No Ray cluster can be reached at {address}: {fault.strerror or fault}. Start one: ray start --head"
        ) from fault
    if not speaks_grpc and os.environ.get("RAY_USE_TLS") != "1":
        raise ClusterError(f"What listens at {address} is no Ray cluster. Its head tells its address: ray start --head")


@contextmanager
def _initialized(address: str, **options: Any) -> Iterator[None]:
    import ray
    from ray.exceptions import RayError

    before = signal.getsignal(signal.SIGTERM)
    try:
        try:
            with _silent_start():
                ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL, **options)
        except (RayError, RuntimeError, ValueError, OSError) as fault:
            raise ClusterError(_unconnected(address, str(fault))) from fault
        yield
    finally:
        ray.shutdown()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)  # which Ray has replaced


@contextmanager
def _silent_start() -> Iterator[None]:
    """Drops what is written to standard error: Ray's native part notes there that it is to be quiet."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _unconnected(address: str, reason: str) -> str:
    said = " ".join(reason.split())
    if "ersion mismatch" in said:
        remedy = "Install the same versions of Ray and Python on each machine."
    elif address == THIS_MACHINE:
        remedy = "Run the command without --ray."
    else:
        remedy = (
            "Run the command on a machine of the cluster, where ~/.ray/auth_token is that of its head, if it has one."
        )
    return f"Ray cannot be used at {address}: {said[:300].rstrip('.')}. {remedy}"


def _quiet_data() -> None:
    """Has Ray Data draw no progress bars of its own, and Ray print nothing of workers that die and are replaced."""
    import ray.data
    from ray._private import worker

    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    worker._worker_logs_enabled = False  # there is no public switch
