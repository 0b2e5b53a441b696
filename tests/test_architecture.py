"""Where things are: packages import only from those before them, and a name means one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import rag

PACKAGE = Path(rag.__file__).parent
# In the order in which data flows; each imports only from those before it.
ROOMS = (
    "errors text paper progress threads settings sources fetch language models llm index cluster health query "
    "retrieval answer verify chat export evaluate api mcp web cli".split()
)
MODULES = {".".join(("rag", *file.relative_to(PACKAGE).with_suffix("").parts)): file for file in PACKAGE.rglob("*.py")}


def imports(file: Path) -> Iterator[tuple[str, str | None]]:
    """Each module of ours that `file` imports anywhere, or imports from, and under which other name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rag":
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield (whole if {whole, f"{whole}.__init__"} & MODULES.keys() else node.module), one.asname


def room(module: str) -> str:
    return module.split(".")[1]


def test_packages_import_only_from_those_before_them() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, file in MODULES.items()
        for imported, _ in imports(file)
        if imported != "rag" and room(name) in ROOMS and ROOMS.index(room(imported)) > ROOMS.index(room(name))
    ]
    assert wrong == []
    assert {room(name) for name in MODULES} == {*ROOMS, "__init__", "__main__"}


def test_no_two_modules_import_each_other() -> None:
    graph = {
        name.removesuffix(".__init__"): {imported for imported, _ in imports(file)} - {"rag"}
        for name, file in MODULES.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which shows the cycle


def test_no_module_needs_another_name_to_be_imported() -> None:
    renamed = [
        f"{name}: {imported} as {alias}" for name, file in MODULES.items() for imported, alias in imports(file) if alias
    ]
    assert renamed == []


def test_a_constant_has_its_name_for_itself() -> None:
    places = defaultdict(list)
    for name, file in MODULES.items():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            for one in (leaf for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)):
                if one.id.isupper() and not one.id.startswith("_"):
                    places[one.id].append(name)
    assert {constant: where for constant, where in places.items() if len(where) > 1} == {}
