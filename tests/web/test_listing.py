"""What an address of the Papers page asks for, and where it leads on to."""

from __future__ import annotations

from dataclasses import fields
from urllib.parse import parse_qsl, urlsplit

import pytest

from rag.web.listing import Listing, ways_out

ALL = Listing('bees & "wax" <b>', 3, "title", 100, "a-conversation.0", "0" * 12, f"{'1' * 12}.{'2' * 12}")


def test_an_address_holds_all_that_was_asked_for_and_nothing_else() -> None:
    assert Listing().address == "/papers"
    asked = dict(parse_qsl(urlsplit(ALL.address).query, strict_parsing=True))
    assert asked == {
        "q": ALL.query,
        "cluster": "3",
        "sort": "title",
        "first": "100",
        "answer": ALL.answer,
        "like": ALL.like,
        "papers": ALL.papers,
    }
    assert len(asked) == len(fields(Listing))
    assert Listing(cluster=0).address == "/papers?cluster=0"


def test_a_change_begins_with_the_first_page() -> None:
    assert Listing("bees", first=50).but(sort="title") == "/papers?q=bees&sort=title"
    assert Listing("bees", first=50).but(first=100) == "/papers?q=bees&first=100"
    assert Listing("bees", first=50).within(2) == "/papers?q=bees&cluster=2"


@pytest.mark.parametrize(
    ("first", "total", "shown"), [(0, 0, 0), (50, 0, 0), (50, 489, 50), (489, 489, 450), (9_999, 100, 50), (50, 50, 0)]
)
def test_a_position_behind_the_last_paper_is_on_the_last_page(first: int, total: int, shown: int) -> None:
    assert Listing("bees", first=first).on_page_of(total, 50) == Listing("bees", first=shown)


@pytest.mark.parametrize(
    ("listing", "ways"),
    [
        (Listing("bees"), []),
        (Listing("year:1800"), []),  # without it, all papers are listed, to which a link leads anyway
        (Listing("bees year:1800"), [("Without “year:1800”", "/papers?q=bees")]),
        (
            Listing("bees since 1800 author:ada", 1, "title", 50),
            [
                ("Without “since 1800”", "/papers?q=bees+author%3Aada&cluster=1&sort=title"),
                ("Without “author:ada”", "/papers?q=bees+since+1800&cluster=1&sort=title"),
                ("In all groups", "/papers?q=bees+since+1800+author%3Aada&sort=title"),
            ],
        ),
        (
            Listing("year:1800 author:ada"),
            [("Without “year:1800”", "/papers?q=author%3Aada"), ("Without “author:ada”", "/papers?q=year%3A1800")],
        ),
        (Listing(cluster=0), [("In all groups", "/papers")]),
    ],
)
def test_each_filter_and_the_group_can_be_left_out(listing: Listing, ways: list[tuple[str, str]]) -> None:
    assert [(way.text, way.address) for way in ways_out(listing)] == ways
