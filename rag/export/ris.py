"""Papers as RIS, which reference managers import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rag.export import escape
from rag.export.names import parts
from rag.export.references import NO_QUOTES, identifier, keyed, own_abstract, quoted_note
from rag.paper import Paper
from rag.text import one_line

_LINE_END = "\r\n"  # as the specification asks, on every system


def ris(papers: Sequence[Paper], quotes: Mapping[Paper, Sequence[str]] = NO_QUOTES) -> str:
    """A record for each of `papers`, in order, with a note of the `quotes` that are cited of it; "" without papers.

    Each is of type GEN: what kind of publication a paper is, is not known. It has the abstract if it is the authors'
    own.
    """
    tagged = (line for key, paper in keyed(papers).items() for line in _record(key, paper, quotes.get(paper, ())))
    return "".join(f"{tag}  - {one_line(value)}{_LINE_END}" for tag, value in tagged)


def _record(key: str, paper: Paper, quotes: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "TY", "GEN"
    yield "ID", key
    yield from (("AU", _author(name)) for name in paper.authors)
    yield from ((tag, value) for tag, value in _fields(paper, quotes) if value)
    yield "ER", ""


def _fields(paper: Paper, quotes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The tag and value of each field; the value is "" if it is not known."""
    pmid, url = identifier(paper, "pmid"), escape.http_url(paper.url)
    yield "PY", str(paper.year or "")
    yield "TI", paper.title
    yield "AB", own_abstract(paper)
    yield "N1", quoted_note(paper, quotes)
    yield "DO", identifier(paper, "doi")
    yield "UR", url
    yield from (("UR", page) for page in _pages(paper) if page not in url)
    yield "DB", "PubMed" if pmid else ""
    yield "AN", pmid


def _pages(paper: Paper) -> Iterator[str]:
    """The addresses that identifiers are in for which RIS has no tag."""
    for namespace, folder in (("arxiv", "https://arxiv.org/abs/"), ("pmid", "https://pubmed.ncbi.nlm.nih.gov/")):
        if found := identifier(paper, namespace):
            yield folder + escape.percent_encoded(found)


def _author(written: str) -> str:
    """``Family, Given, Suffix``. A comma parts a name, so a name without parts has none."""
    name = parts(written)
    if not name.given:
        return written.replace(",", " ")
    return ", ".join(filter(None, [name.family, name.given, name.suffix]))
