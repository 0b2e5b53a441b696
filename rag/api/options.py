"""The options of the public methods, as far as several take them."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Literal, TypedDict

StrPath = str | os.PathLike[str]


class Options(TypedDict, total=False):
    """The settings that a library may be opened with; see docs/settings.md."""

    llm: str
    writer: Literal["auto", "quotes", "synthesis"]
    verify: str
    show_unverified: bool
    prompts_dir: StrPath
    llm_timeout: float
    embedding: str
    rerank: str
    min_probability: float
    chroma: str
    chroma_token: str
    chroma_tenant: str
    chroma_database: str
    chroma_ca: StrPath


class Choices(TypedDict, total=False):
    """What may be chosen for a single question.

    Filters in it that are written as one of `without` are not applied. The answer cites at most `max_papers` papers.
    `llm` and `writer` take the place of the settings of these names. Only the papers with one of the
    `Paper.identity_hash` in `only` are asked, all if it is None.
    """

    without: Collection[str]
    max_papers: int | None
    llm: str | None
    writer: Literal["quotes", "synthesis"] | None
    only: Collection[str] | None
