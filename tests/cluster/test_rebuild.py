"""`rag rebuild --ray` on a cluster of two nodes gives the index that `rag rebuild` gives, whatever dies meanwhile."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.chat.rebuild import rebuild
from rag.index import generations
from rag.index.checkpoint import CHECKPOINT_FILE
from rag.progress import silent
from tests.bench.papers import collection
from tests.cli.runner import write_json_lines
from tests.cluster import nodes
from tests.cluster.equality import differences

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

CHUNK, PAPERS = 6, 40
SKIPPED = "Skipped b.jsonl:1: no abstract: No abstract"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in nodes.ENVIRONMENT.items():
            patch.setenv(name, value)
        with nodes.two_nodes() as started:
            yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two files of papers, which share one, and a record that is none."""
    return write(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Path:
    """An index of these files, built without Ray."""
    return build_plainly(tmp_path_factory.mktemp("plain"), files)


def write(folder: Path, *more: dict[str, str]) -> Path:
    records = [{"title": paper.title, "abstract": paper.abstract} for paper in collection(PAPERS)]
    write_json_lines(folder / "a.jsonl", *records[:20])
    write_json_lines(folder / "b.jsonl", {"title": "No abstract"}, *records[19:], *more)
    return folder


def build_plainly(index_dir: Path, files: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.index.plan.CHUNK", CHUNK)
        assert rebuild([files], index_dir, "bundled", silent).built
    return index_dir


def assert_same(one: Path, other: Path) -> None:
    ours, theirs = generations.current(one), generations.current(other)
    assert ours
    assert theirs
    assert differences(ours, theirs) == []
    assert not (one / CHECKPOINT_FILE).exists()


def test_a_build_whose_worker_is_killed_is_like_a_plain_one(
    cluster: Cluster, files: Path, plain: Path, tmp_path: Path
) -> None:
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", 2 * CHUNK, process)
        nodes.kill_worker()
        code, out, err = nodes.finish(process)
    assert (code, err) == (0, f"{SKIPPED}\n")
    assert out.startswith(f"{PAPERS} papers: {PAPERS} added, ")
    assert out.endswith(f" seconds. 2 files, {PAPERS + 1} records, 1 duplicate, 1 skipped.\n")
    assert len(out.splitlines()) == 1, "Ray says nothing of its own"
    assert_same(tmp_path / "index", plain)


@pytest.mark.slow
def test_what_a_killed_build_has_embedded_is_taken_up_without_ray(
    cluster: Cluster, files: Path, plain: Path, tmp_path: Path
) -> None:
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", 2 * CHUNK, process)
        process.kill()
        process.wait()
    assert nodes.saved(tmp_path / "index") >= 2 * CHUNK
    nodes.await_true(lambda: not nodes.workers())  # they end with the build
    assert_same(build_plainly(tmp_path / "index", files), plain)


@pytest.mark.slow
def test_an_interrupted_build_ends_and_another_goes_on(
    cluster: Cluster, files: Path, plain: Path, tmp_path: Path
) -> None:
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", 2 * CHUNK, process)
        process.send_signal(signal.SIGINT)
        assert nodes.finish(process) == (1, "", f"{SKIPPED}\n\nAborted!\n")
    nodes.await_true(lambda: not nodes.workers())
    before = nodes.saved(tmp_path / "index")
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        assert before >= 2 * CHUNK
        assert nodes.finish(process)[::2] == (0, f"{SKIPPED}\n")
    assert_same(tmp_path / "index", plain)


@pytest.mark.slow
def test_a_paper_that_ends_its_workers_is_named_and_the_others_are_kept(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    files = write(tmp_path / "papers", {"title": "Poison", "abstract": "It ends whoever embeds it."})
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        code, out, err = nodes.finish(process)
    assert (code, out) == (1, "")
    assert err == (
        f"{SKIPPED}\nError: “Poison” (b.jsonl) ended 4 workers, which may have run out of memory. All other papers are "
        "embedded. Repeat the command without --ray to embed the rest here, or take the paper out of its file.\n"
    )
    assert nodes.saved(tmp_path / "index") >= PAPERS - CHUNK
    assert_same(build_plainly(tmp_path / "index", files), build_plainly(tmp_path / "plain", files))


@pytest.mark.slow
def test_a_file_that_ends_its_workers_is_told_in_one_line(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    files = write(tmp_path / "papers")
    (files / "b.jsonl").rename(files / "Poison.jsonl")
    (files / "a.jsonl").rename(files / "0.jsonl")  # is read without a fault, before
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        code, out, err = nodes.finish(process)
    assert (code, out) == (1, "")
    assert err == (
        "Error: Ray failed while files were read: MemoryError: Poison.jsonl has ended 4 workers, which may have run "
        "out of memory. What was embedded is kept: repeat the command, with or without --ray.\n"
    )


@pytest.mark.slow
def test_a_cluster_that_ends_is_told_of_and_the_build_goes_on_without(
    cluster: Cluster, files: Path, plain: Path, tmp_path: Path
) -> None:
    with nodes.two_nodes() as other:
        with nodes.rebuilding(other.address, tmp_path / "index", files, chunk=CHUNK) as process:
            nodes.await_saved(tmp_path / "index", CHUNK + 1, process)
            other.shutdown()
            code, out, err = nodes.finish(process)
        assert (code, out) == (1, "")
        assert err.splitlines()[-1].startswith("Error: ")
        assert err.endswith("What was embedded is kept: repeat the command, with or without --ray.\n")
    assert_same(build_plainly(tmp_path / "index", files), plain)


@pytest.mark.slow
def test_a_worker_with_another_version_is_refused(cluster: Cluster, files: Path, tmp_path: Path) -> None:
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK, version="0.0.1") as process:
        code, out, err = nodes.finish(process)
    assert (code, out) == (1, "")
    assert err.startswith("Error: A worker cannot read a.jsonl. ")
    assert err.endswith(" here, and 0.0.1 where the index is written. Install the same on each machine.\n")


@pytest.mark.slow
def test_a_build_on_this_machine_alone_listens_on_loopback_and_leaves_nothing(
    cluster: Cluster, files: Path, plain: Path, tmp_path: Path
) -> None:
    with nodes.rebuilding("local", tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", CHUNK + 1, process)
        started = nodes.descendants(process.pid)
        assert {address.is_loopback for address in nodes.listening(started)} == {True}
        assert nodes.finish(process)[::2] == (0, f"{SKIPPED}\n")
    nodes.await_true(lambda: not any(Path(f"/proc/{number}/exe").exists() for number in started))
    assert_same(tmp_path / "index", plain)


@pytest.mark.slow
def test_a_node_that_is_lost_is_done_without(cluster: Cluster, files: Path, plain: Path, tmp_path: Path) -> None:
    """Comes last: the cluster has one node less afterwards."""
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", 2 * CHUNK, process)
        cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
        assert nodes.finish(process)[::2] == (0, f"{SKIPPED}\n")
    assert_same(tmp_path / "index", plain)


@pytest.mark.slow
def test_gpus_are_used_where_there_are_any(cluster: Cluster, files: Path, plain: Path, tmp_path: Path) -> None:
    """Comes last, too. Ray takes a node's word for it that it has a GPU; on one without a CPU, no worker has room."""
    options = {"num_gpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
    cluster.add_node(num_cpus=0, **options)
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        code, _, err = nodes.finish(process)
    assert code == 1
    expected = (
        "Error: No worker has found room within a minute: it takes a GPU and a CPU of one machine, and the 1 GPU "
    )
    assert err.splitlines()[1].startswith(expected)
    cluster.add_node(num_cpus=1, **options)
    with nodes.rebuilding(cluster.address, tmp_path / "index", files, chunk=CHUNK) as process:
        nodes.await_saved(tmp_path / "index", CHUNK + 1, process)
        assert len(nodes.workers()) == 1
        assert nodes.finish(process)[::2] == (0, f"{SKIPPED}\n")
    assert_same(tmp_path / "index", plain)
