"""A card per paper, with what answers quote from it marked. Pure functions, all text escaped."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import chain, groupby, pairwise

from rag.answer.types import Citation, Verdict
from rag.export.escape import http_url
from rag.paper import Paper
from rag.web.mathml import formulas, rich
from rag.web.turns import Turn, cited, related
from rag.web.turns import nearest as nearest_papers

NOT_THE_AUTHORS = "digest: our words, not the authors'"
HINT = (
    '<p class="hint">The papers that an answer cites stand here. '
    "A number in the answer opens the sentence behind it.</p>"
)
BACK = '<button type="button" class="back">Back to the answer</button>'
CHECKED: dict[Verdict, str] = {
    "quote": "quoted word for word",
    "supported": "written by the model and checked: it agrees with what it cites",
    "partly": "written by the model and checked: it agrees in part, so read the source too",
}


def panel(turns: Sequence[Turn]) -> str:
    """A card per paper by number: first those of the last turn, or those it names instead of an answer."""
    now, before = _numbered(turns[-1:]), _numbered(turns)
    verdicts = _verdicts(turns)

    def shown(numbers: Iterable[int]) -> list[str]:
        return [card(before[n][0].paper, before[n], verdicts.get(n, {})) for n in sorted(numbers)]

    numbered = {one.paper.key for citations in before.values() for one in citations}
    nearest = [card(paper) for paper in nearest_papers(turns) if paper.key not in numbered]
    earlier = shown(before.keys() - now)
    parts = [
        *shown(now),
        *(["<h3>Nearest papers, not cited</h3>", *nearest] if nearest else []),
        *(["<h3>Cited before</h3>", *earlier] if earlier else []),
    ]
    return "".join(parts) or HINT


def _numbered(turns: Sequence[Turn]) -> dict[int, list[Citation]]:
    """All that `turns` show of each paper, by its number."""
    found: dict[int, list[Citation]] = {}
    shown = chain.from_iterable(statement.citations for statement in cited(turns))
    for citation in chain(shown, related(turns)):
        found.setdefault(citation.n, []).append(citation)
    return found


def _verdicts(turns: Sequence[Turn]) -> dict[int, Counter[Verdict]]:
    """How many sentences of each verdict cite a paper, by its number."""
    found: dict[int, Counter[Verdict]] = {}
    for statement in cited(turns):
        for n in {citation.n for citation in statement.citations}:
            found.setdefault(n, Counter())[statement.verdict] += 1
    return found


def card(paper: Paper, citations: Sequence[Citation] = (), verdicts: Mapping[Verdict, int] | None = None) -> str:
    """One paper, its abstract closed until it is asked for; `citations` of it are marked there.

    `verdicts` counts the sentences that cite it by what came of their check; with citations and none of these, the
    paper only touches the question.
    """
    parts = [
        f'<h3 class="title" tabindex="-1">{_number(citations)}{_title(paper)}</h3>',
        f'<p class="by">{escape(by(paper))}</p>' if by(paper) else "",
        _badges(paper, citations, verdicts or {}),
        f'<details><summary>Abstract{_marks(citations)}</summary><p class="abstract">'
        f"{marked(paper.abstract, [(c.start, c.end) for c in citations])}</p></details>",
        BACK if citations else "",
    ]
    name = f"source-{citations[0].n}" if citations else anchor(paper)
    return f'<article class="source" id="{name}">{"".join(parts)}</article>'


def by(paper: Paper) -> str:
    """Who wrote it, and when, as far as it is known."""
    return " · ".join(filter(None, [", ".join(paper.authors), str(paper.year or "")]))


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` as HTML with every stretch that `spans` cover inside <mark>.

    Each mark is cut where a span begins or ends, and each piece carries its offset, so that
    the page can point out one quote among several, also where they overlap. A formula that a
    cut would break goes to the piece before, whole.
    """
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span)})
    drawn = _drawn(text, spans)
    places = [_unbroken(cut, drawn) for cut in cuts]
    pieces = [
        (at, rich(text[start:end]), any(s <= at and to <= e for s, e in spans))
        for (at, to), (start, end) in zip(pairwise(cuts), pairwise(places), strict=True)
    ]
    runs = ((inside, list(run)) for inside, run in groupby(pieces, key=lambda piece: piece[2]))
    return "".join(_mark(run) if inside else "".join(html for _, html, _ in run) for inside, run in runs)


def anchor(paper: Paper) -> str:
    """The id of the card of a paper without a number: the same wherever the paper is named."""
    return "paper-" + hashlib.sha256(paper.key.encode()).hexdigest()[:12]


def _drawn(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The formulas of `text`, less those of which a span is only a part: it would have nothing to mark."""
    return [(a, b) for a, b in formulas(text) if not any(a < start and end <= b for start, end in spans)]


def _unbroken(cut: int, drawn: Sequence[tuple[int, int]]) -> int:
    """`cut`, or the end of the formula that it would break."""
    return next((end for start, end in drawn if start < cut < end), cut)


def _mark(pieces: Iterable[tuple[int, str, bool]]) -> str:
    return "<mark>" + "".join(f'<span data-at="{at}">{html}</span>' for at, html, _ in pieces) + "</mark>"


def _number(citations: Sequence[Citation]) -> str:
    return f'<span class="n">[{citations[0].n}]</span> ' if citations else ""


def _title(paper: Paper) -> str:
    """The title, as a link where the paper has a page on the web."""
    url = http_url(paper.url)  # javascript:, data: and file: stay out of reach
    if not url:
        return rich(paper.title)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{rich(paper.title)}</a>'


def _badges(paper: Paper, citations: Sequence[Citation], verdicts: Mapping[Verdict, int]) -> str:
    """Whether it matches, and what came of the check, in words."""
    badge = f'<span class="badge">{"match" if verdicts else "partly"}</span> ' if citations else ""
    told = [f"{count} sentence{'' if count == 1 else 's'} {CHECKED[verdict]}" for verdict, count in verdicts.items()]
    if citations and not verdicts:
        told = ["touches the question only"]
    if paper.digest:
        told.append(NOT_THE_AUTHORS)
    return f'<p class="check">{badge}{escape("; ".join(told))}</p>' if badge or told else ""


def _marks(citations: Sequence[Citation]) -> str:
    quotes = len({(citation.start, citation.end) for citation in citations})
    return f", {quotes} sentence{'' if quotes == 1 else 's'} marked" if quotes else ""
