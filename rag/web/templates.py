"""The Jinja2 templates of the pages. Every text is escaped unless it is Markup, which only `mathml.rich` makes."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.table import NOT_STATED
from rag.export import phrases
from rag.export.measurements import MEASURED_COLUMNS, columns_of, texts
from rag.export.outline import DIGESTS_NOTE
from rag.export.references import reference
from rag.text import count
from rag.web.mathml import rich, words
from rag.web.trouble import for_visitor

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
DIGEST_NOTE = "digest: not the authors' own words"
MAX_NOTE = 500  # characters of a reader's note on an answer


def page(template: str, **data: object) -> str:
    """The whole page that `template` makes of `data`."""
    return _environment().get_template(template).render(data)


def fragment(template: str, macro: str, *data: object) -> str:
    """A part of a page: what `macro` of `template` makes of `data`, exactly as the whole page holds it."""
    return str(getattr(_environment().get_template(template).module, macro)(*data))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"for_visitor": for_visitor, "count": count, "number": "{:,}".format, "rich": rich}
    environment.filters |= {"words": words, "spoken": partial(words, spoken=True)}  # where no tag can be
    environment.globals |= {"digest_note": DIGEST_NOTE, "max_note": MAX_NOTE, "phrases": phrases}
    environment.globals |= {"digests_note": DIGESTS_NOTE, "not_stated": NOT_STATED, "reference": reference}
    environment.globals |= {"number_columns": columns_of, "number_cells": texts, "number_names": MEASURED_COLUMNS}
    return environment
