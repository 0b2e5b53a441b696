"""Works of Crossref."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources.json_records.crossref import record_of
from rag.sources.skipped import Skipped
from tests.sources.json_records.finishing import finish, paper_of

WORK: dict[str, Any] = {"DOI": "10.5555/R", "title": ["Reeds"], "abstract": "<jats:p>We weigh reeds.</jats:p>"}


def finished(tmp_path: Path, **fields: Any) -> Paper | Skipped:
    return finish(tmp_path, record_of(WORK | fields, 3))


def paper(tmp_path: Path, **fields: Any) -> Paper:
    return paper_of(tmp_path, record_of(WORK | fields, 3))


@pytest.mark.parametrize(
    ("titles", "subtitles", "title"),
    [
        (["Reeds"], [], "Reeds"),
        (["Reeds"], ["A Note"], "Reeds: A Note"),
        (["Reeds: A Note"], ["a note"], "Reeds: A Note"),
        (["Why Reeds?"], ["A Note"], "Why Reeds? A Note"),
        (["Reeds", "Schilf"], None, "Reeds"),
        (["", "  Reeds\n of &amp;lt;Space&amp;gt; "], None, "Reeds of &lt;Space&gt;"),
        ("Reeds", "A Note", "Reeds: A Note"),
    ],
)
def test_the_title_is_the_first_with_its_subtitle(tmp_path: Path, titles: Any, subtitles: Any, title: str) -> None:
    assert paper(tmp_path, title=titles, subtitle=subtitles).title == title


def test_a_work_without_title_is_named_by_its_doi(tmp_path: Path) -> None:
    assert str(finished(tmp_path, title=[], subtitle=["A Note"])) == "works.json:3: no title: 10.5555/R"


def test_markup_in_an_abstract_goes(tmp_path: Path) -> None:
    abstract = """<jats:title>Abstract</jats:title>
      <jats:sec><jats:title>Aim</jats:title><jats:p>H<jats:sub>2</jats:sub>O in
      <jats:italic toggle="yes">Typha</jats:italic>, if a&lt;b.</jats:p></jats:sec><jats:p>R&amp;amp;D.</jats:p>"""
    assert paper(tmp_path, abstract=abstract).abstract == "Aim: H2O in Typha, if a<b. R&D."


def test_a_formula_that_is_given_twice_is_kept_once(tmp_path: Path) -> None:
    formula = """<jats:inline-formula><jats:alternatives><jats:tex-math>$$x^2$$</jats:tex-math><mml:math>
      <mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></jats:alternatives></jats:inline-formula>"""
    assert paper(tmp_path, abstract=f"<jats:p>We square {formula} reeds.</jats:p>").abstract == "We square $x^2$ reeds."


def test_groups_are_authors_and_keep_their_commas(tmp_path: Path) -> None:
    author = [
        {"given": "Jan", "family": "van der Meer", "suffix": "Jr"},
        {"name": "Center of Reeds, Inc.", "sequence": "first"},
        {"family": "Plato"},
        {"sequence": "additional"},
    ]
    assert paper(tmp_path, author=author).authors == ("Jan van der Meer Jr", "Center of Reeds, Inc.", "Plato")


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        ({"issued": {"date-parts": [[2021, 3]]}, "created": {"date-parts": [[2009]]}}, 2021),
        ({"issued": {"date-parts": [[None]]}, "published-online": {"date-parts": [[2020]]}}, 2020),
        ({"issued": {"date-parts": [[None]]}, "created": {"date-parts": [[2009]]}}, None),
        ({"issued": {"date-parts": [[0]]}}, None),
        ({"issued": None}, None),
    ],
)
def test_the_year_is_that_of_publication(tmp_path: Path, dates: dict[str, Any], year: int | None) -> None:
    assert paper(tmp_path, **dates).year == year
