"""Python and the packages next to what the installation says that rag needs."""

from __future__ import annotations

import sys
from email.message import Message
from importlib import metadata

import pytest

import rag
from rag.health.check import Check
from rag.health.installation import installation

PIP = f"{sys.executable} -m pip install"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The versions of installed packages, of which rag needs owl and bat; the test may change them."""
    versions = {"rag": rag.__version__, "owl": "1.4", "bat": "2.0"}
    about = Message()
    about["Requires-Python"] = ">=3.11"

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    needed = ["owl<2,>=1.2", "bat>=2", 'fox>=1; extra == "dev"', 'elk>=1; python_version < "3"']
    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "metadata", lambda name: about)
    monkeypatch.setattr(metadata, "requires", lambda name: needed)
    return versions


def problems() -> list[Check]:
    return [check for check in installation() if check.fix]


def test_what_is_right_is_counted_without_extras() -> None:
    python, packages = installation()
    assert (python.fix, packages.fix) == ("", "")
    assert sys.executable in python.found
    assert packages.found.startswith("2 of 2 ")


def test_each_package_that_is_missing_or_of_another_version_has_its_command(installed: dict[str, str]) -> None:
    installed["owl"] = "2.1"
    del installed["bat"]
    _, packages, *_ = installation()
    assert packages.found.startswith("0 of 2 ")
    assert problems() == [
        Check("packages", "owl 2.1 is not <2,>=1.2", f"{PIP} 'owl<2,>=1.2'"),
        Check("packages", "bat is not installed", f"{PIP} 'bat>=2'"),
    ]


def test_a_release_candidate_is_a_version_too(installed: dict[str, str]) -> None:
    installed["bat"] = "2.1rc1"
    assert problems() == []


def test_another_python_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.10.2")
    (problem,) = problems()
    assert problem == Check("python", "3.10.2 is not >=3.11", "python3.11 -m venv .venv")


def test_code_that_is_newer_than_its_installation_is_a_problem(installed: dict[str, str]) -> None:
    installed["rag"] = "0.0.1"
    (problem,) = problems()
    assert "0.0.1" in problem.found
    assert problem.fix.startswith(f"{PIP} -e ")


def test_without_an_installation_nothing_else_is_known(installed: dict[str, str]) -> None:
    del installed["rag"]
    (problem,) = installation()
    assert problem.fix.startswith(f"{PIP} -e ")


def test_the_real_installation_needs_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert metadata.metadata("rag")["Requires-Python"]
    assert len(metadata.requires("rag") or ()) > 20
    assert [check.subject for check in installation()][:2] == ["python", "packages"]
