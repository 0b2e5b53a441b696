"""No reader raises, hangs or grows without bound on damaged files: the cases with random edits, from a fixed seed.

More of them: ``MUTATIONS=10000 .venv/bin/pytest -n 0 tests/sources/test_mutations.py``
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from rag.paper import MAX_ABSTRACT, MAX_TITLE, Paper
from rag.sources import Skipped, read
from rag.sources.record import MAX_AUTHORS, MAX_IDS
from rag.text import clean_line
from tests.conftest import DATA

COUNT = int(os.environ.get("MUTATIONS", "400"))
SEEDS = sorted(file for file in (DATA / "cases").rglob("*") if file.is_file() and file.parent != DATA / "cases")
TOKENS = [
    *(
        b"{",
        b"}",
        b'"',
        b"'",
        b"@",
        b"#",
        b",",
        b";",
        b"\t",
        b"\\",
        b"$",
        b"%",
        b"&",
        b"<",
        b">",
        b"[",
        b"]",
        b"|",
        b"=",
        b":",
    ),
    *(
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b" ",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
    ),
    *(
        b"TY  - JOUR\n",
        b"ER  - \n",
        b"PMID- 1\n",
        b"PT J\n",
        b"EF\n",
        b"%0 Journal Article\n",
        b"@article{x,\n",
        b"@string{a = {b}}\n",
    ),
    *(
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
        b"<PubmedArticle>",
        b"</PubmedArticle>",
        b"&a;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<record>",
    ),
    *(
        b'{"title": ',
        b"null",
        b"NaN",
        b"1e999",
        b"[[[[",
        b'"abstract"',
        b"\\ud800",
        b"title,abstract\n",
        b"sep=;\n",
        b"# ",
        b"Abstract: ",
    ),
]


def _edit(data: bytearray, rng: random.Random) -> None:
    place = rng.randrange(len(data) + 1)
    length = rng.choice([1, 3, 20, 200])
    edits: list[Callable[[], object]] = [
        lambda: data.__setitem__(slice(place, place + length), b""),
        lambda: data.__setitem__(slice(place, place), rng.choice(TOKENS) * rng.choice([1, 1, 1, 50])),
        lambda: data.__setitem__(slice(place, place), data[place : place + length] * rng.choice([1, 2, 30])),
        lambda: data.__setitem__(slice(place, place + 1), bytes([rng.randrange(256)])),
        lambda: data.__setitem__(slice(place, None), b""),
        lambda: data.extend(rng.choice(SEEDS).read_bytes()[:2_000]),
    ]
    rng.choice(edits)()


def mutated(rng: random.Random) -> bytes:
    """One of the cases with one to six edits."""
    data = bytearray(rng.choice(SEEDS).read_bytes())
    for _ in range(rng.randint(1, 6)):
        _edit(data, rng)
    return bytes(data)


def assert_bounded(paper: Paper) -> None:
    assert 0 < len(paper.title) <= MAX_TITLE
    assert 0 < len(paper.abstract) <= MAX_ABSTRACT
    assert len(paper.authors) <= MAX_AUTHORS
    assert len(paper.ids) <= MAX_IDS
    assert paper.year is None or 1000 <= paper.year <= 2100
    for text in (paper.title, paper.abstract, *paper.authors, *paper.ids, paper.url):
        assert "\n" not in text
        text.encode()


def test_damaged_files_give_papers_and_named_skips(tmp_path: Path) -> None:
    rng = random.Random(20_000)
    file = tmp_path / "damaged"
    for n in range(COUNT):
        data = mutated(rng)
        file.write_bytes(data)
        found = list(read(file))
        assert found, f"mutation {n} gave nothing, not even a reason"
        for one in found:
            assert isinstance(one, Paper | Skipped)
            if isinstance(one, Paper):
                assert_bounded(one)
            else:
                assert str(one) == clean_line(str(one))
