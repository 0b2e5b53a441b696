"""Papers in BibTeX and BibLaTeX files, and which text is such a file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rag.export.bibtex import bibtex
from rag.paper import Paper
from rag.sources import Skipped, read
from rag.sources.bibtex.reader import matches

ABSTRACT = "abstract = {We weigh reeds. They are light.}"


def papers(tmp_path: Path, text: str) -> list[Paper]:
    found = records(tmp_path, text)
    assert [record for record in found if isinstance(record, Skipped)] == []
    return [record for record in found if isinstance(record, Paper)]


def records(tmp_path: Path, text: str) -> list[Paper | Skipped]:
    path = tmp_path / "library.bib"
    path.write_text(text, encoding="utf-8")
    return list(read(path))


def paper(tmp_path: Path, fields: str) -> Paper:
    (found,) = papers(tmp_path, f"@misc{{k,\n  {fields},\n  title = {{Reeds}},\n  {ABSTRACT}\n}}\n")
    return found


def test_an_entry_becomes_a_paper(tmp_path: Path) -> None:
    text = r"""@Article{ WOS:000999, Author = {Lind, Maja and M{\"u}ller, J{\"o}rg}, Title = {{The {R}EED
    gap}}, Year = {{2018}}, DOI = {{10.5555/HP.1}}, Url = {https://example.org/a\_b},
    Abstract = {{A marsh is crossed on reeds (25\% wet).
    They break at $O(n)$ \& {"}sing{"}.}}, }"""
    assert papers(tmp_path, text) == [
        Paper(
            title="The REED gap",
            abstract='A marsh is crossed on reeds (25% wet). They break at $O(n)$ & "sing".',
            authors=("Maja Lind", "Jörg Müller"),
            year=2018,
            ids=("doi:10.5555/hp.1",),
            url="https://example.org/a_b",
            source="library.bib",
        )
    ]


def test_what_has_no_abstract_or_no_title_is_named(tmp_path: Path) -> None:
    text = (
        f"@book{{lind, title = {{Reeds}}}}\n\n@misc{{okaf,\n {ABSTRACT}}}\n@misc{{cut, title = {{Bats}}, abstract = {{a"
    )
    assert [str(record) for record in records(tmp_path, text)] == [
        "library.bib:1: no abstract: Reeds",
        "library.bib:3: no title: okaf",
        "library.bib:5: an entry cannot be read, because its braces, quotation marks or commas do not match: cut",
    ]


def test_a_file_of_macros_says_that_it_has_no_entries(tmp_path: Path) -> None:
    (skipped,) = records(tmp_path, '@string{tods = "Transactions on Dams"}\n@comment{none}\n')
    assert str(skipped) == "library.bib: no entries but macros and comments"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("title = {Owls}, subtitle = {A Study}", "Owls: A Study"),
        ("title = {Owls?}, subtitle = {A Study}", "Owls? A Study"),
        ("title = {Owls: A Study}, subtitle = {A {S}tudy}", "Owls: A Study"),
        (r"title = {{\textless}i{\textgreater}Owls{\textless}/i{\textgreater} on wires}", "Owls on wires"),
        (r"title = {Fe$\less$sub$\greater$2$\less$/sub$\greater$ \&amp; owls}", "Fe2 & owls"),
    ],
)
def test_a_title_has_its_subtitle_and_no_markup(tmp_path: Path, fields: str, title: str) -> None:
    assert paper(tmp_path, fields).title == title


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Maja Lind AND Okaf, Jo and\n others", ("Maja Lind", "Jo Okaf")),
        (
            "van der Berg, Jan and King, Jr., Martin and {\\'E}. de la Cour",
            ("Jan van der Berg", "Martin King Jr.", "É. de la Cour"),
        ),
        (
            "{Dams and Sons, Inc.} and {ATLAS {C}ollaboration}, and {et al.}",
            ("Dams and Sons, Inc.", "ATLAS Collaboration"),
        ),
        ("{Lind, Maja and Okaf, Jo}", ("Maja Lind", "Jo Okaf")),
        ("D.~E. Lind and M&uuml;ller, K.", ("D. E. Lind", "K. Müller")),
        ("given=Hans, prefix=von, family=Hall and Lind, Maja", ("Hans von Hall", "Maja Lind")),
        ("family=Hall, given=Hans, prefix=von, useprefix=true and Lind, Maja", ("Hans von Hall", "Maja Lind")),
        ("Lind, Maja, PhD and Okaf, Jo, MD", ("Maja Lind", "Jo Okaf")),
        ("Lind, M.; Okaf, J.", ("M. Lind", "J. Okaf")),
        ("{Maja Lind and Jo Okaf", ("Maja Lind", "Jo Okaf")),
        ("Maja Lind, Jo Okaf, Bea Moor", ("Maja Lind", "Jo Okaf", "Bea Moor")),
    ],
)
def test_authors_are_given_and_family_name(tmp_path: Path, value: str, names: tuple[str, ...]) -> None:
    assert paper(tmp_path, f"author = {{{value}}}").authors == names


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("year = {2019}, date = {2020-01-01}", 2019),
        ("year = {in press}, date = {2020-05}", 2020),
        ("date = {2018-11-30/2019-02-01}", 2018),
        ("date = {1890~}", 1890),
        (r"year = {{\noop{2001}}2010}", 2010),
        ("Early Access Date = {MAY 2022}", 2022),
        ("urldate = {2020-01-01}", None),
        ("year = {????}", None),
        ("date = {199X}", None),
    ],
)
def test_the_year_comes_from_year_or_date(tmp_path: Path, fields: str, year: int | None) -> None:
    assert paper(tmp_path, fields).year == year


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        (r"doi = {https://doi.org/10.5555/A{\_}b}", "doi:10.5555/a_b"),
        (
            r"doi = {10.5555/(SICI)1:8{\textless}69::AID-A4{\textgreater}3.0.CO;2-O}",
            "doi:10.5555/(sici)1:8<69::aid-a4>3.0.co;2-o",
        ),
        ("eprint = {2301.99902v3}, archivePrefix = {arXiv}", "arxiv:2301.99902"),
        ("eprint = {hep-lat/9207999}", "arxiv:hep-lat/9207999"),
        ("eprint = {arXiv:2301.99902 [cs]}, eprinttype = {arxiv}", "arxiv:2301.99902"),
        ("eprint = {99999904}, eprinttype = {pubmed}", "pmid:99999904"),
        ("eprint = {99999904}, eprinttype = {jstor}", ""),
        ("pmid = {99999904}", "pmid:99999904"),
        ("arxivId = {2301.99902}", "arxiv:2301.99902"),
        ("journal = {arXiv preprint arXiv:2301.99902}", "arxiv:2301.99902"),
        ("journal = {CoRR}, volume = {abs/2301.99902}", "arxiv:2301.99902"),
        ("number = {arXiv:2301.99902}, doi = {10.48550/arXiv.2301.99902}", "arxiv:2301.99902"),
        (r"howpublished = {\url{http://arxiv.org/pdf/2301.99902v2.pdf}}", "arxiv:2301.99902"),
        ("url = {https://doi.org/10.5555/a%2Fb}", "doi:10.5555/a/b"),
        ("note = {Erratum to arXiv:2301.99902}", ""),
    ],
)
def test_identifiers_stand_in_many_fields(tmp_path: Path, fields: str, ids: str) -> None:
    assert paper(tmp_path, fields).ids == ((ids,) if ids else ())


def test_a_paper_has_the_date_of_its_volume_but_not_its_title_or_doi(tmp_path: Path) -> None:
    children = f"""@inproceedings{{a, title = {{Owls}}, crossref = {{Conf:06}}, {ABSTRACT}}}
    @inproceedings{{b, title = {{Bats}}, date = {{2007}}, crossref = "conf:06", {ABSTRACT}}}
    @inproceedings{{c, crossref = {{conf:06}}, {ABSTRACT}}}"""
    volume = "@proceedings{conf:06, title = {Proceedings}, year = 2006, doi = {10.5555/volume}}"
    for text in (f"{children}\n{volume}", f"{volume}\n{children}"):
        found = records(tmp_path, text)
        assert [(one.title, one.year, one.ids) for one in found if isinstance(one, Paper)] == [
            ("Owls", 2006, ()),
            ("Bats", 2007, ()),
        ]
        named = sorted(record.reason for record in found if isinstance(record, Skipped))
        assert named == ["no abstract: Proceedings", "no title: c"]


def test_data_that_entries_share_are_inherited_and_no_paper(tmp_path: Path) -> None:
    text = f"""@misc{{a, title = {{Owls}}, xdata = {{who, when}}, {ABSTRACT}}}
    @xdata{{when, year = 2006, xdata = {{when, who}}}}
    @xdata{{who, author = {{Lind, Maja}}, title = {{No}}}}"""
    (found,) = papers(tmp_path, text)
    assert (found.title, found.authors, found.year) == ("Owls", ("Maja Lind",), 2006)


def test_a_packed_file_that_is_cut_off_gives_all_before(tmp_path: Path) -> None:
    text = "".join(f"@misc{{k{n}, title = {{Reeds {n * n * 7919}}}, {ABSTRACT}}}\n" for n in range(2000))
    path = tmp_path / "library.bib.gz"
    packed = gzip.compress(text.encode())
    path.write_bytes(packed[: len(packed) // 2])
    *found, fault = read(path)
    assert len([record for record in found if isinstance(record, Paper)]) > 500
    assert "cut off" in str(fault)


def test_what_the_export_writes_is_read_back(tmp_path: Path) -> None:
    original = Paper(
        title="The OwlNet: Hearing & $O(n)$ {Voles} at 5 °C – “so”",
        abstract="Owls hunt by ear: <50% of α. They hear my_set #1 ~ $x_{1}$ better.",
        authors=("Jörg van der Müller", "Dams and Sons, Inc.", "Ada Łódź Jr."),
        year=2020,
        ids=("doi:10.5555/a_(b)1:2", "arxiv:2301.99902", "pmid:99999904"),
        url="https://example.org/owls?a=1&b=50%25~c",
        source="library.bib",
    )
    assert papers(tmp_path, bibtex([original])) == [original]


@pytest.mark.parametrize(
    "text",
    [
        f"@misc{{k, title = {{T}}, {ABSTRACT}}}",
        f"% Encoding: UTF-8\n\n@Comment{{x}}\n@ARTICLE {{k,\n title = {{T}}, {ABSTRACT}}}",
        f"Any changes will be lost.\n\n@my-kind{{k, title = {{T}}, {ABSTRACT}}}",
        f"# Reading list\n\nTo cite:\n\n```bibtex\n@misc{{k,\n title = {{T}}, {ABSTRACT}}}\n```\n",
        "@article{k\n , title = T\n , year = 2019\n}",
        "@book(k, title = {T})",
        "<html><pre>@book{k, title = {T}}</pre></html>",
    ],
)
def test_bibtex_is_recognised_beside_other_text(text: str) -> None:
    assert matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\n\nwrite to maja@online (see below) or @lind. x = {1}\n",
        '@dataclass(frozen=True)\nclass Owl:\n    """@ear"""\n    name = "owl"\n',
        '@Entity(name = "owl")\n@Table(name = "owls")\npublic class Owl {}\n',
        "@media{\n  a = b\n}\n@autoreleasepool {\n  int x = 3;\n}\n",
        "# Owls\n\n" + "Owls hear well. " * 60 + "\n\n```bibtex\n@misc{k, title = {T}}\n```\n",
        '{"title": "T", "abstract": "about @misc{k, title = {T}}"}',
        "TI  - Reeds\nAB  - We weigh.\nER  - \n",
    ],
)
def test_other_text_is_no_bibtex(text: str) -> None:
    assert not matches(text)
