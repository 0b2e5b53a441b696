"""Headings in Markdown: the title in one, beside numbers, links and years."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from rag.sources.text import wording
from rag.sources.text.inline import Link, links, plain_text, without_attributes
from rag.sources.text.parts import is_part
from rag.text import normalize

LIST_ITEM = re.compile(
    r"(\s{0,40})(?:[-*+]|\d{1,5}[.)])\s+(?:\[[ xX]\]\s+)?(.*)", re.DOTALL
)  # its indentation and text
_NUMBER = re.compile(r"^\s*(?:\d{1,5}[.):]|\[\d{1,5}\](?!\()|\(\d{1,5}\))\s+")
_BOLD = re.compile(
    r"(\*\*|__)(?=\S)((?:(?!\1).){1,1000})\1|<(b|strong|h[1-6])\b[^<>]{0,200}>([^<>]{1,1000})</\3>", re.IGNORECASE
)
_YEAR = re.compile(r"\s{0,9}\(((?:19|20)\d\d)\)\s{0,9}")
_OPENING = "([,|/·•–—-"  # what stands before the links behind a title
_AROUND = _OPENING + "]). \t"
# The words of links that lead to a paper and are no title.
_LINK_WORDS = frozenset(
    """pdf code paper arxiv project page pages website web site github git video videos slides poster demo doi link
    links bibtex bib supp supplementary supplement material data dataset datasets html abs abstract blog post
    talk openreview view on read full text here source official implementation huggingface hugging face model
    models details edit preprint download publication publisher pubmed scholar semantic google acm ieee springer
    url cite citation notes summary review tweet youtube homepage appendix colab notebook pytorch tensorflow tf
    docs the and""".split()
)


class Lead(NamedTuple):
    """What a line begins with in bold or in a link, as plain text, and the Markdown behind it."""

    title: str
    rest: str


def lead(line: str) -> Lead | None:
    """The title that `line` begins with in bold or in a link; None if there is none, or it is a label or no title."""
    text = _NUMBER.sub("", line.strip(), count=1)
    bold = _BOLD.match(text)
    linked = next(iter(links(text)), None) if text.startswith("[") else None
    end = bold.end() if bold else linked.end if linked and linked.start == 0 else 0
    title, rest = plain_text(text[:end]).strip(), text[end:]
    is_within = linked is not None and linked.address.startswith("#")  # an entry of a table of contents
    is_label = title.endswith((":", "：")) or rest.lstrip().startswith((":", "："))
    if not title or is_within or is_label or is_link_word(title) or is_part(title) or wording.is_names(title):
        return None
    return Lead(_without_year(title), rest)


def is_heading(line: str) -> bool:
    """Whether `line` is a title in bold or in a link, and nothing else but links and a year."""
    found = lead(line)
    return found is not None and not any(map(str.isalpha, _without_year(plain_text(_without_links(found.rest)))))


def title_of(heading: str) -> str:
    """The title in `heading`, as plain text: what it begins with in bold or a link, else all but links at its end."""
    text = _NUMBER.sub("", without_attributes(heading).strip(), count=1)
    found = lead(text)
    return found.title if found else _without_year(plain_text(_without_links(text)))


def year_of(heading: str) -> str:
    """The year in parentheses in `heading`, or ""."""
    found = _YEAR.search(plain_text(heading))
    return found[1] if found else ""


def is_abstract_heading(heading: str) -> bool:
    """Whether `heading` says "Abstract", perhaps with a number, an emoji, or the same in another language."""
    words = [word for word in normalize(plain_text(heading)).split() if word.isascii() and not word.isdigit()]
    return " ".join(words) in ("abstract", "the abstract", "original abstract", "paper abstract")


def is_links(line: str) -> bool:
    """Whether `line` is nothing but links such as "PDF" and "View on arXiv"."""
    found = links(line)
    between = [line[one.end : other.start] for one, other in pairwise([Link("", "", 0, 0), *found])]
    rest = "".join([*between, line[found[-1].end :]]) if found else line
    return bool(found) and all(is_link_word(link.text) for link in found) and not any(map(str.isalpha, rest))


def is_link_word(text: str) -> bool:
    """Whether `text` is what links to papers are called, such as "View on arXiv"."""
    return _LINK_WORDS.issuperset(normalize(text).split())


def _without_year(title: str) -> str:
    return _YEAR.sub(" ", title).strip()


def _without_links(text: str) -> str:
    """`text` up to the links at its end that are no part of its title: "PDF", "code", and all in parentheses."""
    kept = text
    for link in reversed(links(text)):
        before = kept[: link.start].rstrip()
        if kept[link.end :].strip(_AROUND) or not (is_link_word(link.text) or before.endswith(tuple(_OPENING))):
            break
        kept = before.rstrip(_OPENING + " \t")
    return kept
