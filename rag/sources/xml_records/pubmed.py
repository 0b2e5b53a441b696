"""PubMed XML: the articles and book chapters of a search, or of a file of the yearly baseline."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.paper import Paper
from rag.sources import identifiers
from rag.sources.record import Record, year_in
from rag.sources.skipped import Skipped
from rag.sources.text_file import TextFile
from rag.sources.xml_records.scan import root
from rag.sources.xml_records.stream import papers, text_of

_RECORDS = ("PubmedArticle", "PubmedBookArticle")
_OLD_RECORDS = ("MedlineCitation",)  # of files from before 2017, which have nothing around it
_ROOTS = {
    "PubmedArticleSet": _RECORDS,
    "PubmedArticle": _RECORDS,
    "PubmedBookArticleSet": _RECORDS,
    "PubmedBookArticle": _RECORDS,
    "MedlineCitationSet": _OLD_RECORDS,
    "MedlineCitation": _OLD_RECORDS,
}
_NO_TITLE = ("", "[Not Available]")
_NO_LABEL = ("", "UNLABELLED", "UNLABELED", "ABSTRACT")
_DATES = (  # the year by which an article is cited comes first
    "MedlineCitation/Article/Journal/JournalIssue/PubDate",
    "MedlineCitation/Article/ArticleDate",
    "BookDocument/Book/PubDate",
    "BookDocument/ContributionDate",
    "PubmedData/History/PubMedPubDate[@PubStatus='pubmed']",
)


def matches(head: str) -> bool:
    """Whether `head` is the beginning of XML from PubMed."""
    return root(head) in _ROOTS


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each article that has a title and an abstract, and a `Skipped` for each other.

    A list of deleted articles is passed over. Raises UnreadableError.
    """
    yield from papers(file, _ROOTS[root(file.head)], "ArticleTitle", record_of)


def record_of(article: Element) -> Record:
    """The record in `article`, whose tags have no namespace."""
    if article.tag in _OLD_RECORDS:
        citation, article = article, Element("PubmedArticle")
        article.append(citation)
    parts = (article.find(path) for path in ("MedlineCitation/Article", "BookDocument"))
    part = next((found for found in parts if found is not None), article)
    pmid = identifiers.pmid(text_of(article, "*/PMID"))
    number = pmid.removeprefix("pmid:")
    return Record(
        title=_title(part),
        abstract=" ".join(_abstract(part)),
        authors=_authors(part),
        year=next((year for path in _DATES if (year := year_in(_date(article, path)))), None),
        ids=[pmid, *_ids(article, part)],
        url=f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else "",
        key=number,
    )


def _title(part: Element) -> str:
    """The title, else the one in the language of the article, else the title of the book; without its full stop."""
    titles = (text_of(part, path).rstrip() for path in ("ArticleTitle", "VernacularTitle", "Book/BookTitle"))
    found = (title if title.endswith("..") else title.removesuffix(".") for title in titles)
    return next((title for title in found if title not in _NO_TITLE), "")


def _abstract(part: Element) -> Iterator[str]:
    """The parts of the abstract, each behind its label."""
    for element in part.iterfind("Abstract/AbstractText"):
        label, text = element.get("Label", "").strip(), text_of(element)
        named = label.upper() in _NO_LABEL or text.upper().startswith(f"{label.upper()}:")
        if text:
            yield text if named else f"{label.removesuffix(':')}: {text}"


def _authors(part: Element) -> Iterator[str]:
    """Persons as "Given Family", and groups; without spellings that a later entry corrects."""
    lists = [*part.iterfind("AuthorList"), *part.iterfind("Book/AuthorList")]
    authors = next((found for found in lists if found.get("Type") != "editors"), None)
    for author in () if authors is None else authors.iterfind("Author"):
        given = text_of(author, "ForeName") or text_of(author, "FirstName") or text_of(author, "Initials")
        person = " ".join(filter(None, (given, text_of(author, "LastName"), text_of(author, "Suffix"))))
        if author.get("ValidYN") != "N":
            yield person or text_of(author, "CollectiveName")


def _date(article: Element, path: str) -> str:
    return text_of(article, f"{path}/Year") or text_of(article, f"{path}/MedlineDate")


def _ids(article: Element, part: Element) -> Iterator[str]:
    """The DOI, the number in PubMed Central, and that of a preprint; not those of the references."""
    for element in part.iterfind("ELocationID"):
        if element.get("ValidYN") != "N":
            yield from _id(element.get("EIdType"), text_of(element))
    for data in ("PubmedData", "PubmedBookData", "BookDocument"):
        for element in article.iterfind(f"{data}/ArticleIdList/ArticleId"):
            yield from _id(element.get("IdType"), text_of(element))


def _id(kind: str | None, text: str) -> Iterator[str]:
    if kind == "doi":
        yield from identifiers.of_doi(text)
    elif kind == "pmc":
        yield identifiers.pmc(text)
    elif kind == "pii":  # of preprints
        yield identifiers.arxiv_in(text)
