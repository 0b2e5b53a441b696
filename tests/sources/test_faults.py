"""Small files that once were read wrong, never to the end, or as papers that are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.progress import silent
from rag.sources.gather import gather
from tests.conftest import DATA

FAULTS = DATA / "faults"
TWO = ["First paper on depth", "Second paper on clouds"]
SIZE = 1_000_000  # bytes
BEGINNINGS = {
    "BibTeX": "@article{a, title = {Owls}, abstract = {We listen",
    "RIS": "TY  - JOUR\nTI  - Owls\nAB  - We listen",
    "CSV": 'title,abstract\nOwls,"We listen',
    "JSON": '{"title": "Owls", "abstract": "We listen',
    "PubMed": "<PubmedArticleSet><PubmedArticle><ArticleTitle>Owls",
    "Markdown": "## Owls\n\nWe listen",
    "labelled": "Title: Owls\nAbstract: We listen",
    "nothing": "",
}
PEAK = """
import re, sys
from pathlib import Path
from rag.sources import read
def peak():
    return re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(peak())
for name in sys.argv[1:]:
    list(read(Path(name)))
print(peak())
"""


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("array.txt", [*TWO, "Third paper on clouds"]),
        ("array_pretty.txt", ["Walking Robots on Ice", "Counting Sheep with Drones"]),
        ("firstline.jsonl", ["First paper", "Second paper"]),
        ("header.csv", TWO),
        ("labelled.txt", TWO),
        ("letter.txt", []),
        ("md.txt", TWO),
        ("merge.jsonl", ["ガラスの研究", "カラスの研究"]),
        ("merge_more.jsonl", ["ガラスの研究", "カラスの研究", "दिन", "दान", "Editorial", "Editorial.", "C", "C++"]),
        ("page.txt", []),
        ("redos.txt", []),
        ("refs.txt", TWO),
        ("ris.txt", TWO),
    ],
)
def test_the_papers_of_a_file(name: str, titles: list[str]) -> None:
    if not titles:
        with pytest.raises(SourceError):
            gather([FAULTS / name], silent)
        return
    found = gather([FAULTS / name], silent)
    assert [paper.title for paper in found.papers] == titles
    assert not found.merges


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux")
def test_memory_stays_small_for_files_of_blank_lines(tmp_path: Path) -> None:
    for form, beginning in BEGINNINGS.items():
        (tmp_path / form).write_text(beginning + "\n" * SIZE, encoding="utf-8")
    measured = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    before, after = map(int, measured.stdout.split())
    assert after - before < 60_000  # kilobytes, of which some are code that is loaded
