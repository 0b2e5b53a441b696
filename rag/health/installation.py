"""Whether Python and the installed packages are those that rag needs, from what the installation says of itself."""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import rag
from rag.health.check import Check, pip

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_NAME = "rag"


def installation() -> Iterator[Check]:
    """What is wrong with Python and the packages, and that the others are right."""
    try:
        installed = metadata.version(_NAME)
    except metadata.PackageNotFoundError:
        yield Check("installation", "rag is not installed, so what it needs may be missing", _reinstall())
        return
    if installed != rag.__version__:
        yield Check(
            "installation", f"rag {rag.__version__} runs, but what {installed} needs is installed", _reinstall()
        )
    yield _python()
    yield from _packages()


def _python() -> Check:
    from packaging.specifiers import SpecifierSet

    version, needed = platform.python_version(), metadata.metadata(_NAME)["Requires-Python"]
    if SpecifierSet(needed).contains(version, prereleases=True):
        return Check("python", f"{version} ({sys.executable})")
    return Check("python", f"{version} is not {needed}", f"python{needed.lstrip('>=~')} -m venv .venv")


def _packages() -> Iterator[Check]:
    """How many packages are as they should be, and each that is not. Those of extras are left out."""
    from packaging.requirements import Requirement

    required = [Requirement(line) for line in metadata.requires(_NAME) or ()]
    required = [each for each in required if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [Check("packages", fault, _install(str(each))) for each in required if (fault := _fault(each))]
    yield Check("packages", f"{len(required) - len(wrong)} of {len(required)} are in the versions needed")
    yield from wrong


def _fault(required: Requirement) -> str:
    """What is wrong with the package that is `required`, "" if nothing."""
    try:
        version = metadata.version(required.name)
    except metadata.PackageNotFoundError:
        return f"{required.name} is not installed"
    right = required.specifier.contains(version, prereleases=True)
    return "" if right else f"{required.name} {version} is not {required.specifier}"


def _reinstall() -> str:
    return _install("-e", str(Path(rag.__file__).parents[1]))


def _install(*arguments: str) -> str:
    return f"{pip()} {shlex.join(['install', *arguments])}"
