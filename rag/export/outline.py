"""What answers say, in the order of a document: each quoted sentence once, and the references at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.answer.table import split
from rag.answer.types import Answer, Citation, Form, Listed, Measurement, Statement
from rag.export.bibtex import bibtex
from rag.export.phrases import check, match_count, refusal, summary, themes
from rag.export.references import link, papers_of
from rag.paper import Paper
from rag.text import count

NO_LINK = "No link is known."
DIGESTS_NOTE = "What is quoted of a paper marked (digest) is a digest of its abstract, not the authors' own words."


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the `numbers` of the papers whose passages it cites. It is `quoted`, or written by a model."""

    text: str
    numbers: tuple[int, ...]
    quoted: bool
    verified: bool = True
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences under a heading, which is "" for none."""

    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class PaperQuotes:
    """Sentences that cite `paper`, or several papers alike: then it is None."""

    paper: Paper | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column for each of the papers, given with their numbers; a row for each aspect, with a cell for each paper."""

    papers: tuple[tuple[int, Paper], ...]
    rows: tuple[tuple[str, tuple[tuple[Sentence, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper that is listed as such under its number, its `abstract` where that is asked for, and a `note` on it."""

    n: int
    paper: Paper
    abstract: str
    note: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One answer.

    `opening` is its first line, or why it is refused; `counted` how many papers match. `written` is what a model wrote,
    and `making` what it did for it and what was checked; `quotes` are those that neither `written` nor `comparison`
    holds. `measurements` are the rows of a table of numbers, whose sentences are `quotes`. `may_match` has papers that
    may match besides, `nearest` those that a refusal names. `listed` are papers that the answer lists as such, and
    `bibtex` their entries, where these are asked for.
    """

    question: str
    filters: tuple[str, ...]
    opening: str
    counted: str
    written: tuple[Paragraph, ...]
    making: tuple[str, ...]
    quotes: tuple[PaperQuotes, ...]
    comparison: Comparison | None
    measurements: tuple[Measurement, ...]
    may_match: tuple[PaperQuotes, ...]
    listed: tuple[Entry, ...]
    bibtex: str
    nearest: tuple[Paper, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class Document:
    """Answers in order, and by number the papers that they cite, some of them by digests if it `has_digests`."""

    answers: tuple[Outline, ...]
    references: tuple[tuple[int, Paper], ...]
    has_digests: bool


def document(*answers: Answer, with_may_match: bool = True) -> Document:
    """`answers` as a document, with the papers that may match or just with how many these are."""
    writers = [_Writer(answer, with_may_match) for answer in answers]
    outlines = tuple(writer.outline() for writer in writers)
    cited = {n: paper for writer in writers for n, paper in writer.cited.items()}
    shown = [*cited.values(), *(one.paper for answer in answers if answer.form == "abstract" for one in answer.listed)]
    return Document(outlines, tuple(sorted(cited.items())), any(paper.digest for paper in shown))


@dataclass
class _Writer:
    """Makes an outline of `answer`; `cited` has the papers whose numbers are in it."""

    answer: Answer
    with_may_match: bool
    cited: dict[int, Paper] = field(default_factory=dict)
    _printed: set[tuple[int, int, int]] = field(default_factory=set)  # number of the paper, start and end of the quote

    def outline(self) -> Outline:
        answer = self.answer
        running, table = split(answer.statements)
        columns = tuple(table.papers.items()) if table else ()
        rows = table.rows if table else ()
        # First, since what is missing in a table was not stated.
        printed_rows = tuple((aspect, tuple(tuple(map(self._print, cell)) for cell in cells)) for aspect, cells in rows)
        comparison = Comparison(columns, printed_rows) if table else None
        written = [Paragraph(name, tuple(self._once(run))) for name, run in themes(answer.written)]
        behind = _quotes(c for statement in (*running, *answer.written) for c in statement.citations)
        quotes = self._by_paper([*running, *behind])
        related = answer.related if answer.lists_papers and not answer.refused else ()
        return Outline(
            question=answer.question,
            filters=answer.filters,
            opening=refusal(answer) if answer.refused else answer.headline,
            counted=_counted(answer, related),
            written=tuple(paragraph for paragraph in written if paragraph.sentences),
            making=tuple(_making(answer)),
            quotes=quotes,
            comparison=comparison,
            measurements=answer.measurements,
            may_match=self._by_paper(_quotes(related)) if self.with_may_match else (),
            listed=tuple(_entry(listed, answer.form) for listed in answer.listed),
            bibtex=bibtex(papers_of(answer), abstracts=False) if answer.form == "bibtex" else "",
            nearest=answer.nearest if answer.refused else (),
            notice=answer.notice,
        )

    def _print(self, statement: Statement) -> Sentence:
        quoted = statement.verdict == "quote"
        if quoted:
            self._printed.update(map(_place, statement.citations))
        self.cited |= {citation.n: citation.paper for citation in statement.citations}
        numbers = tuple(dict.fromkeys(citation.n for citation in statement.citations))
        return Sentence(statement.text, numbers, quoted, statement.verdict != "unverified", statement.citations)

    def _once(self, statements: Iterable[Statement]) -> Iterator[Sentence]:
        """Those of `statements` that are not quotes printed before."""
        for statement in statements:
            if statement.verdict != "quote" or not self._printed.issuperset(map(_place, statement.citations)):
                yield self._print(statement)

    def _by_paper(self, statements: Iterable[Statement]) -> tuple[PaperQuotes, ...]:
        groups: dict[tuple[int, ...], list[Sentence]] = {}
        for sentence in self._once(statements):
            groups.setdefault(sentence.numbers, []).append(sentence)
        alone = {numbers: self.cited[numbers[0]] if len(numbers) == 1 else None for numbers in groups}
        return tuple(PaperQuotes(alone[numbers], tuple(sentences)) for numbers, sentences in groups.items())


def _entry(listed: Listed, form: Form) -> Entry:
    paper = listed.paper
    has_abstract = form == "abstract"
    note = "(digest)" if has_abstract and paper.digest else NO_LINK if form == "link" and not link(paper) else ""
    return Entry(listed.n, paper, paper.abstract if has_abstract else "", note)


def _place(citation: Citation) -> tuple[int, int, int]:
    return citation.n, citation.start, citation.end


def _quotes(citations: Iterable[Citation]) -> list[Statement]:
    """A statement for each of `citations`."""
    return [Statement(citation.quote, (citation,), "quote") for citation in citations]


def _counted(answer: Answer, related: Sequence[Citation]) -> str:
    if not answer.lists_papers or answer.refused:
        return ""
    more = len({citation.n for citation in related})
    besides = f"; {count(more, 'more paper')} may match" if more else ""
    return match_count(answer.relevant_count, answer.searched) + besides


def _making(answer: Answer) -> Iterator[str]:
    """What a model did, and what was checked of its sentences, a line each."""
    if answer.effort:
        yield summary(answer.effort)
    sentences = [*answer.written, *(one for one in answer.statements if one.verdict != "quote")]
    checks: Mapping[str, int] = Counter(map(check, sentences))
    if checks:
        yield "; ".join(f"{count(number, 'sentence')} {checked}" for checked, number in checks.items())
