"""The files that run rag elsewhere keep what docs/deployment.md says: image, unit, Space, scrapes and alerts."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import rag
from rag import settings
from rag.chat.library import Library
from rag.settings import Settings
from rag.web.access.authentication import client_address
from rag.web.guard import ALIVE
from rag.web.metrics import Metrics
from rag.web.places import Places
from rag.web.rebuilding import Rebuilding
from tests.web.serving import serving

ROOT = Path(rag.__file__).parent.parent
UNIT = ROOT / "deploy" / "rag.service"
GUIDE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
MAX_EXPOSURE = 20  # of the unit, where 100 is worst; each version of systemd looks at more


def instructions() -> list[tuple[str, str]]:
    """The name and the rest of each instruction in the Containerfile, lines that are continued joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines if line.strip()]


def last_stage() -> dict[str, str]:
    """The last of each instruction in the stage that becomes the image."""
    lines = instructions()
    start = max(n for n, (name, _) in enumerate(lines) if name == "FROM")
    return dict(lines[start:])


def variables() -> dict[str, str]:
    """The environment of the image."""
    return dict(part.split("=", 1) for part in shlex.split(last_stage()["ENV"]))


def test_what_the_image_copies_is_there_and_is_sent_to_the_build() -> None:
    copied = [shlex.split(rest)[:-1] for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    names = [name for one in copied for name in one]
    assert "rag" in names
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in names:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in sent
    assert "*" in sent  # all else, such as an index, a password file or .git, is not


def test_the_package_can_be_built_of_what_the_image_copies() -> None:
    from tomllib import loads

    project = loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in (*wheel["packages"], *wheel["force-include"], project["project"]["readme"], "LICENSE"):
        assert f"!{name}" in sent


def test_the_image_runs_as_a_user_with_a_volume_and_nothing_secret() -> None:
    stage = last_stage()
    assert stage["USER"] == "1000:1000"
    assert stage["VOLUME"] == "/data"
    assert stage["EXPOSE"] == variables()["RAG_PORT"] == "7860"
    assert stage["STOPSIGNAL"] == "SIGTERM"
    assert shlex.split(stage["ENTRYPOINT"].strip("[]")) + shlex.split(stage["CMD"].strip("[]")) == ["rag", "chat"]
    assert Path("/data") in Path(variables()["RAG_INDEX_DIR"]).parents
    assert not re.search(r"password|token|secret|_key", str(instructions()), re.IGNORECASE)
    assert {rest.split()[0] for name, rest in instructions() if name == "FROM"} == {"python:3.11-slim-bookworm"}


def test_each_argument_of_the_build_that_the_guide_names_is_declared() -> None:
    named = set(re.findall(r"--build-arg (\w+)=", GUIDE))
    assert named == {rest for name, rest in instructions() if name == "ARG"}


def test_each_setting_of_the_image_and_of_the_unit_exists() -> None:
    named = re.findall(r"RAG_\w+", str(variables()) + UNIT.read_text(encoding="utf-8") + GUIDE)
    assert {name.removeprefix("RAG_").lower() for name in named} <= Settings.model_fields.keys()
    chosen = {n.removeprefix("RAG_").lower(): value for n, value in variables().items() if n.startswith("RAG_")}
    assert settings.load(**chosen).log == "json"


def test_the_health_check_tells_a_chat_from_nothing(index_dir: Path) -> None:
    check = re.search(r'CMD \["python", "-c", "(.*)"\]', last_stage()["HEALTHCHECK"])
    assert check
    assert ALIVE in check[1]

    def status(port: str) -> int:
        # A proxy of the container must not be asked.
        environment = {"RAG_PORT": port, "http_proxy": "http://127.0.0.1:9"}
        done = subprocess.run([sys.executable, "-c", check[1]], env=environment, stderr=subprocess.DEVNULL, timeout=60)
        return done.returncode

    with serving(index_dir) as address:
        port = address.rpartition(":")[2]
        assert status(port) == 0
    assert status(port) == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not there")
def test_the_unit_is_valid_and_confined(tmp_path: Path) -> None:
    unit = tmp_path / "rag.service"
    script = tmp_path / "rag"
    script.touch(0o755)
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/rag/bin/rag", str(script)), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={MAX_EXPOSURE}", str(unit)]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def test_the_space_is_described_as_the_image_is() -> None:
    _, front, text = (ROOT / "deploy" / "space" / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    told = yaml.safe_load(front)
    assert (told["sdk"], told["app_port"]) == ("docker", int(last_stage()["EXPOSE"]))
    assert {"RAG_PASSWORD", "RAG_URL", "FORWARDED_ALLOW_IPS"} <= set(re.findall(r"`([A-Z_]+)`", text))


@pytest.mark.parametrize("file", ["deploy/space/README.md", "docs/deployment.md"])
def test_behind_the_proxy_of_a_space_nobody_makes_up_an_address(file: str) -> None:
    told = (ROOT / file).read_text(encoding="utf-8")
    (trusted,) = re.findall(r"`FORWARDED_ALLOW_IPS`(?: with the value| \|) `(.*?)`", told)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert client_address(scope) == "198.51.100.7"

    for made_up in ("", "203.0.113.9, ", "10.0.0.1, 203.0.113.9, "):
        forwarded = f"{made_up}198.51.100.7, 10.16.3.80".encode()
        scope: Any = {"type": "http", "client": ("10.16.3.81", 1), "headers": [(b"x-forwarded-for", forwarded)]}
        asyncio.run(ProxyHeadersMiddleware(app, trusted)(scope, None, None))  # type: ignore[arg-type]


def examples() -> tuple[Any, Any]:
    """The scrape and the alerts of docs/deployment.md."""
    scrape, alerts = (
        yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    )
    return scrape, alerts


@pytest.fixture(scope="module")
def series(index_dir: Path) -> set[str]:
    """The names of all series that a server with an open index has."""
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    library.retriever()
    text = Metrics(library, Places(), Rebuilding()).text().decode()
    return {sample.name for family in families(text) for sample in family.samples}


def test_alerts_and_the_guide_name_series_that_exist(series: set[str]) -> None:
    scrape, alerts = examples()
    (job,) = scrape["scrape_configs"]
    rules = alerts["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"\brag_\w+", rule["expr"])}
    assert len(rules) == 3
    assert len(named) >= 4
    assert named <= series
    assert all(f'job="{job["job_name"]}"' in rule["expr"] or "job=" not in rule["expr"] for rule in rules)


def test_every_series_is_documented(series: set[str]) -> None:
    documented = set(re.findall(r"^\| `(rag_\w+)` \|", GUIDE, re.MULTILINE))
    bases = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in series if name.startswith("rag_")}
    counters = {name for name in documented if name.endswith("_total")}
    assert {name for name in bases if f"{name}_total" not in counters} == documented
