"""The form of the replies, for the OpenAPI document. They are made by `rag.export.json`, and tests compare the two."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rag.answer.types import Step, Style, Verdict
from rag.query.intent import Intent, Wish

Probability = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[int, Field(ge=1, description="The citation number of the paper.")]
ID = Annotated[str, Field(description="The ID of the paper: 12 hexadecimal digits.")]
Digest = Annotated[bool, Field(description="Whether the abstract is a retelling, not the authors' own text.")]
Filters = Annotated[
    list[str], Field(description="The filters that were applied, as written; absent if there are none.")
]
Notice = Annotated[str, Field(description="What a user should know, such as a filter that was not applied.")]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(_Reply):
    code: Annotated[str, Field(description="What is wrong, for programs; it stays the same.")]
    message: Annotated[str, Field(description="What is wrong and what to do, for people, in one line.")]


class ErrorReply(_Reply):
    error: ErrorDetail


class Result(_Reply):
    paper: ID
    title: str
    score: Annotated[float, Field(description="Can be compared within one search only.")]
    probability: Annotated[Probability, Field(description="That this paper answers the question.")]
    sentence: Annotated[str, Field(description="The sentence of the abstract that matched best, verbatim.")]
    digest: Digest


class SearchReply(_Reply):
    probability: Annotated[Probability, Field(description="That any of the papers answers the question.")]
    results: Annotated[list[Result], Field(description="Best first.")]
    filters: Filters = []
    notice: Notice = ""


class Place(_Reply):
    n: Number
    start: Annotated[int, Field(ge=0, description="Of the cited passage, in characters of the abstract.")]
    end: Annotated[int, Field(ge=1)]


class StatementReply(_Reply):
    text: str
    verdict: Annotated[Verdict, Field(description="How the sentence was checked; “quote” is the abstract's own words.")]
    citations: list[Place]
    judge: Annotated[str, Field(description="The model that checked a judged sentence.")] = ""
    aspect: Annotated[str, Field(description="In a comparison: what the sentence says about its paper.")] = ""
    theme: Annotated[str, Field(description="The heading that a written sentence stands under.")] = ""


class CitationReply(_Reply):
    n: Number
    paper: ID
    title: str
    quote: Annotated[str, Field(description="The cited passage, verbatim.")]
    digest: Digest


class PartialReply(_Reply):
    n: Number
    paper: ID
    title: str
    sentence: Annotated[str, Field(description="The sentence that comes closest, verbatim.")]
    digest: Digest


class PaperReply(_Reply):
    paper: ID
    title: str
    authors: list[str]
    year: int | None
    ids: Annotated[list[str], Field(description="Such as “doi:10.1000/182” and “arxiv:2409.09144”.")]
    url: Annotated[str, Field(description="By its DOI or arXiv identifier if it has one; empty if there is none.")]
    abstract: str
    source: Annotated[str, Field(description="The name of the file that it came from.")]
    digest: Digest


class ListedReply(PaperReply):
    n: Number


class MeasurementReply(Place):
    quantity: str
    value: str
    number: float
    unit: str
    change: str
    dataset: str
    condition: str


class EffortReply(_Reply):
    model: str
    judged: int
    drafted: int
    verified: int
    replaced: int
    prompt_tokens: int
    reply_tokens: int
    seconds: float
    thinking_seconds: float
    cost: float | None


class AnswerReply(_Reply):
    answer: Annotated[
        str, Field(description="The whole answer with citation numbers, or the refusal, as plain text or BibTeX.")
    ]
    headline: Annotated[str, Field(description="Its first line, made from what was found; may be empty.")]
    kind: Annotated[Intent | Wish, Field(description="What the question wants.")]
    writer: Annotated[Style, Field(description="“synthesis” if a model wrote an answer from the quotes.")]
    refused: Annotated[bool, Field(description="Whether no paper answers.")]
    matching: Annotated[int, Field(ge=0, description="How many papers answer, or are counted.")]
    may_match: Annotated[int, Field(ge=0, description="How many more may, where papers are asked for.")]
    searched: Annotated[int, Field(ge=0)]
    probability: Annotated[Probability, Field(description="That the collection answers the question.")]
    written: Annotated[list[StatementReply], Field(description="What a model wrote from the quotes, in order.")]
    statements: Annotated[list[StatementReply], Field(description="The quotes.")]
    citations: Annotated[list[CitationReply], Field(description="What they cite, each passage once.")]
    partial: Annotated[list[PartialReply], Field(description="Papers that may match, or come close.")]
    nearest: Annotated[list[str], Field(description="The titles that a refusal names.")]
    papers: Annotated[list[ListedReply], Field(description="Papers that are the answer as such.")]
    measurements: Annotated[list[MeasurementReply], Field(description="Where numbers are asked for.")] = []
    silent: Annotated[str, Field(description="The title of the paper whose abstract does not say what is asked.")] = ""
    effort: Annotated[EffortReply | None, Field(description="What a model did; absent without one.")] = None
    filters: Filters = []
    notice: Notice = ""


class FoundPaper(_Reply):
    paper: ID
    title: str


class FoundEvent(_Reply):
    """The data of the event `found`."""

    headline: str
    kind: Intent
    matching: Annotated[int, Field(ge=0)]
    searched: Annotated[int, Field(ge=0)]
    papers: list[FoundPaper]
    filters: Filters = []
    notice: Notice = ""


class SentenceEvent(_Reply):
    """The data of the events `quote` and `sentence`."""

    statement: StatementReply
    citations: list[CitationReply]


class WorkingEvent(_Reply):
    """The data of the event `working`."""

    step: Step
    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0, description="0 if it is not known.")]
    seconds: Annotated[float, Field(ge=0)]


EVENTS: dict[str, type[BaseModel]] = {
    "found": FoundEvent,
    "quote": SentenceEvent,
    "working": WorkingEvent,
    "sentence": SentenceEvent,
    "answer": AnswerReply,
    "error": ErrorReply,
}


class PapersReply(_Reply):
    total: Annotated[int, Field(ge=0, description="Papers on all pages.")]
    papers: list[PaperReply]
    next: Annotated[str | None, Field(description="The cursor of the next page; null on the last.")]
    filters: Annotated[list[str], Field(description="The filters that were applied, as written.")]


class Limits(_Reply):
    questions: Annotated[int, Field(description="That are worked on or wait, of all together.")]
    questions_of_caller: int
    question_chars: int
    body_bytes: int


class StatusReply(_Reply):
    ready: Annotated[bool, Field(description="Whether questions can be answered now.")]
    message: Annotated[str, Field(description="Why not, in one line; empty if it is ready.")]
    version: Annotated[str, Field(description="Of rag.")]
    collection: Annotated[str, Field(description="The names of its files.")]
    papers: Annotated[int, Field(ge=0)]
    generation: Annotated[str, Field(description="Changes whenever the collection does; empty without one.")]
    changing: Annotated[bool, Field(description="Whether the collection is being changed.")]
    model: Annotated[str, Field(description="What writes the answers: a name, or “none”.")]
    writer: Annotated[Style | None, Field(description="How; null until the model is open.")]
    questions: Annotated[int, Field(ge=0, description="That are worked on or wait now.")]
    limits: Limits
