"""The Jinja2 templates of the pages. Every text is escaped unless it is Markup, which only `mathml.rich` makes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.export import phrases
from rag.text import count
from rag.web.mathml import rich

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
    environment.filters |= {"count": count, "number": "{:,}".format, "rich": rich}
    environment.globals |= {"digest_note": DIGEST_NOTE, "max_note": MAX_NOTE, "phrases": phrases}
    return environment
