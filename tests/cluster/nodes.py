"""Ray clusters on this machine, whose nodes listen on the loopback interface, and builds that use them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index.checkpoint import CHECKPOINT_FILE

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

HOOKS = Path(__file__).parent / "hooks"
_LISTENS = "0A"  # the state in /proc/net
TIMEOUT = 400  # seconds, on a busy machine
ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # has nodes listen on 127.0.0.1 alone
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),
    "RAY_health_check_period_ms": "500",  # finds that a node is gone in seconds
    "RAY_health_check_timeout_ms": "2000",
    "RAY_memory_monitor_refresh_ms": "0",  # other processes of this machine are not to end workers
    "PYTHONPATH": str(HOOKS),  # see hooks/sitecustomize.py
}
DRIVER = """
import sys
import rag
from rag.index import plan
plan.CHUNK, version = int(sys.argv.pop(1)), sys.argv.pop(1)
rag.__version__ = version or rag.__version__
from rag.cli.main import main
main()
"""


@contextmanager
def two_nodes() -> Iterator[Cluster]:
    """A cluster of two nodes with a CPU each, in ENVIRONMENT. It ends with this process, even if that is killed."""
    from ray.cluster_utils import Cluster

    # The paths of sockets must be short.
    with tempfile.TemporaryDirectory(prefix="rt-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path("/tmp/ray").mkdir(exist_ok=True)  # where Cluster writes its address
        options = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=options | {"temp_dir": folder})
        try:
            cluster.add_node(**options)
            yield cluster
        finally:
            cluster.shutdown()


@contextmanager
def rebuilding(
    address: str, index_dir: Path, file: Path, *, chunk: int = 8, version: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """`rag rebuild FILE --ray ADDRESS` in a process of its own, with `chunk` papers to a batch.

    It takes itself for another `version` if one is given.
    """
    command = [sys.executable, "-c", DRIVER, str(chunk), version, "rebuild", str(file), "--index", str(index_dir)]
    left_out = ENVIRONMENT if address == "local" else {"RAY_AUTH_MODE"}  # builds see to that themselves
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    process = subprocess.Popen(
        [*command, "--ray", address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The exit code of the `process`, and what it prints to standard output and error."""
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


def saved(index_dir: Path) -> int:
    """How many papers a build of `index_dir` has in its checkpoint."""
    import sqlite3

    if not (index_dir / CHECKPOINT_FILE).exists():
        return 0
    with closing(sqlite3.connect(index_dir / CHECKPOINT_FILE, timeout=30)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'papers'").fetchone():
            return 0
        return int(database.execute("SELECT COUNT(*) FROM papers").fetchone()[0])


def await_saved(index_dir: Path, papers: int, process: subprocess.Popen[str], *, seconds: float = TIMEOUT) -> None:
    """Waits until a build, in `process`, has so many papers in its checkpoint; fails after so many `seconds`."""
    await_true(lambda: saved(index_dir) >= papers or process.poll() is not None, seconds)
    assert process.poll() is None, process.communicate()


def await_true(condition: Callable[[], bool], seconds: float = TIMEOUT) -> None:
    """Waits until `condition` holds; fails once so many `seconds` are over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def workers() -> list[int]:
    """The processes that embed papers for clusters that this process started."""
    return [number for number in _processes() if _embeds(number) and os.getpid() in _ancestors(number)]


def kill_worker() -> None:
    """Kills one process that embeds papers."""
    os.kill(workers()[0], signal.SIGKILL)


def descendants(parent: int) -> set[int]:
    """The processes that `parent` started, and those that they did."""
    return {number for number in _processes() if parent in _ancestors(number)}


def listening(processes: set[int]) -> set[IPv4Address | IPv6Address]:
    """The addresses at which `processes` accept connections; those of IPv4 in IPv6 as they are in IPv4."""
    sockets = {link for number in processes for link in _open_files(number) if link.startswith("socket:")}
    found: set[IPv4Address | IPv6Address] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and f"socket:[{fields[9]}]" in sockets:
                found.add(_address(fields[1].partition(":")[0]))
    return found


def _address(text: str) -> IPv4Address | IPv6Address:
    """The address in /proc/net, hexadecimal in words of the machine's byte order."""
    words = [int(text[start : start + 8], 16).to_bytes(4, sys.byteorder) for start in range(0, len(text), 8)]
    address = ip_address(b"".join(words))
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _open_files(number: int) -> list[str]:
    try:
        return [os.readlink(link) for link in Path(f"/proc/{number}/fd").iterdir()]
    except OSError:  # it has ended
        return []


def _processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]


def _embeds(number: int) -> bool:
    try:
        return b"MapWorker(MapBatches(Worker))" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:  # it has ended
        return False


def _ancestors(number: int) -> list[int]:
    found = []
    while number > 1:
        try:
            number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
        found.append(number)
    return found
