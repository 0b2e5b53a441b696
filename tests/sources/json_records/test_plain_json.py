"""Objects with the fields of a paper: under which names, and what becomes of values that are not as they should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped

GOOD: dict[str, Any] = {"title": "Dams at Night", "abstract": "Beavers rebuild a dam in five nights."}


def records(tmp_path: Path, *objects: dict[str, Any]) -> list[Paper | Skipped]:
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    return list(read(path))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    (found,) = records(tmp_path, GOOD | fields)
    assert isinstance(found, Paper)
    return found


def test_a_title_and_an_abstract_are_enough(tmp_path: Path) -> None:
    assert paper(tmp_path) == Paper(GOOD["title"], GOOD["abstract"], source="mine.jsonl")


def test_every_field_is_kept_and_unknown_ones_are_ignored(tmp_path: Path) -> None:
    fields = {"authors": ["A. Otter", " "], "year": 1999, "ids": ["doi:10.5555/x"], "url": "https://example.org/x"}
    more = {"source": "my library", "digest": True, "mood": [1, {}]}
    assert paper(tmp_path, **fields, **more) == Paper(
        GOOD["title"],
        GOOD["abstract"],
        authors=("A. Otter",),
        year=1999,
        ids=("doi:10.5555/x",),
        url="https://example.org/x",
        source="my library",
        digest=True,
    )


def test_null_is_the_same_as_absent(tmp_path: Path) -> None:
    names = ("authors", "year", "ids", "url", "source", "digest")
    assert paper(tmp_path, **dict.fromkeys(names)) == paper(tmp_path)


def test_text_becomes_one_line_without_control_characters_and_lone_surrogates(tmp_path: Path) -> None:
    found = paper(tmp_path, title=" Dams\n at\tNight \ud83d", abstract="One\u2028two \x07three \ud83e\udda6")
    assert (found.title, found.abstract) == ("Dams at Night ?", "One two three \N{OTTER}")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Dams &amp; <i>Castor</i>", "Dams & Castor"),
        ("Dams if a<b and c>d", "Dams if a<b and c>d"),
        ("Dams <q and r> otters", "Dams <q and r> otters"),
        ("Dams &lt;p&gt;at&lt;/p&gt; night", "Dams at night"),
        ("Dams of $x_{i}$", "Dams of $x_{i}$"),
        ("Dams at ?a=1&section=2", "Dams at ?a=1&section=2"),
    ],
)
def test_markup_goes_and_signs_stay(tmp_path: Path, text: str, plain: str) -> None:
    assert paper(tmp_path, title=text).title == plain


@pytest.mark.parametrize("heading", ["Abstract: ", "ABSTRACT ", "Abstract. ", "Summary — ", "Abstract "])
def test_the_heading_of_an_abstract_goes(tmp_path: Path, heading: str) -> None:
    assert paper(tmp_path, abstract=f"{heading}We build.").abstract == "We build."
    assert paper(tmp_path, abstract="Abstract dams are built.").abstract == "Abstract dams are built."


@pytest.mark.parametrize(
    ("abstract", "text"),
    [
        ("Abstract Beavers build.", "Beavers build."),
        ("Abstract Deep dams last.", "Deep dams last."),
        ("Abstract Dam Trees (ADTs) last.", "Abstract Dam Trees (ADTs) last."),
        ("Abstract Syntax is studied.", "Abstract Syntax is studied."),
    ],
)
def test_a_heading_without_punctuation_goes_unless_it_is_part_of_a_term(
    tmp_path: Path, abstract: str, text: str
) -> None:
    assert paper(tmp_path, abstract=abstract).abstract == text
    assert paper(tmp_path, title="Abstract Dams", abstract=abstract).abstract == abstract


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "no title"),
        ({"title": None}, "no title"),
        ({"title": "?!", "id": 7}, "a title without letters and digits: ?!"),
        ({"abstract": " \n"}, "no abstract: Dams at Night"),
        ({"abstract": {"a": 1}}, "no abstract: Dams at Night"),
        ({"abstract": "Abstract Missing"}, "no abstract: Dams at Night"),
        ({"abstract": "This paper has been withdrawn by the author, since dams leak."}, "no abstract: Dams at Night"),
        ({"abstract": float("nan")}, "no abstract: Dams at Night"),
        ({"title": "x" * 501}, "title of 501 characters, more than 500: " + "x" * 80),
        ({"abstract": "x" * 20_001}, "abstract of 20,001 characters, more than 20,000: Dams at Night"),
    ],
)
def test_a_record_without_a_title_or_an_abstract_is_reported(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    assert records(tmp_path, GOOD, GOOD | change)[1:] == [Skipped(tmp_path / "mine.jsonl", 2, reason)]


@pytest.mark.parametrize("year", [1999, 1999.0, "1999", "1999-05-01", " 1 May 1999", ["1999"], 19990501, "199905"])
def test_a_year_may_be_a_number_or_a_text(tmp_path: Path, year: Any) -> None:
    assert paper(tmp_path, year=year).year == 1999


@pytest.mark.parametrize("year", [True, 999, 2101, 0, "soon", {}, 19991301, "12019990501", "10.5555/19990501"])
def test_what_is_no_year_is_left_out(tmp_path: Path, year: Any) -> None:
    assert paper(tmp_path, year=year).year is None


@pytest.mark.parametrize("year", [1000, 2100])
def test_the_first_and_the_last_allowed_year_are_read(tmp_path: Path, year: int) -> None:
    assert paper(tmp_path, year=year).year == year


@pytest.mark.parametrize(
    "authors",
    [
        ["Maja Lind", "Josef Okaf"],
        ["Lind, Maja", "Okaf, Josef", "et al."],
        "Lind, Maja; Okaf, Josef",
        "Maja Lind, Josef Okaf",
        "Maja Lind and Josef Okaf",
        ["Lind, Maja; Okaf, Josef"],
        [{"name": "Maja Lind"}, {"name": "Okaf, Josef"}],
        [{"first": "Maja", "middle": [], "last": "Lind"}, {"firstName": "Josef", "lastName": "Okaf"}],
        [{"given": "Maja", "family": "Lind"}, {"full_name": "Josef Okaf", "id": 3}],
        {"author": [{"text": "Maja Lind", "@pid": "1"}, "Josef Okaf", 1234]},
        ["Lind, Maja, PhD", "Josef Okaf, Ph.D.", "MSc"],
    ],
)
def test_authors_may_be_a_list_a_text_or_objects(tmp_path: Path, authors: Any) -> None:
    assert paper(tmp_path, authors=authors).authors == ("Maja Lind", "Josef Okaf")


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"ids": ["shelf:12", "box/7"]}, ("shelf:12", "box/7")),
        ({"ids": ["DOI:10.5555/ABC", "10.5555/D"]}, ("doi:10.5555/abc", "doi:10.5555/d")),
        ({"ids": ["arXiv:2301.99999v2", "PMID: 99999999"]}, ("arxiv:2301.99999", "pmid:99999999")),
        ({"ids": ["https://doi.org/10.5555/A", "https://example.org/a"]}, ("doi:10.5555/a", "https://example.org/a")),
        ({"ids": {"doi": "10.5555/a", "arxiv": "2301.99999"}}, ("doi:10.5555/a", "arxiv:2301.99999")),
        ({"ids": [1]}, ("1",)),
        ({"doi": "https://doi.org/10.5555/A"}, ("doi:10.5555/a",)),
        ({"doi": "10.48550/arXiv.2301.99999"}, ("arxiv:2301.99999",)),
        ({"arxiv_id": "2301.99999v1", "pmid": 99999999}, ("arxiv:2301.99999", "pmid:99999999")),
        ({"url": "https://arxiv.org/abs/2301.99999"}, ("arxiv:2301.99999",)),
        ({"id": "http://arxiv.org/abs/2301.99999v3"}, ("arxiv:2301.99999",)),
    ],
)
def test_ids_are_normalised_if_their_kind_is_known(
    tmp_path: Path, fields: dict[str, Any], ids: tuple[str, ...]
) -> None:
    assert paper(tmp_path, **fields).ids == ids


@pytest.mark.parametrize("person", [{"FullName": "Lind, Maja"}, {"First_Name": "Maja", "LastName": "Lind"}])
def test_keys_of_names_are_known_however_they_are_spelt(tmp_path: Path, person: dict[str, str]) -> None:
    assert paper(tmp_path, authors=[person]).authors == ("Maja Lind",)


def test_a_group_keeps_its_name(tmp_path: Path) -> None:
    found = paper(tmp_path, authors={"author": [{"fullName": "Maja Lind"}, {"collectiveName": "Dam, Lodge & Co"}]})
    assert found.authors == ("Maja Lind", "Dam, Lodge & Co")


def test_the_address_of_the_abstract_is_better_than_that_of_a_page_on_it(tmp_path: Path) -> None:
    found = paper(tmp_path, paper_url="https://example.org/page", url_abs="https://example.org/abs")
    assert found.url == "https://example.org/abs"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 7, ["x"]])
def test_what_is_no_web_address_is_left_out(tmp_path: Path, url: Any) -> None:
    assert paper(tmp_path, url=url).url == ""


@pytest.mark.parametrize(("value", "digest"), [(True, True), ("true", True), (1, True), (False, False), ("no", False)])
def test_a_digest_is_one_if_it_says_so(tmp_path: Path, value: Any, digest: bool) -> None:
    assert paper(tmp_path, digest=value).digest is digest


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Title", "Abstract"),
        ("paper_title", "paperAbstract"),
        ("dc:title", "dc:description"),
        ("title", "abstractText"),
    ],
)
def test_common_names_of_fields_are_known(tmp_path: Path, title: str, abstract: str) -> None:
    (found,) = records(tmp_path, {title: GOOD["title"], abstract: GOOD["abstract"], "pubYear": "1999"})
    assert found == Paper(GOOD["title"], GOOD["abstract"], year=1999, source="mine.jsonl")


def test_a_text_may_be_given_in_parts(tmp_path: Path) -> None:
    found = paper(tmp_path, title=["Dams"], abstract=[{"text": "They last.", "section": "x"}, "They leak."])
    assert (found.title, found.abstract) == ("Dams", "They last. They leak.")


def test_a_summary_is_an_abstract_in_what_says_who_wrote_it(tmp_path: Path) -> None:
    post = {"title": "Dams", "summary": "They last."}
    found = records(tmp_path, post, post | {"authors": ["Maja Lind"]})
    assert found == [
        Skipped(tmp_path / "mine.jsonl", 1, "no abstract: Dams"),
        Paper("Dams", "They last.", ("Maja Lind",), source="mine.jsonl"),
    ]
