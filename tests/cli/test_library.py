"""A whole library as Zotero exports it: read, indexed, updated after an edit, and exported again."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.runner import json_lines, rag
from tests.conftest import typical_curve
from tests.zotero import export

RECORDS = int(os.environ.get("RECORDS", "300"))  # docs/own-papers.md tells of 3,000


@pytest.mark.slow  # the steps are tested one by one in tests/sources/test_bibtex.py and tests/cli/test_updates.py
def test_a_library_comes_in_keeps_step_and_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    library, made, index = tmp_path / "library.bib", export(RECORDS), ("--index", tmp_path / "index")
    library.write_text(made.text, encoding="utf-8", newline="")
    read = rag("rebuild", library, *index)
    assert read.exit_code == 0, read.output
    papers = json_lines(rag("papers", "--json", *index).stdout)
    titles = {paper["title"] for paper in papers}
    missing = set(made.titles) - titles
    unnamed = [name for name in made.lost if name not in read.stderr]
    unnamed += [key for key, title in made.faulty.items() if title not in titles and key not in read.stderr]
    assert (missing, unnamed) == (set(), [])
    assert f"{made.duplicates:,} duplicate" in read.stdout
    assert all(len(paper["authors"]) == 2 and paper["year"] and paper["ids"] for paper in papers)

    edited = made.text.replace("We study", "We now study", 1).replace(f"10.5555/zot.{RECORDS - 1}}}", "10.5555/new}", 1)
    library.write_text(edited, encoding="utf-8", newline="")
    assert re.match(rf"{len(papers):,} papers: 0 added, [12] changed, 0 removed, ", rag("rebuild", *index).stdout)

    out = tmp_path / "out.bib"
    out.write_text(rag("search", "study", "--top", "200", "--export", "bib", *index).stdout, encoding="utf-8")
    again = rag("rebuild", out, "--dry-run", *index).stdout
    assert again.startswith("0 added, 0 changed, ")
