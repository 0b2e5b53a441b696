"""Text that is no listing page is refused, and by what it is where that can be told."""

import pytest

from tests.sources.text.test_listing import LONG, OTHER, PAPERS, records, skipped

LETTER = f"""Dear committee,

I am writing to apply for the position of lecturer at your university, because I have long admired its work. {LONG}

Sincerely,
Maja Lind
"""
INVITATION = """Invitation to the Workshop on Dams

We would like to invite you to give a talk at our workshop on dams next spring. Please let us know whether you can come.
"""
LICENCE = """Terms of the Dam Archive

Copyright

Permission is hereby granted, free of charge, to any person who obtains a copy of this archive, to use it without limit.

Warranty

The archive is provided as it is, without warranty of any kind, and we are not liable for any damage that it may cause.
"""
MANUAL = """damcount

A small tool that counts dams on photographs. It finds them with a simple model and writes a table of their sizes.

Installation

Run pip install damcount in a terminal. Python 3.11 or newer is required, and we recommend a virtual environment.

Usage

Call damcount with the name of a folder. The results are written to a table next to the photographs in the folder.
"""
CODE = '''"""Counts dams on photographs, and writes a table of the sizes that were found for each of our rivers."""

import csv


def count(path):
    # We measure the size of each dam here, because the model returns only its borders and not its size.
    return sum(dam.size for dam in model.dams(path))
'''
LOG = """2024-03-01 12:00:00 INFO Starting
2024-03-01 12:00:01 INFO We loaded the model and found 12 devices that can be used for the results of today.
2024-03-01 12:00:05 WARNING Slow query
2024-03-01 12:00:09 ERROR The connection was lost, and the results of this experiment were not stored in the database.
"""
POEM = """Green

We are the quiet ones who stay
When all the others leave,
We take the stones that others lay
And green is what we weave.
"""
ARTICLE = """City Council Approves New Dam

The city council on Monday approved plans for a new dam in the river, ending a debate that has lasted for ten years.

The dam will cost 40 million euros and is expected to be built by 2028, the mayor said after the meeting of the council.

The old dam, built in 1931, will be removed next spring.
"""
FULL = f"""Dams at Night

Maja Lind, J. Okaf

Abstract

{LONG}

1 Introduction

{OTHER}

2 Methods

{OTHER}

References

Lind, M. (2019). Dams. Rivers, 3, 4-5.
"""
REFERENCES = """[1] M. Lind and J. Okaf, "Dams at night," Rivers, vol. 3, pp. 12-19, 2019.
[2] J. Okaf, "Bread remembers," in Proc. Baking, 2020, pp. 44-51.
[3] L. Tove, "A study of the methods for the measurement of dams in the rivers of the north, with results," Dams, 2021.
"""
TEAM = f"""Maja Lind

Maja Lind is a biologist. {LONG}

Jo Okaf

Jo Okaf builds the cameras that our experiments rely on. {LONG}
"""
BLOG = """Why Our Tests Were Slow

For years the tests of our main product took forty minutes. Nobody liked it, and everybody worked around it somehow.

Finding the Cause

We measured every test and sorted them by time. Three of them took half of the total, because each made its own data.
"""
OTHERS = {
    "letter": LETTER,
    "invitation": INVITATION,
    "licence": LICENCE,
    "manual": MANUAL,
    "code": CODE,
    "log": LOG,
    "poem": POEM,
    "article": ARTICLE,
    "paper in full": FULL,
    "references": REFERENCES,
    "team": TEAM,
    "blog": BLOG,
    "notes": "Things to do\n\nbuy milk and call the plumber",
    "menu": "Models\nDatasets",
    "titles": "\n".join(title for title, _ in PAPERS),
    "abstracts": "\n\n".join([LONG, OTHER, LONG]),
    "abstracts before titles": "\n\n".join(text for title, abstract in PAPERS for text in (abstract, title)),
    "a table of two columns": f"name,text\nDams at night,{LONG.replace(',', ' ')}\n",
    "contents": "1 Introduction 1\n2 Dams and Rivers 7\n2.1 Growth of Dams 9\n3 Conclusion 44\n",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_text_that_is_no_listing_page_is_refused(tmp_path, text):
    (refusal,) = records(tmp_path, text.split("\n"))
    assert str(refusal).startswith("page.txt: in no format that rag reads")
    assert "listing page" in str(refusal)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"<h2>Dams</h2>\n<p>{LONG}</p>\n<h2>Ferns</h2>\n<p>{OTHER}</p>\n", "a web page (HTML): save it as text"),
        (f"<!DOCTYPE html>\n<html><body>\n\nDams\n\n{LONG}\n", "a web page (HTML): save it as text"),
        (f"\\documentclass{{article}}\n\nDams\n\n{LONG}\n", "a LaTeX document: give its bibliography"),
        (
            f"1. Rivers. 2023 Mar;3(4):12-19. doi: 10.5555/1.\n\nDams at night.\n\nLind M(1).\n\n{LONG}\n\n"
            "DOI: 10.5555/1\nPMID: 99999901\n",
            "PubMed's text of abstracts: save the search in the format PubMed",
        ),
    ],
)
def test_a_refusal_names_what_can_be_named(tmp_path, text, named):
    assert skipped(tmp_path, text.split("\n"))[0].startswith(f"page.txt: {named}")
