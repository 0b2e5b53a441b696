"""What `pip install .` installs works without the clone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import rag

ROOT = Path(rag.__file__).parent.parent


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


def test_constraints_pin_every_package_and_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in pins)
    assert "torch==2.13.0" in pins
