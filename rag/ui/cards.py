"""The sources panel: a card per paper, with what answers quote from it marked. Pure functions, all text escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from itertools import groupby, pairwise

from rag.citations import Citation
from rag.papers import Paper

NOT_THE_AUTHORS = "digest (our words, not the authors')"
HINT = '<p class="hint">Click a number in an answer to see the sentence behind it.</p>'


def panel(citations: Sequence[Citation] = (), partial: Sequence[Citation] = (), nearest: Sequence[Paper] = ()) -> str:
    """A card per paper by number, marked where it is `partial` and never cited, then those that only refusals named."""
    cited = {citation.n for citation in citations}
    numbered = sorted([*citations, *partial], key=lambda citation: citation.n)
    runs = [list(run) for _, run in groupby(numbered, key=lambda citation: citation.n)]
    shown = [card(run[0].paper, run, partly=run[0].n not in cited) for run in runs]
    others = ["<h3>Nearest papers, not cited</h3>", *map(card, nearest)] if nearest else []
    return f"<h2>Sources</h2>{''.join(shown + others) or HINT}"


def card(paper: Paper, citations: Sequence[Citation] = (), partly: bool = False) -> str:
    """One paper, closed until it is asked for; `citations` of it are marked in its abstract."""
    label = ' <span class="partly">partly</span>' if partly else ""
    number = f'<span class="n">{citations[0].n}</span> ' if citations else ""
    by = " · ".join(filter(None, [", ".join(paper.authors), str(paper.year or "")]))
    parts = [
        f'<summary id="{anchor(paper)}">{number}<span class="title">{escape(paper.title)}</span>{label}</summary>',
        f'<p class="by">{escape(by)}</p>' if by else "",
        f'<p class="digest">{NOT_THE_AUTHORS}</p>' if paper.digest else "",
        f'<p class="abstract">{marked(paper.abstract, [(c.start, c.end) for c in citations])}</p>',
        _page(paper.url),
    ]
    name = f' id="source-{citations[0].n}"' if citations else ""
    return f'<details class="source"{name}>{"".join(parts)}</details>'


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with every stretch that `spans` cover inside <mark>.

    Each mark is cut where a span begins or ends, and each piece carries its offset, so that
    the page can point out one quote among several, also where they overlap.
    """
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span)})
    pieces = [(at, text[at:to], any(s <= at and to <= e for s, e in spans)) for at, to in pairwise(cuts)]
    runs = ((inside, list(run)) for inside, run in groupby(pieces, key=lambda piece: piece[2]))
    return "".join(_mark(run) if inside else escape("".join(p[1] for p in run)) for inside, run in runs)


def anchor(paper: Paper) -> str:
    """The id of a paper's card: the same wherever the paper is named."""
    return "paper-" + hashlib.sha256(paper.key.encode()).hexdigest()[:12]


def _mark(pieces: Sequence[tuple[int, str, bool]]) -> str:
    return "<mark>" + "".join(f'<span data-at="{at}">{escape(text)}</span>' for at, text, _ in pieces) + "</mark>"


def _page(url: str) -> str:
    if not url.startswith(("http://", "https://")):  # javascript:, data: and file: stay out of reach
        return ""
    return f'<p><a href="{escape(url)}" target="_blank" rel="noopener noreferrer">open page</a></p>'
