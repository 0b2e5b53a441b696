"""The templates: every text is escaped, and a fragment is what the whole page holds in its place."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from rag.web import pages, templates
from rag.web.cards import card_html, sources
from rag.web.pages import Head
from rag.web.turn_view import turn_html

from .samples import CURATOR, cite, done, state

NAME = "abcdefghijklmnop"


def test_texts_are_escaped_and_formulas_are_not() -> None:
    assert (
        templates.fragment("parts.html", "fault", '<b a="c">').strip() == '<p class="fault">&lt;b a=&#34;c&#34;&gt;</p>'
    )
    listed = templates.fragment("parts.html", "items", ["<b>", Markup("<math></math>")])
    assert "<li>&lt;b&gt;</li>" in listed
    assert "<li><math></math></li>" in listed


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates.page("chat.html", head=Head(None), page="chat", title="x")


def test_a_fragment_is_what_the_page_holds_in_its_place() -> None:
    """Else an update would replace what has not changed, and take the focus away from it."""
    turns = [done(state(), state(cite(13, 25)))]
    page = pages.chat(Head(None), [], NAME, turns, None, CURATOR)
    assert turn_html(turns, 0, NAME).strip() in page
    assert card_html(sources(turns)[0]).strip() in page  # type: ignore[arg-type]
