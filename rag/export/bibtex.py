"""The papers that answers cite or list, as BibTeX."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import count

from rag.answer.types import Answer
from rag.export import escape
from rag.paper import Paper
from rag.text import normalize

_STOP_WORDS = frozenset("a an and are at by for from how in is of on or the to towards what when why with".split())
# Names that BibTeX would split into several, or take for "et al.".
_AMBIGUOUS_NAME = re.compile(r"(?i)\band\b|^others$|,.*,.*,")


def bibtex(*answers: Answer) -> str:
    """An entry for each paper that `answers` cite or list, by citation number; "" if there is none."""
    papers: dict[int, Paper] = {}
    quotes: dict[int, list[str]] = {}
    for citation in dict.fromkeys(citation for answer in answers for citation in answer.citations):
        papers[citation.n] = citation.paper
        quotes.setdefault(citation.n, []).append(citation.quote)
    papers |= {listed.n: listed.paper for answer in answers for listed in answer.listed if listed.n not in papers}
    entries: dict[str, str] = {}
    for n, paper in sorted(papers.items()):
        key = next(key for key in _keys(paper) if key not in entries)
        entries[key] = _entry(key, paper, quotes.get(n, ()))
    return "\n".join(entries.values())


def _entry(key: str, paper: Paper, quotes: Sequence[str]) -> str:
    fields = "".join(f",\n  {name} = {{{value}}}" for name, value in _fields(paper, quotes) if value)
    return f"@misc{{{key}{fields}\n}}\n"


def _fields(paper: Paper, quotes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The name and value of each field; the value is "" if it is not known."""
    arxiv, doi = _id(paper, "arxiv"), _id(paper, "doi")
    prefix = "Digest, not the authors' words: " if paper.digest else ""
    yield "title", f"{{{escape.latex(paper.title)}}}"  # a second pair of braces keeps styles from changing its case
    yield "author", " and ".join(map(_author, paper.authors))
    yield "year", str(paper.year or "")
    yield "eprint", arxiv
    yield "archiveprefix", "arXiv" if arxiv else ""
    yield "doi", doi
    yield "url", escape.http_url(paper.url)
    yield "annote", escape.latex(prefix + " ".join(f"“{quote}”" for quote in quotes)) if quotes else ""


def _id(paper: Paper, kind: str) -> str:
    """The first identifier of `paper` in the namespace `kind`, or ""."""
    values = (value for prefix, _, value in (id.partition(":") for id in paper.ids) if prefix.casefold() == kind)
    return escape.percent_encoded(next(values, ""))


def _author(name: str) -> str:
    return f"{{{escape.latex(name)}}}" if _AMBIGUOUS_NAME.search(name) else escape.latex(name)


def _keys(paper: Paper) -> Iterator[str]:
    """Keys for `paper`, the best first: family name, year and title word, as in ``example2024quick``, then numbered."""
    name = paper.authors[0] if paper.authors else ""
    family = _ascii(name.partition(",")[0])[-1:]
    words = [word for word in _ascii(paper.title) if word not in _STOP_WORDS]
    key = "".join([*family, str(paper.year or ""), *words[: 1 if family else 3]])
    if not re.search("[a-z]", key):  # name and title are in another script
        key = f"paper{hashlib.sha256(paper.key.encode()).hexdigest()[:8]}"
    yield key
    yield from (f"{key}-{n}" for n in count(2))


def _ascii(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", normalize(text))
