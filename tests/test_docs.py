"""The documentation is true where that is cheap to check: links, commands, options, settings, and paths of the code."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import rag
from rag.cli.main import main
from rag.settings import Settings

ROOT = Path(rag.__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "papers" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
GUIDE = "\n".join(text for name, text in TEXTS.items() if name.startswith("docs/"))

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
COMMAND = re.compile(r"(?<![\w/.])(?<!from )rag(?: --\w+)* ([a-z]+)\b([^\n`]*)")


def anchors(text: str) -> set[str]:
    """The anchors of the headings in `text`, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each `rag` command in the code of `text`, and the options that it is given."""
    for code in CODE.findall(text):
        for name, rest in COMMAND.findall(code):
            yield name, set(re.findall(r"(?<!\S)--[\w-]+", rest.partition("#")[0]))


@pytest.mark.parametrize("page", PAGES, ids=TEXTS)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), f"{target}#{anchor}"


@pytest.mark.parametrize("name", TEXTS)
def test_targets_of_make_exist(name: str) -> None:
    known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = {target for code in CODE.findall(TEXTS[name]) for target in re.findall(r"(?<![\w/])make ([a-z-]+)", code)}
    assert named <= set(known)


@pytest.mark.parametrize("name", TEXTS)
def test_commands_and_options_exist(name: str) -> None:
    for command, options in commands(TEXTS[name]):
        assert command in main.commands, command
        known = {option for parameter in main.commands[command].params for option in parameter.opts}
        assert options <= known | {"--help"}, command


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_each_of_its_options_is_documented(name: str) -> None:
    assert f"`rag {name}" in TEXTS["docs/scripting.md"]
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in GUIDE


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXTS["docs/settings.md"], re.MULTILINE))
    assert rows.keys() == Settings.model_fields.keys()
    for name, default in rows.items():
        if value := re.fullmatch("`([^`]+)`", default):  # else words say what it is
            assert tomllib.loads(f"{name} = {value[1]}")[name] == Settings.model_fields[name].default


def test_labels_of_the_pages_that_are_named_exist() -> None:
    pages = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "rag" / "web").rglob("*.html"))
    labels = set(re.findall(r"(?<!\*)\*([A-Z][\w ]+)\*(?!\*)", GUIDE))
    assert {label for label in labels if label.lower() not in pages.lower()} == set()
    assert "Settings" in labels


def test_files_of_the_code_that_are_named_exist() -> None:
    named = re.findall(r"`((?:rag|tests|docs|prompts)/[\w./-]*)`", "\n".join(TEXTS.values()))
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(named) > 20


def names_in(file: str) -> set[str]:
    """The names of the functions in a file of tests."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_is_kept_by_tests_that_exist() -> None:
    section = TEXTS["docs/security.md"].partition("\n## Promises\n")[2].partition("\n## ")[0]
    promises = re.findall(r"^\| (?!promise |---)(.+?) \| (.+) \|$", section, re.MULTILINE)
    assert [promise for promise, tests in promises if not TEST.search(tests)] == []
    named = set(TEST.findall(section))
    assert [f"{file}::{name}" for file, name in sorted(named) if name not in names_in(file)] == []
    assert len(promises) > 50


def test_the_readme_is_short() -> None:
    assert len(TEXTS["README.md"].splitlines()) <= 150
