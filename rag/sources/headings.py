"""Headings in Markdown: the title in one, beside numbers, links and years."""

from __future__ import annotations

import re

from rag.sources import wording
from rag.sources.inline import links, plain_text, without_attributes
from rag.text import normalize

_NUMBER = re.compile(r"\s*(?:\d{1,5}[.):]|\[\d{1,5}\](?!\()|\(\d{1,5}\))\s+")
_EMPHASISED = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)\1|<(b|strong|h[1-6])\b[^<>]{0,200}>(.{1,1000}?)</\3>", re.IGNORECASE)
_YEAR = re.compile(r"\s*\(((?:19|20)\d\d)\)\s*")
_BETWEEN = " \t()[]|,.·•/–—-:📄📝🔗💻"  # what stands between the links behind a title
# The words of links that lead to a paper and are no title.
_LINK_WORDS = frozenset(
    """pdf code paper arxiv project page pages website web site github git video videos slides poster demo doi link links
    bibtex bib supp supplementary supplement material data dataset datasets html abs abstract blog post talk openreview
    view on read full text here source official implementation huggingface hugging face model models details edit
    preprint download publication publisher pubmed scholar semantic google acm ieee springer url cite citation notes
    summary review tweet youtube homepage appendix colab notebook pytorch tensorflow tf docs the and
    """.split()
)


def is_abstract_heading(text: str) -> bool:
    """Whether a heading says "Abstract", perhaps with a number, an emoji, or the same in another language."""
    words = [word for word in normalize(plain_text(text)).split() if word.isascii() and not word.isdigit()]
    return " ".join(words) in ("abstract", "the abstract", "original abstract", "paper abstract")


def title_of(heading: str, whole: bool = False) -> str:
    """The title in `heading`, as plain text: what is in bold or linked at its beginning, else all but links at its end.

    If it has to be the `whole` heading, "" if there are words behind it.
    """
    text = without_attributes(_NUMBER.sub("", heading.strip(), count=1)).strip()
    start = leading_title(text)
    if not start:
        return "" if whole else _YEAR.sub("", plain_text(_without_links_behind(text)))
    behind = plain_text(_without_links_behind(text)[len(start) :] if not _is_linked(text) else _behind_link(text))
    if whole and any(character.isalpha() for character in _YEAR.sub("", behind)):
        return ""
    return _YEAR.sub("", plain_text(start).strip())


def year_of(heading: str) -> str:
    """The year in parentheses in `heading`, or ""."""
    found = _YEAR.search(plain_text(heading))
    return found[1] if found else ""


def leading_title(text: str) -> str:
    """The title in bold or in a link that `text` begins with, in Markdown; "" if there is none, or it is a label."""
    text = _NUMBER.sub("", text.strip(), count=1)
    emphasised = _EMPHASISED.match(text)
    link = next(iter(links(text)), None)
    if emphasised:
        found, rest = emphasised[0], text[emphasised.end() :]
    elif link and link.start == 0:
        found, rest = text[: link.end], text[link.end :]
    else:
        return ""
    title = plain_text(found).strip()
    is_label = title.endswith((":", "：")) or rest.lstrip().startswith((":", "："))
    return "" if is_label or is_link_word(title) or wording.is_part(title) or wording.is_names(title) else found


def is_link_word(text: str) -> bool:
    """Whether `text` is what links to papers are called, such as "View on arXiv"."""
    return _LINK_WORDS.issuperset(normalize(text).split())


def _is_linked(text: str) -> bool:
    return text.startswith("[")


def _behind_link(text: str) -> str:
    return _without_links_behind(text[links(text)[0].end :])


def _without_links_behind(text: str) -> str:
    """`text` up to the links that it ends with, which are no part of its title."""
    for link in reversed(links(text)):
        if text[link.end :].strip(_BETWEEN) or link.start == 0:
            break
        text = text[: link.start]
    return text.rstrip(_BETWEEN) if text.endswith(tuple("([|,·•/–—-")) or text.endswith(" ") else text
