"""Downloads open models from the Hugging Face hub, or from HF_ENDPOINT, into the user's data folder.

huggingface_hub says where a file is and what its hash must be. Its own downloads start anew each time; these continue.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from rag.errors import ModelError
from rag.llm.catalogue import CATALOGUE, OpenModel
from rag.llm.faults import in_words
from rag.llm.refusal import shortened

if TYPE_CHECKING:
    from rag.progress import Progress

MEGABYTE = 1_000_000
_SPARE = 100 * MEGABYTE  # bytes of disk to leave free
_TIMEOUT = 30.0  # seconds to wait for the next bytes
_OTHER = "For another model, run: rag models pull"


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the hub states about a file."""

    url: str
    sha256: str
    size: int  # bytes


def pulled_folder() -> Path:
    """The folder of the models that were pulled."""
    return user_data_path("rag") / "models"


def pulled() -> list[tuple[OpenModel, Path]]:
    """The models that were pulled, and their files."""
    files = [(model, pulled_folder() / model.file) for model in CATALOGUE]
    return [(model, file) for model, file in files if file.is_file()]


def pull(model: OpenModel, progress: Progress) -> Path:
    """Downloads `model`, unless it was, and returns its file, whose hash is the one that the hub states.

    An interrupted download is continued. `progress` counts megabytes. Raises ModelError if the hub cannot be reached or
    lacks the file, if there is no room, and if the hash is another; a file with another hash is removed.
    """
    target = pulled_folder() / model.file
    if target.is_file():
        return target
    stated = _stated(model)
    # Named by the hash, so that a part of another version is not continued.
    part = target.with_name(f"{model.file}.{stated.sha256[:16]}.part")
    with _alone(target, model):
        for other in target.parent.glob(f"{model.file}.*.part"):
            if other != part:
                other.unlink()
        _check_room(part, stated.size)
        _download(stated, part, model, progress)
        _check_hash(part, stated, model)
        part.replace(target)
    return target


def _again(model: OpenModel) -> str:
    return f"run: rag models pull {model.name}"


def _stated(model: OpenModel) -> _Stated:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    url = hf_hub_url(model.repo, model.file)
    try:
        found = get_hf_file_metadata(url)
    except OfflineModeIsEnabled as fault:
        raise ModelError(f"HF_HUB_OFFLINE forbids downloads. Unset it, then {_again(model)}") from fault
    except HfHubHTTPError as fault:
        raise ModelError(f"{url} cannot be had (HTTP {fault.response.status_code}). {_OTHER}") from fault
    except Exception as fault:  # of whichever HTTP client huggingface_hub uses
        reason = shortened(fault, "") or "the connection was lost"
        raise ModelError(
            f"{url} does not answer ({reason}). Check the network and HF_ENDPOINT, then {_again(model)}"
        ) from fault
    if found.size is None or not re.fullmatch(r"[0-9a-f]{64}", found.etag or ""):
        raise ModelError(f"{url} comes without its size or SHA-256, so it cannot be checked. {_OTHER}")
    return _Stated(url, str(found.etag), found.size)


@contextmanager
def _alone(target: Path, model: OpenModel) -> Iterator[None]:
    """Keeps other processes from the same download. Raises ModelError if one has begun, or nothing can be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=0):
            yield
    except Timeout:
        raise ModelError(f"{target} is being downloaded by another process. Wait for it.") from None
    except OSError as fault:
        reason = fault.strerror or fault
        raise ModelError(f"{target} cannot be written: {reason}. Make room, then {_again(model)}") from fault


def _check_room(part: Path, size: int) -> None:
    free, needed = shutil.disk_usage(part.parent).free, size - _length(part) + _SPARE
    if free < needed:
        raise ModelError(
            f"{part.parent} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB are needed. "
            "Make room, or choose a smaller model: rag models pull"
        )


def _length(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _download(stated: _Stated, part: Path, model: OpenModel, progress: Progress) -> None:
    """Appends to `part` what it lacks."""
    import httpx

    if _length(part) > stated.size:
        part.unlink()
    fault = ""
    try:
        if _length(part) < stated.size:
            _append(stated, part, progress)
    except httpx.HTTPStatusError as refusal:
        raise ModelError(f"{stated.url} cannot be had (HTTP {refusal.response.status_code}). {_OTHER}") from refusal
    except httpx.HTTPError as broken:
        fault = f" ({in_words(broken)})"
    if _length(part) < stated.size:
        kept = f"{_length(part) / 1e9:.1f} of {stated.size / 1e9:.1f} GB are kept"
        raise ModelError(f"The download broke off{fault}; {kept}. To continue, {_again(model)}")


def _append(stated: _Stated, part: Path, progress: Progress) -> None:
    import httpx
    from huggingface_hub import get_token

    total, token = -(-stated.size // MEGABYTE), get_token()
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={_length(part)}-"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    with (
        httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client,
        client.stream("GET", stated.url, headers=headers) as reply,
        part.open("ab") as file,
    ):
        reply.raise_for_status()
        if reply.status_code != httpx.codes.PARTIAL_CONTENT:  # the whole file
            file.truncate(0)
        done = file.seek(0, 2)
        for piece in reply.iter_raw(MEGABYTE):
            file.write(piece[: stated.size - done])
            done = min(stated.size, done + len(piece))
            progress("downloading", total if done == stated.size else done // MEGABYTE, total)
            if done == stated.size:
                break


def _check_hash(part: Path, stated: _Stated, model: OpenModel) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != stated.sha256:
        part.unlink()
        raise ModelError(
            f"{stated.url} is not what the hub states: its SHA-256 begins with {found[:12]}, not {stated.sha256[:12]}. "
            f"The file was removed. To download it again, {_again(model)}"
        )
