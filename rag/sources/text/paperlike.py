"""Whether titles and texts that were found together are papers, or the headings and paragraphs of something else."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from rag.sources.text import wording
from rag.sources.text.research import is_of_several, research_signs
from rag.text import normalize

_LONE_WORDS = 10  # the abstract of the only paper in a file has at least as many
_LONG_ABSTRACT, _SHORT_ABSTRACT = 40, 25  # words on average
_LONG_TITLE, _SHORT_TITLE = 4, 3


class Candidate(NamedTuple):
    """A title, the text beneath it on one line, and of how many paragraphs that text is."""

    title: str
    text: str
    paragraphs: int = 1


def are_papers(candidates: Sequence[Candidate], strays: int) -> bool:
    """Whether `candidates` are papers, by what they look like, in a file in which so many other texts stand."""
    if len(candidates) == 1:
        return not strays and _is_whole_paper(candidates[0])
    return bool(candidates) and _is_list_of_papers(candidates, strays)


def _is_whole_paper(candidate: Candidate) -> bool:
    """Whether `candidate`, all that is in a file, is a paper: of one paragraph, in which nobody is spoken to."""
    words = len(candidate.text.split())
    return (
        _is_good(candidate)
        and candidate.paragraphs == 1
        and words >= _LONE_WORDS
        and not wording.is_talk(candidate.text)
        and (research_signs(candidate.text) > 1 or is_of_several(candidate.text))
    )


def _is_list_of_papers(candidates: Sequence[Candidate], strays: int) -> bool:
    """Whether most `candidates` are papers.

    A third of the texts may be odd; half of the candidates may not sound like research, and half may have several
    paragraphs, as chapters have. The headings and paragraphs of other texts are shorter; two titles may be by chance.
    """
    good = sum(map(_is_good, candidates))
    distinct = len({normalize(candidate.title) for candidate in candidates})
    research = sum(research_signs(candidate.text) > 1 for candidate in candidates)
    several = sum(candidate.paragraphs > 1 for candidate in candidates)
    title_words = mean(len(candidate.title.split()) for candidate in candidates)
    text_words = mean(len(candidate.text.split()) for candidate in candidates)
    return (
        3 * min(good, distinct) >= 2 * (len(candidates) + strays)
        and 2 * research >= len(candidates)
        and 2 * several <= len(candidates)
        and text_words >= (_SHORT_ABSTRACT if title_words >= _LONG_TITLE else _LONG_ABSTRACT)
        and (title_words >= _SHORT_TITLE or len(candidates) == 2)
    )


def _is_good(candidate: Candidate) -> bool:
    """Whether both texts look their part. An entry about a person or a thing begins with its name."""
    is_entry = " " in candidate.title and candidate.text.startswith(candidate.title)
    return wording.is_title(candidate.title) and wording.is_abstract(candidate.text) and not is_entry
