"""The papers that answers cite, as BibTeX."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import count

from rag.answer.types import Answer, Citation
from rag.export import escape
from rag.paper import Paper
from rag.text import normalize

_FILLERS = frozenset("a an and are at by for from how in is of on or the to towards what when why with".split())
_MISREAD = re.compile(r"(?i)\band\b|^others$|,.*,.*,")  # what BibTeX takes for more than one name, or for none


def bibtex(*answers: Answer) -> str:
    """An entry for each paper that a sentence of `answers` cites, in the order of their numbers; "" for none."""
    cited: dict[int, list[Citation]] = {}
    for citation in dict.fromkeys(citation for answer in answers for citation in answer.citations):
        cited.setdefault(citation.n, []).append(citation)
    entries: dict[str, str] = {}
    for _, citations in sorted(cited.items()):
        key = next(key for key in _keys(citations[0].paper) if key not in entries)
        entries[key] = _entry(key, citations)
    return "\n".join(entries.values())


def _entry(key: str, citations: Sequence[Citation]) -> str:
    fields = "".join(f",\n  {name} = {{{value}}}" for name, value in _fields(citations[0].paper, citations) if value)
    return f"@misc{{{key}{fields}\n}}\n"


def _fields(paper: Paper, citations: Sequence[Citation]) -> Iterator[tuple[str, str]]:
    """Each field of an entry with its value, "" where that is not known."""
    arxiv, doi = _id(paper, "arxiv"), _id(paper, "doi")
    whose = "Digest, not the authors' words: " if paper.digest else ""
    yield "title", f"{{{escape.latex(paper.title)}}}"  # in braces, so that no style puts it in lower case
    yield "author", " and ".join(map(_author, paper.authors))
    yield "year", str(paper.year or "")
    yield "eprint", arxiv
    yield "archiveprefix", "arXiv" if arxiv else ""
    yield "doi", doi
    yield "url", escape.http_url(paper.url)
    yield "annote", escape.latex(whose + " ".join(f"“{citation.quote}”" for citation in citations))


def _id(paper: Paper, kind: str) -> str:
    """The first identifier of `kind` that `paper` has, or ""."""
    found = (value for space, _, value in (one.partition(":") for one in paper.ids) if space.casefold() == kind)
    return escape.percent_encoded(next(found, ""))


def _author(name: str) -> str:
    return f"{{{escape.latex(name)}}}" if _MISREAD.search(name) else escape.latex(name)


def _keys(paper: Paper) -> Iterator[str]:
    """Keys for `paper`, best first: who, when and what, as in ``example2024quick``; then the same with a number."""
    name = paper.authors[0] if paper.authors else ""
    family = _ascii(name.partition(",")[0])[-1:]
    words = [word for word in _ascii(paper.title) if word not in _FILLERS]
    key = "".join([*family, str(paper.year or ""), *words[: 1 if family else 3]])
    if not re.search("[a-z]", key):  # names and titles in other scripts
        key = f"paper{hashlib.sha256(paper.key.encode()).hexdigest()[:8]}"
    yield key
    yield from (f"{key}-{n}" for n in count(2))


def _ascii(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", normalize(text))
