"""What programs ask, within bounds. Fields that do not exist are refused, for a typo would go unnoticed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.chat.messages import Message
from rag.index.catalogue import MAX_PAGE_SIZE
from rag.paper import HASH_DIGITS
from rag.query.question import MAX_QUESTION_CHARS
from rag.web.asking import MAX_LIMIT, MAX_REMOVED_FILTERS, MAX_SPEC_CHARS, clean
from rag.web.selected import MAX_SELECTED
from rag.web.turns import Choices

MAX_HITS = 200  # papers of one search
MAX_MESSAGES = 200  # of a history
MAX_MESSAGE_CHARS = 100_000
MAX_CURSOR_CHARS = 4_000  # the longest title takes 2,700: four bytes for each of its MAX_TITLE characters, as base64

Words = Annotated[str, Field(max_length=MAX_QUESTION_CHARS), AfterValidator(clean)]
Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARS,
        description="In plain words, with filters such as “since 2023” or “author:Lovelace”.",
        examples=["which papers speed up diffusion depth?"],
    ),
    AfterValidator(clean),
]
PaperID = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{HASH_DIGITS}}}$")]


class HistoryMessage(BaseModel):
    """An earlier turn."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_MESSAGE_CHARS), AfterValidator(clean)]


class SearchQuery(BaseModel):
    """What `GET /api/v1/search` asks for."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    top: Annotated[int, Field(ge=1, le=MAX_HITS, description="How many papers to list.")] = 10
    without: Annotated[
        list[Words],
        Field(max_length=MAX_REMOVED_FILTERS, description="Filters in the question that are not applied, as written."),
    ] = []
    papers: Annotated[
        list[PaperID] | None,
        Field(min_length=1, max_length=MAX_SELECTED, description="Search only these papers; all if it is null."),
    ] = None


class _WithHistory(BaseModel):
    """What may follow earlier turns."""

    history: Annotated[
        list[HistoryMessage],
        Field(
            max_length=MAX_MESSAGES,
            description="Earlier turns, oldest first. An assistant's turn cites the papers whose full titles it has.",
        ),
    ] = []

    @property
    def messages(self) -> list[Message]:
        return [{"role": one.role, "content": one.content} for one in self.history]


class SearchBody(SearchQuery, _WithHistory):
    """What `POST /api/v1/search` asks for."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AskBody(_WithHistory):
    """What `POST /api/v1/ask` asks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    without: Annotated[
        list[Words],
        Field(max_length=MAX_REMOVED_FILTERS, description="Filters in the question that are not applied, as written."),
    ] = []
    papers: Annotated[
        list[PaperID] | None,
        Field(min_length=1, max_length=MAX_SELECTED, description="Ask only these papers; all if it is null."),
    ] = None
    limit: Annotated[
        int | None,
        Field(
            ge=1,
            le=MAX_LIMIT,
            description="Cite or list at most so many papers; null cites all that match and lists up to 50.",
        ),
    ] = None
    llm: Annotated[
        str,
        Field(
            max_length=MAX_SPEC_CHARS,
            description="The spec of the model that writes the answer, as `rag models` lists it; that of the settings "
            "if it is empty.",
        ),
        AfterValidator(clean),
    ] = ""
    writer: Annotated[
        Literal["", "quotes"], Field(description="“quotes” answers without a model, whatever the settings say.")
    ] = ""
    stream: Annotated[
        bool | None,
        Field(
            description="Whether to send the answer as server-sent events while it is found and written. If it is "
            "null, that is so if the header Accept prefers `text/event-stream` to JSON."
        ),
    ] = None

    @property
    def choices(self) -> Choices:
        return Choices(tuple(self.without), self.limit, self.llm, self.writer, tuple(dict.fromkeys(self.papers or ())))


class PapersQuery(BaseModel):
    """What `GET /api/v1/papers` asks for."""

    model_config = ConfigDict(extra="forbid")

    filters: Annotated[
        Words,
        Field(
            description="As in a question: “since 2023 author:Lovelace source:refs.bib”; all papers if it is empty.",
            examples=["since 2023"],
        ),
    ] = ""
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE, description="Papers on a page.")] = 50
    cursor: Annotated[
        str, Field(max_length=MAX_CURSOR_CHARS, description="`next` of the page before; the first page if empty.")
    ] = ""
