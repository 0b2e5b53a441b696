"""The papers of an export, and what every format of references says of them alike: keys, identifiers, abstracts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase
from types import MappingProxyType

from rag.answer.types import Answer
from rag.export.escape import http_url, percent_encoded
from rag.export.names import parts
from rag.paper import Paper
from rag.text import normalize, one_line

MAX_NAMED_AUTHORS = 10  # in a list of references; files for reference managers have all
NO_QUOTES: Mapping[Paper, Sequence[str]] = MappingProxyType({})
_STOP_WORDS = frozenset("a an and are at by for from how in is of on or the to towards what when why with".split())


def papers_of(*answers: Answer) -> list[Paper]:
    """The papers that `answers` cite or list, by citation number."""
    papers = {citation.n: citation.paper for answer in answers for citation in answer.citations}
    papers |= {listed.n: listed.paper for answer in answers for listed in answer.listed if listed.n not in papers}
    return [paper for _, paper in sorted(papers.items())]


def quotes_of(*answers: Answer) -> dict[Paper, list[str]]:
    """The distinct sentences that `answers` cite of each paper, in order of appearance."""
    quotes: dict[Paper, list[str]] = {}
    for citation in dict.fromkeys(citation for answer in answers for citation in answer.citations):
        quotes.setdefault(citation.paper, []).append(citation.quote)
    return quotes


def quoted_note(paper: Paper, quotes: Sequence[str]) -> str:
    """`quotes` of `paper` in quotation marks, after a warning where they are not the authors' words; "" without any."""
    prefix = "Digest, not the authors' words: " if paper.digest else ""
    return prefix + " ".join(f"“{quote}”" for quote in quotes) if quotes else ""


def keyed(papers: Sequence[Paper]) -> dict[str, Paper]:
    """`papers` in order, without repetitions, each under a key such as ``lovelace2019walking``.

    A key is made of family name, year and a word of the title. Where several papers would have the same, all but one
    get a letter; which ones does not depend on the order of `papers`.
    """
    keys: dict[Paper, str] = {}
    taken: set[str] = set()
    for paper in sorted(set(papers), key=lambda paper: (paper.key, repr(paper))):
        keys[paper] = next(key for key in _keys(paper) if key not in taken)
        taken.add(keys[paper])
    return {keys[paper]: paper for paper in papers}


def identifier(paper: Paper, namespace: str) -> str:
    """The first identifier of `paper` in `namespace`, such as "doi", without its prefix; "" if there is none."""
    parted = (id.partition(":") for id in paper.ids)
    return next((value for prefix, _, value in parted if prefix.casefold() == namespace), "")


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper in a list of references: what precedes its title, the title, what follows it, and its address, or ""."""

    before: str
    title: str
    after: str
    link: str


def reference(paper: Paper) -> Reference:
    """``Ada Lovelace, Bo Li (2024). `` and the title, or the title and `` (2024).``, as far as that is known."""
    names = [*map(one_line, paper.authors[:MAX_NAMED_AUTHORS]), *["et al."] * (len(paper.authors) > MAX_NAMED_AUTHORS)]
    year = f" ({paper.year})" if paper.year else ""
    title = one_line(paper.title)
    before = f"{', '.join(names)}{year}{'' if not year and names[-1].endswith('.') else '.'} " if names else ""
    end = "" if title.endswith((".", "?", "!")) and (names or not year) else "."
    return Reference(before, title, f"{'' if names else year}{end}", link(paper))


def link(paper: Paper) -> str:
    """Where `paper` is on the web: by its DOI or its arXiv identifier, which stay, else its own address; or ""."""
    places = (("doi", "https://doi.org/"), ("arxiv", "https://arxiv.org/abs/"))
    found = (folder + percent_encoded(id) for namespace, folder in places if (id := identifier(paper, namespace)))
    return next(found, "") or http_url(paper.url) or _pubmed(paper)


def _pubmed(paper: Paper) -> str:
    pmid = identifier(paper, "pmid")
    return f"https://pubmed.ncbi.nlm.nih.gov/{percent_encoded(pmid)}/" if pmid else ""


def own_abstract(paper: Paper) -> str:
    """The abstract, "" where it is not the authors' own: it would be cited as theirs."""
    return "" if paper.digest else paper.abstract


def _keys(paper: Paper) -> Iterator[str]:
    """Keys for `paper`, the best first, then the same with a letter, and with two."""
    family = _family(paper)
    words = [word for word in _ascii(paper.title) if word not in _STOP_WORDS]
    key = "".join([*family, str(paper.year or ""), *words[: 1 if family else 3]])
    if not re.search("[a-z]", key):  # name and title are in another script
        key = f"paper{hashlib.sha256(paper.key.encode()).hexdigest()[:8]}"
    yield key
    for length in count(1):
        yield from (key + "".join(letters) for letters in product(ascii_lowercase, repeat=length))


def _family(paper: Paper) -> list[str]:
    """The family name of the first author as one word of ASCII letters, or the first of an organisation's name."""
    if not paper.authors:
        return []
    name = parts(paper.authors[0])
    words = [word for word in _ascii(name.family) if word not in _STOP_WORDS]
    return words[-1:] if name.given else words[:1]


def _ascii(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", normalize(text))
