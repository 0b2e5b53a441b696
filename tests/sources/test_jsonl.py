"""JSONL: what is read from a line, and why a line is skipped."""

import json
from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import jsonl
from rag.sources.skipped import Skipped

FILE = Path("mine.jsonl")
GOOD = {"title": "Dams at Night", "abstract": "Beavers rebuild a dam in five nights."}


def read(*lines: str) -> list[Paper | Skipped]:
    return list(jsonl.read(lines, FILE))


def test_a_title_and_an_abstract_are_enough():
    assert read(json.dumps(GOOD)) == [Paper(GOOD["title"], GOOD["abstract"], source="mine.jsonl")]


def test_every_field_is_kept_and_unknown_ones_are_ignored():
    fields = {"authors": ["A. Otter", " "], "year": 1999, "ids": ["doi:10.1/x"], "url": "https://example.org/x"}
    record = GOOD | fields | {"source": "my library", "digest": True, "mood": [1, {}]}
    assert read(json.dumps(record)) == [
        Paper(
            GOOD["title"],
            GOOD["abstract"],
            authors=("A. Otter",),
            year=1999,
            ids=("doi:10.1/x",),
            url="https://example.org/x",
            source="my library",
            digest=True,
        )
    ]


def test_null_is_the_same_as_absent():
    names = ("authors", "year", "ids", "url", "source", "digest")
    assert read(json.dumps(GOOD | dict.fromkeys(names))) == read(json.dumps(GOOD))


def test_text_becomes_one_line_without_control_characters():
    (paper,) = read(json.dumps({"title": " Dams\n at\tNight ", "abstract": "One\u2028two \x07three"}))
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract) == ("Dams at Night", "One two three")


def test_a_lone_surrogate_does_not_get_into_a_paper():
    (paper,) = read('{"title": "Dams \\ud83d", "abstract": "An otter: \\ud83e\\udda6"}')
    assert isinstance(paper, Paper)
    assert paper.title.encode() == b"Dams ?"
    assert paper.abstract == "An otter: \N{OTTER}"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "no title"),
        ({"title": None}, "no title"),
        ({"title": "?!"}, "no title"),
        ({"title": 7}, '"title" is not a string'),
        ({"abstract": " \n"}, "no abstract: Dams at Night"),
        ({"abstract": ["a"]}, '"abstract" is not a string'),
        ({"title": "x" * 501}, "title of 501 characters, more than 500: " + "x" * 80),
        ({"abstract": "x" * 20_001}, "abstract of 20,001 characters, more than 20,000: Dams at Night"),
        ({"authors": "A. Otter"}, '"authors" is not a list of strings'),
        ({"ids": [1]}, '"ids" is not a list of strings'),
        ({"year": "1999"}, '"year" is not a whole number'),
        ({"year": 1999.0}, '"year" is not a whole number'),
        ({"year": True}, '"year" is not a whole number'),
        ({"year": 999}, '"year" is not between 1000 and 2100'),
        ({"year": 2101}, '"year" is not between 1000 and 2100'),
        ({"url": "javascript:alert(1)"}, '"url" is not an http or https URL'),
        ({"url": "https://a b"}, '"url" is not an http or https URL'),
        ({"source": 1}, '"source" is not a string'),
        ({"digest": "yes"}, '"digest" is not true or false'),
    ],
)
def test_a_bad_field_is_reported_with_its_line(change, reason):
    assert read(json.dumps(GOOD), "", json.dumps(GOOD | change))[1:] == [Skipped(FILE, 3, reason)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "Dams"', "not JSON: Expecting ',' delimiter at character 17"),
        ("[1, 2]", "not a JSON object with a title and an abstract"),
        ('"text"', "not a JSON object with a title and an abstract"),
        ("[" * 200_000, "not JSON: a number is too long, or brackets are nested too deeply"),
        ('{"year": ' + "9" * 5000 + "}", "not JSON: a number is too long, or brackets are nested too deeply"),
    ],
)
def test_a_bad_line_does_not_hide_the_next(line, reason):
    bad, good = read(line, json.dumps(GOOD))
    assert bad == Skipped(FILE, 1, reason)
    assert isinstance(good, Paper)


@pytest.mark.parametrize("year", [1000, 2100])
def test_the_first_and_the_last_allowed_year_are_read(year):
    (paper,) = read(json.dumps(GOOD | {"year": year}))
    assert isinstance(paper, Paper)
    assert paper.year == year
