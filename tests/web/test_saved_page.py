"""What the page of the saved questions shows: words of others stay words, and what is gone is no link."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.chat.saved import Match, News, Rewritten
from rag.chat.saved_store import SavedQuestion
from rag.errors import KeepingError
from rag.web import saved_page
from rag.web.identity import Visitor
from rag.web.pages import Head
from rag.web.saved_checks import SavedState
from rag.web.trouble import Told, told

from .reader import read

READER = Visitor("hers", "reader", "ben")
NOW = datetime(2025, 3, 3, tzinfo=UTC)
PAYLOAD = "<img src=x onerror=alert(1)>\"' {{ 7 * 7 }}"


def html(news: News | None, text: str = "owls?", due: bool = False) -> str:
    """The element of one question with this `news`."""
    one = SavedQuestion("a", text, (text,), text, "c1", NOW, "g1", text, False, 2, news=news, earlier=news)
    shown = SavedState([one], frozenset("a" if due else ""), Told(text, text))
    update = saved_page.updates(shown, READER)
    assert isinstance(update["questions"], dict)
    return f"{update['questions']['saved-a']}{update['status']}"


def test_words_of_others_stay_words() -> None:
    match = Match(PAYLOAD, "a", (PAYLOAD,), (PAYLOAD,), 2020)
    everywhere = News(NOW, NOW, (match,), (Rewritten(match, (PAYLOAD,)),), (match,), (match,), (match,), True)
    page = html(everywhere, PAYLOAD)
    assert "<img" not in page
    assert page.count("onerror=alert(1)") > 10
    assert "49" not in page


def test_only_what_is_still_there_is_a_link() -> None:
    page = read(html(News(NOW, NOW, added=(Match("Owls & Bats", "a"),), removed=(Match("Cats", "b"),))))
    links = {link.text: link.attributes["href"] for link in page.all("a")}
    assert links["Owls & Bats"] == "/papers?q=Owls%20%26%20Bats"
    assert "Cats" not in links


def test_a_question_that_is_being_asked_says_so() -> None:
    assert "Being asked again…" in html(None, due=True)
    assert "Being asked again…" not in html(None)


def test_what_does_not_matter_is_shown_but_does_not_stand_out() -> None:
    moved = html(News(NOW, NOW, matching=(Match("Owls", "a"),)))
    assert "Nothing new since 3 March 2025, but 1 earlier paper now matches" in moved
    assert "has-news" not in moved
    assert "has-news" in html(News(NOW, NOW, added=(Match("Owls", "a"),)))


def test_questions_stand_in_the_order_in_which_they_were_saved() -> None:
    news = News(NOW, NOW, added=(Match("Owls", "a"),))
    listed = [
        SavedQuestion(id, id, (), id, "", NOW, "g1", "", False, 2, news=found)
        for id, found in (("bats?", None), ("owls?", news), ("cats?", None))
    ]
    page = read(saved_page.page(Head(None), SavedState(listed), READER))
    assert [one.text for one in page.all("h2")] == ["bats?", "owls?", "cats?"], "as `rag saved` numbers them"


def test_a_reader_is_told_nothing_of_the_server() -> None:
    fault = KeepingError("Saved questions cannot be kept: the disk of /srv/index/saved.db is full.")
    state = SavedState([], fault=told(fault))
    assert "/srv/index" not in saved_page.page(Head(None), state, READER)
    status = str(saved_page.updates(state, READER)["status"])
    assert status.strip() == "What you keep here cannot be read or changed now. Ask whoever runs this chat."
    curator = Visitor("hers", "curator", "ada")
    assert "/srv/index" in str(saved_page.updates(state, curator)["status"])
