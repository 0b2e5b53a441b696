"""PubMed XML: titles, structured abstracts, authors, years and identifiers of articles and of book chapters."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.xml_records.pubmed import matches

TITLE = "<ArticleTitle>Voles under Snow.</ArticleTitle>"
ABSTRACT = "<Abstract><AbstractText>Voles dig. They sleep.</AbstractText></Abstract>"
DOCTYPE = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.example.org/p.dtd">'


def article(fields: str = TITLE + ABSTRACT, data: str = "", citation: str = "") -> str:
    return f"""<PubmedArticle><MedlineCitation><PMID Version="1">99999961</PMID><Article>{fields}</Article>{citation}
        </MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"""


def results(tmp_path: Path, *records: str, name: str = "voles.xml") -> list[Paper | str]:
    path = tmp_path / name
    content = f'<?xml version="1.0" ?>\n{DOCTYPE}\n<PubmedArticleSet>{"".join(records)}</PubmedArticleSet>'.encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return [record if isinstance(record, Paper) else str(record) for record in read(path)]


def paper(tmp_path: Path, record: str) -> Paper:
    (found,) = results(tmp_path, record)
    assert isinstance(found, Paper)
    return found


@pytest.mark.parametrize("name", ["voles.xml", "pubmed25n0001.xml.gz"])
def test_an_article_becomes_a_paper(tmp_path, name):
    assert results(tmp_path, article(), name=name) == [
        Paper(
            "Voles under Snow",
            "Voles dig. They sleep.",
            ids=("pmid:99999961",),
            url="https://pubmed.ncbi.nlm.nih.gov/99999961/",
            source=name,
        )
    ]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<ArticleTitle>H<sub>2</sub>O &amp; <i>Microtus</i> at p&lt;0.05.</ArticleTitle>", "H2O & Microtus at p<0.05"),
        ("<ArticleTitle>[Mäuse im Schnee].</ArticleTitle>", "[Mäuse im Schnee]"),
        ("<ArticleTitle>Voles, voles...</ArticleTitle>", "Voles, voles..."),
        ("<ArticleTitle/><VernacularTitle>Mäuse im Schnee.</VernacularTitle>", "Mäuse im Schnee"),
        ("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Mäuse.</VernacularTitle>", "Mäuse"),
    ],
)
def test_titles(tmp_path, written, title):
    assert paper(tmp_path, article(written + ABSTRACT)).title == title


def test_the_parts_of_an_abstract_keep_their_labels(tmp_path):
    abstract = """<Abstract><AbstractText Label="AIM">Voles are small.</AbstractText>
        <AbstractText Label="METHODS">METHODS: We dug.</AbstractText>
        <AbstractText Label="UNLABELLED">And dug.</AbstractText><AbstractText Label="RESULTS"/>
        <AbstractText NlmCategory="CONCLUSIONS">It <b>worked</b>.</AbstractText>
        <CopyrightInformation>Copyright Vole Press.</CopyrightInformation></Abstract>"""
    text = "AIM: Voles are small. METHODS: We dug. And dug. It worked."
    assert paper(tmp_path, article(TITLE + abstract)).abstract == text


def test_an_abstract_in_another_language_does_not_stand_in_for_the_abstract(tmp_path):
    other = '<OtherAbstract Language="ger"><AbstractText>Mäuse graben.</AbstractText></OtherAbstract>'
    assert paper(tmp_path, article(citation=other)).abstract == "Voles dig. They sleep."
    assert results(tmp_path, article(TITLE, citation=other)) == ["voles.xml:3: no abstract: Voles under Snow"]


def test_authors_are_persons_and_groups_as_they_are_spelt_in_the_end(tmp_path):
    authors = """<AuthorList><Author ValidYN="N"><LastName>Feeld</LastName><ForeName>Ada</ForeName></Author>
        <Author><LastName>Field</LastName><ForeName>Ada</ForeName><Initials>A</Initials><Suffix>Jr</Suffix></Author>
        <Author><LastName>Meadow</LastName><Initials>BC</Initials></Author><Author><LastName>Plato</LastName></Author>
        <Author><CollectiveName>Vole
        Group</CollectiveName></Author></AuthorList>"""
    found = paper(tmp_path, article(TITLE + ABSTRACT + authors)).authors
    assert found == ("Ada Field Jr", "BC Meadow", "Plato", "Vole Group")


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("<Year>2019</Year><Month>Dec</Month>", 2019),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998),
        ("<MedlineDate>Winter 2016</MedlineDate>", 2016),
        ("<MedlineDate>Winter</MedlineDate>", 2010),
        ("", 2010),
    ],
)
def test_years(tmp_path, date, year):
    issue = f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>"
    electronic = '<ArticleDate DateType="Electronic"><Year>2010</Year></ArticleDate>'
    assert paper(tmp_path, article(issue + TITLE + ABSTRACT + electronic)).year == year


def test_the_ids_are_those_of_the_article_and_not_of_its_references(tmp_path):
    locations = """<ELocationID EIdType="doi" ValidYN="N">10.5555/wrong</ELocationID>
        <ELocationID EIdType="doi" ValidYN="Y">10.5555/Vole.1</ELocationID>
        <ELocationID EIdType="pii">arXiv:2301.99903v1</ELocationID>"""
    data = """<ArticleIdList><ArticleId IdType="pubmed">99999961</ArticleId>
        <ArticleId IdType="pmc">PMC99999962</ArticleId></ArticleIdList>
        <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited</ArticleId>
        </ArticleIdList></Reference></ReferenceList>"""
    ids = paper(tmp_path, article(locations + TITLE + ABSTRACT, data)).ids
    assert ids == ("pmid:99999961", "doi:10.5555/vole.1", "arxiv:2301.99903", "pmc:PMC99999962")


def test_a_book_chapter_becomes_a_paper_and_a_deletion_is_none(tmp_path):
    chapter = f"""<PubmedBookArticle><BookDocument><PMID>99999963</PMID><ArticleIdList>
        <ArticleId IdType="doi">10.5555/book.1</ArticleId></ArticleIdList><Book><BookTitle>The Book of Voles</BookTitle>
        <PubDate><Year>2012</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName></Author>
        </AuthorList></Book>{TITLE}
        <AuthorList Type="authors"><Author><LastName>Field</LastName></Author></AuthorList>{ABSTRACT}
        </BookDocument></PubmedBookArticle><DeleteCitation><PMID>99999964</PMID></DeleteCitation>"""
    found = paper(tmp_path, chapter)
    assert (found.title, found.authors, found.year) == ("Voles under Snow", ("Field",), 2012)
    assert found.ids == ("pmid:99999963", "doi:10.5555/book.1")


def test_a_whole_book_is_called_by_its_title(tmp_path):
    book = f"""<PubmedBookArticle><BookDocument><PMID>99999963</PMID><Book><BookTitle>The Book of Voles</BookTitle>
        <AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>
        <AuthorList Type="authors"><Author><LastName>Field</LastName></Author></AuthorList></Book>{ABSTRACT}
        </BookDocument></PubmedBookArticle>"""
    found = paper(tmp_path, book)
    assert (found.title, found.authors) == ("The Book of Voles", ("Field",))


def test_citations_without_anything_around_them_are_read(tmp_path):
    path = tmp_path / "medline15n0001.xml"
    citation = f"<MedlineCitation><PMID>99999965</PMID><Article>{TITLE}{ABSTRACT}</Article></MedlineCitation>"
    path.write_text(f"<MedlineCitationSet>{citation * 2}</MedlineCitationSet>", encoding="utf-8")
    assert [(record.title, record.ids) for record in read(path) if isinstance(record, Paper)] == [
        ("Voles under Snow", ("pmid:99999965",))
    ] * 2


def test_an_article_without_title_is_named_by_its_number(tmp_path):
    assert results(tmp_path, article(ABSTRACT)) == ["voles.xml:3: no title: 99999961"]


def test_a_text_about_pubmed_is_not_matched():
    assert not matches("The root is <PubmedArticleSet>, within which …")
    assert not matches("<html><body>&lt;PubmedArticleSet&gt;</body></html>")
