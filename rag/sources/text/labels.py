"""Labels that say what follows them, such as "Title:" or "ABSTRACT", in plain text and Markdown."""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELDS = {
    "title": "title | paper title | article title | document title | paper name",
    "abstract": "abstract | abstract text | abs",
    "authors": "authors | author | author(s) | author names | creators | creator",
    "year": """year | date | published | publication date | publication year | pub date | published on | date published
        | year of publication | submitted""",
    "doi": "doi | doi link | doi url",
    "arxiv": "arxiv | arxiv id | arxiv-id | arxiv link | arxiv url | eprint",
    "pmid": "pmid | pubmed id",
    "url": """url | link | paper link | paper url | html url | web | website | pdf | pdf url | pdf link | document url
        | available at""",
    "other": """journal | journal title | journal-ref | publication title | publication | publication info | venue
        | conference | booktitle | book title | source | source type | keywords | keyword | key words | index terms
        | volume | issue | number | pages | publisher | publisher location | place of publication | issn | isbn | note
        | notes | my notes | comment | comments | tags | tag | language | language of publication | document type | type
        | publication type | affiliation | affiliations | institution | institutions | categories | category
        | primary category | subject | subjects | subject terms | mesh terms | msc-class | acm-class | report-no
        | license | licence | copyright | citation | citations | citation count | cited by | references | tl;dr | tldr
        | summary | ai summary | ai_summary | key points | contribution | contributions | id | paper id
        | accession number | proquest document id | database | updated | last updated | links | full text | status
        | rating | relevance | score | code | github | project page | download | corresponding author | email | e-mail
        | thoughts | my thoughts | my comments | reason to read | announce type | proxy | revised | added | bibtex""",
}
_FIELD_OF = {name.strip(): field for field, names in _FIELDS.items() for name in names.split("|")}
_NAMES = "|".join(re.escape(name).replace(r"\ ", " ") for name in sorted(_FIELD_OF, key=len, reverse=True))
# Before a label: a bullet, a number, emphasis, an emoji. Within emphasis, the colon may stand before or after its end.
_LABEL = re.compile(
    rf"[\W_]{{0,12}}(?:\d{{1,5}}[.)\]:]\s{{1,4}}[\W_]{{0,6}})?({_NAMES})(?:\s?\([^()]{{0,20}}\))?[*_`]{{0,3}}\s?[:：]"
    r"[*_`]{0,3}(?!//)\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_ALONE = re.compile(r"[*_#\s]{0,8}(title|abstract|authors?|keywords|references)[*_#\s]{0,8}", re.IGNORECASE)
_DASHED = re.compile(r"[*_]{0,3}(abstract)[*_]{0,3}\s?[-–—.]{1,2}[*_]{0,3}\s?(?=[A-Z])(.*)", re.IGNORECASE | re.DOTALL)
_UNKNOWN = re.compile(
    r"(?:[-*+]\s{1,3})?[*_]{0,3}([A-Z][A-Za-z/'-]{1,20}(?: [A-Za-z/'-]{1,20}){0,3})[*_]{0,3}:[*_]{0,3}(?:\s|$)"
)
_SUBMITTED = re.compile(r"(Submitted) (\d{1,2} [A-Z][a-z]{2,8},? \d{4}\b.*)", re.DOTALL)  # on arXiv's pages of results
# What parts of an abstract are headed with in medicine and biology.
_IN_ABSTRACTS = frozenset(
    """background objective objectives purpose aim aims goal goals introduction context importance rationale motivation
    hypothesis design setting settings participants patients subjects sample intervention interventions exposure
    exposures method methods methodology materials measurements measures outcomes approach procedure experiments
    evidence data result results finding findings observation observations discussion conclusion conclusions
    interpretation implications significance limitations funding availability registration contact originality
    implementation""".split()
)


class Label(NamedTuple):
    """A label as it is `named`, the `field` of a record that it stands for or "other", and the text behind it."""

    named: str
    field: str
    value: str


def label_of(line: str) -> Label | None:
    """The label that `line` begins with or consists of, if there is one."""
    found = _LABEL.match(line) or _DASHED.match(line) or _SUBMITTED.match(line)
    if found and not (found[1] == "abs" and "*" not in line[: found.start(1)]):  # unless in bold, it is code
        name = found[1].lower()
        return Label(found[1], _FIELD_OF[name], found[2].strip())
    alone = _ALONE.fullmatch(line)
    if alone and alone[1][0].isupper():
        return Label(alone[1], _FIELD_OF.get(alone[1].lower(), "other"), "")
    return None


def is_unknown(line: str) -> bool:
    """Whether `line` begins with another label than those known and those of the parts of an abstract."""
    return _UNKNOWN.match(line) is not None and not heads_part(line)


def heads_part(line: str) -> bool:
    """Whether `line` begins with the label of a part of an abstract, such as "Methods:"."""
    found = _UNKNOWN.match(line)
    return found is not None and not _IN_ABSTRACTS.isdisjoint(found[1].lower().split())
