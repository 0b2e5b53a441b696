"""What given papers say of an aspect that a question asks of them: their approach, results, limitations or data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.aspects import aspect_of
from rag.answer.evidence import MAX_SENTENCES, MAX_SENTENCES_OF_FEW, Evidence, Selection
from rag.answer.facets import FACETS
from rag.language.cues import describes_own_work, proposes
from rag.language.sentences import Span, span_texts
from rag.paper import Paper
from rag.query.asked_aspect import Aspect
from rag.retrieval.hits import Hits
from rag.text import in_quotes

MAX_SILENT = 3  # papers without the aspect that a sentence names; it counts the others
_NUMBER = re.compile(r"(?<![\w.-])\d[\d.,]*+(?![\w-])")
_ON_NAMED = re.compile(r"\bon\s+(?:the\s+|both\s+)?[A-Z][\w-]*[A-Z0-9]")  # "the state of the art on KITTI"
_CLASSES = {"Result": "a result", "Problem": "a problem", "Approach": "an approach"}


def select_aspects(aspects: Sequence[Aspect], hits: Hits) -> Selection:
    """The sentences of each of the papers among `hits` that state any of `aspects`; none if no paper states one.

    A single paper that does not is the one that the selection is not stated by.
    """
    papers = [hit.paper for hit in hits.papers]
    count = MAX_SENTENCES_OF_FEW if len(papers) == 1 else MAX_SENTENCES
    found = []
    for hit in hits.papers:
        spans = sorted((sentence.span for sentence in hit.sentences), key=lambda span: span.start)
        chosen = {span for aspect in aspects for span in _stating(aspect, hit.paper, spans)[:count]}
        if chosen:
            found.append(Evidence(hit.paper, tuple(sorted(chosen, key=lambda span: span.start))))
    silent = papers[0] if len(papers) == 1 and not found else None
    return Selection(found, [], 1.0 if found else 0.0, not_stated_by=silent)


def silence(aspects: Sequence[Aspect], papers: Sequence[Paper], selection: Selection) -> str:
    """Which of several `papers` state none of `aspects`, as `selection` shows; "" if all do."""
    stating = {found.paper for found in selection.relevant}
    silent = [paper for paper in papers if paper not in stating]
    if not silent or selection.not_stated_by:
        return ""
    what = " or ".join(aspects)
    if not stating:
        return f"None of these abstracts states {what}."
    named = " and ".join(in_quotes(paper.title) for paper in silent[:MAX_SILENT])
    more = f" and {len(silent) - MAX_SILENT:,} more" if len(silent) > MAX_SILENT else ""
    abstracts = "abstract" if len(silent) == 1 else "abstracts"
    return f"No sentence about {what} was found in the {abstracts} of {named}{more}."


def _stating(aspect: Aspect, paper: Paper, spans: Sequence[Span]) -> list[Span]:
    """Those of `spans`, in the order of the abstract, whose sentences state `aspect`, the clearest first."""
    texts = dict(zip(spans, span_texts(paper.abstract, spans), strict=True))
    if facet := next((facet for facet in FACETS if facet.name == aspect), None):
        stating = [span for span in spans if facet.stated.search(texts[span])]
        is_data = aspect == "a dataset"
        return stating or [span for span in spans if is_data and _ON_NAMED.search(texts[span])]
    own = [span for span in spans if describes_own_work(texts[span], paper.short_name) or proposes(texts[span])]
    background = [span for span in spans[:1] if span not in own]
    stating = [span for span in spans if _CLASSES[aspect_of(texts[span], paper)] == aspect]
    if aspect == "a problem":
        return stating or background
    stating = [span for span in stating if span not in background]
    if aspect == "an approach":  # also the class of what is in no other
        return sorted([span for span in stating if span in own] or stating, key=lambda span: not proposes(texts[span]))
    # A result may have none of the words of results: "it runs at 178 fps".
    measured = [span for span in own if _NUMBER.search(texts[span]) and not proposes(texts[span])]
    return sorted({*stating, *measured}, key=lambda span: (span not in measured, span.start))
