"""Small files that break readers of bibliographies, each with what must come of it: see tests/data/cases/README.md."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import Skipped, read
from tests.conftest import DATA
from tests.formats import PAGE, cases, table

FOLDER = DATA / "cases"
CASES: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text("utf-8").splitlines()]


def differences(expected: dict[str, Any], paper: Paper) -> list[str]:
    """What of `paper` is not as the case says; fields that it does not name may be anything."""
    text, ids = paper.abstract, list(paper.ids)
    wrong = [
        ("abstract", text, "abstract" in expected and text != expected["abstract"]),
        ("abstract_has", text, any(part not in text for part in expected.get("abstract_has", ()))),
        ("abstract_not", text, any(part in text for part in expected.get("abstract_not", ()))),
        ("abstract_any", text, not all(any(p in text for p in parts) for parts in expected.get("abstract_any", ()))),
        ("ids", ids, not set(expected.get("ids", ())) <= set(ids)),
        ("ids_not", ids, any(one.startswith(tuple(expected.get("ids_not", ["-"]))) for one in ids)),
        ("year_any", paper.year, paper.year not in expected.get("year_any", [paper.year])),
    ]
    for field, value in (("authors", list(paper.authors)), ("year", paper.year), ("url", paper.url)):
        allowed = [expected.get(field, value), *expected.get(f"{field}_also", ())]
        wrong.append((field, value, value not in allowed))
    return [f"{paper.title}: {field} is {value!r}" for field, value, is_wrong in wrong if is_wrong]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_comes_of_a_file(case: dict[str, Any]) -> None:
    expected, found = case["expect"], list(read(FOLDER / case["file"]))
    papers = [one for one in found if isinstance(one, Paper)]
    skipped = [one for one in found if isinstance(one, Skipped)]
    wrong, missing = [], 0
    for want in expected["papers"]:
        paper = next((one for one in papers if one.title in [want["title"], *want.get("title_also", ())]), None)
        if paper is None:
            missing += 1
            wrong += [f"{want['title']} is missing"] * (not want.get("optional"))
        else:
            papers.remove(paper)
            wrong += differences(want, paper)
    if not (expected.get("more") or "count" in expected):
        titles = {want["title"] for want in expected["papers"]}
        wrong += [f"{paper.title} is too many" for paper in papers if paper.title not in titles]
    assert wrong == []
    optional = sum(bool(want.get("optional")) for want in expected["papers"])
    least = expected.get("skipped_min", max(expected["skipped"] - (optional - missing), int(optional > 0 < missing), 0))
    most = max(expected.get("skipped_max", 0), expected["skipped"], least)
    assert least <= len(skipped) <= most, [str(one) for one in skipped]
    if "count" in expected:
        assert len(papers) + len(expected["papers"]) - missing == expected["count"]


def test_each_skipped_record_is_named() -> None:
    unnamed = []
    for case in CASES:
        said = "\n".join(str(one) for one in read(FOLDER / case["file"]) if isinstance(one, Skipped))
        names = [skip["names"] for skip in case["expect"].get("skips") or () if skip["names"]]
        if len(said.splitlines()) >= case["expect"]["skipped"]:
            ways = {name: name.replace("line ", ":").split(" or ") for name in names}  # ":6:" stands for line 6
            unnamed += [f"{case['id']}: {name}" for name in names if not any(way in said for way in ways[name])]
    assert unnamed == []


def test_the_table_of_the_documentation_is_up_to_date() -> None:
    assert table(cases()) in PAGE.read_text(encoding="utf-8"), "python -m tests.formats writes it anew"
