"""Papers as BibTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rag.export import escape
from rag.export.names import parts
from rag.export.references import NO_QUOTES, identifier, keyed, own_abstract, quoted_note
from rag.paper import Paper


def bibtex(papers: Sequence[Paper], quotes: Mapping[Paper, Sequence[str]] = NO_QUOTES, abstracts: bool = True) -> str:
    """An entry for each of `papers`, in order, with the `quotes` that are cited of it; "" without papers.

    Each is a @misc: what kind of publication a paper is, is not known. With `abstracts`, an entry has the abstract
    if it is the authors' own.
    """
    entries = (_entry(key, paper, quotes.get(paper, ()), abstracts) for key, paper in keyed(papers).items())
    return "\n".join(entries)


def _entry(key: str, paper: Paper, quotes: Sequence[str], with_abstract: bool) -> str:
    known = _fields(paper, quotes, own_abstract(paper) if with_abstract else "")
    fields = "".join(f",\n  {name} = {{{value}}}" for name, value in known if value)
    return f"@misc{{{key}{fields}\n}}\n"


def _fields(paper: Paper, quotes: Sequence[str], abstract: str) -> Iterator[tuple[str, str]]:
    """The name and value of each field; the value is "" if it is not known."""
    arxiv = _id(paper, "arxiv")
    yield "author", " and ".join(map(_author, paper.authors))
    yield "title", f"{{{escape.latex(paper.title)}}}"  # a second pair of braces keeps styles from changing its case
    yield "year", str(paper.year or "")
    yield "doi", _id(paper, "doi")
    yield "eprint", arxiv
    yield "archivePrefix", "arXiv" if arxiv else ""
    yield "pmid", _id(paper, "pmid")
    yield "url", escape.http_url(paper.url)
    yield "abstract", escape.latex(abstract)
    yield "annote", escape.latex(quoted_note(paper, quotes))


def _id(paper: Paper, namespace: str) -> str:
    return escape.percent_encoded(identifier(paper, namespace))


def _author(written: str) -> str:
    """``Family, Given``, which BibTeX need not take apart; a name without parts is in braces that keep it whole."""
    name = parts(written)
    if not name.given:
        return f"{{{escape.latex(written)}}}"
    return ", ".join(map(escape.latex, filter(None, [name.family, name.suffix, name.given])))
