"""Items in CSL-JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.export.csl_json import csl_json
from rag.paper import Paper
from rag.sources import read
from rag.sources.json_records.csl_json import recognises, record_of
from tests.sources.json_records.finishing import paper_of

ITEM: dict[str, Any] = {"id": "lind", "type": "article", "title": "Reeds", "abstract": "We weigh reeds."}


def paper(tmp_path: Path, **fields: Any) -> Paper:
    return paper_of(tmp_path, record_of(ITEM | fields))


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ({"date-parts": [[2022, 1, 5]]}, 2022),
        ({"date-parts": [["2022"], ["2023"]]}, 2022),
        ({"date-parts": [[]], "literal": "circa 1999"}, 1999),
        ({"raw": "2021-05"}, 2021),
        ({"year": 2020}, 2020),
        ([{"year": 2020, "month": 2}], 2020),
        ("2019-01-01", 2019),
        (2018, 2018),
        ({"date-parts": None}, None),
        ({}, None),
    ],
)
def test_dates_are_read_in_all_their_spellings(tmp_path: Path, date: Any, year: int | None) -> None:
    assert paper(tmp_path, issued=date).year == year


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ([{"family": "Meer", "given": "Jan", "non-dropping-particle": "van der"}], ("Jan van der Meer",)),
        ([{"family": "Meer", "given": "Jan", "dropping-particle": "de", "suffix": "Jr."}], ("Jan de Meer Jr.",)),
        (
            [{"literal": "Reed Group, Inc."}, {"family": "Plato"}, {"given": "Maja"}, {}, None],
            ("Reed Group, Inc.", "Plato", "Maja"),
        ),
        ({"family": "Lind", "given": "Maja"}, ("Maja Lind",)),
        (["Lind, Maja"], ("Maja Lind",)),
    ],
)
def test_names_are_put_together(tmp_path: Path, author: Any, names: tuple[str, ...]) -> None:
    assert paper(tmp_path, author=author).authors == names


def test_markup_goes_from_title_and_abstract(tmp_path: Path) -> None:
    title = '<span class="nocase">ReedNet</span>: <i>in vivo</i> H<sub>2</sub>O &amp; more'
    found = paper(tmp_path, title=title, abstract="<p>It is <b>wet</b>;</p>\n<p>a &lt; b.</p>")
    assert (found.title, found.abstract) == ("ReedNet: in vivo H2O & more", "It is wet; a < b.")


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"DOI": "HTTPS://DOI.ORG/10.5555/MOSS"}, ("doi:10.5555/moss",)),
        ({"DOI": "10.48550/arXiv.2301.99999"}, ("arxiv:2301.99999",)),
        ({"PMID": "99999999", "PMCID": "PMC9999999"}, ("pmid:99999999", "pmc:PMC9999999")),
        ({"note": "arXiv:2301.99999 [cs]"}, ("arxiv:2301.99999",)),
        ({"publisher": "arXiv", "number": "arXiv:2301.99999"}, ("arxiv:2301.99999",)),
        ({"URL": "http://arxiv.org/abs/2301.99999v2"}, ("arxiv:2301.99999",)),
        ({"number": "7", "note": "see 2301.99999"}, ()),
    ],
)
def test_ids_are_found_where_programs_put_them(tmp_path: Path, fields: dict[str, Any], ids: tuple[str, ...]) -> None:
    assert paper(tmp_path, **fields).ids == ids


def test_what_rag_exports_is_read_back(tmp_path: Path) -> None:
    whole = Paper(
        "If A <b and c> D: Élan & Reeds",
        "We weigh p <q and r> s. They are light.",
        ("Ada Lovelace", "Jan van der Meer Jr.", "Reed Group, Inc."),
        2020,
        ("doi:10.5555/x", "pmid:99999999", "arxiv:2301.99999"),
        "https://example.org/a",
        "library.json",
    )
    papers = [whole, replace(whole, title="Otters", authors=(), year=None, ids=("arxiv:2301.99998",), url="")]
    path = tmp_path / "library.json"
    path.write_text(csl_json(papers), encoding="utf-8")
    assert list(read(path)) == papers


def test_an_object_with_authors_and_a_year_is_not_taken_for_an_item() -> None:
    assert recognises(ITEM)
    assert not recognises(ITEM | {"authors": ["Maja Lind"]})
    assert not recognises({"title": "Reeds", "abstract": "We weigh reeds.", "author": "Maja Lind"})
