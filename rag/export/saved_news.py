"""What is new on a saved question, in words and as JSON: pure functions of typed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.chat.saved import Match, News, Rewritten, day
from rag.chat.saved_store import SavedQuestion
from rag.text import count


@dataclass(frozen=True, slots=True)
class NewsItem:
    """A paper in the news: the sentences that are quoted of it, and where its abstract was changed, those `before`."""

    match: Match
    before: tuple[str, ...] = ()

    @property
    def byline(self) -> str:
        """The first authors and the year, as far as they are known."""
        return ", ".join([*self.match.authors, *([str(self.match.year)] if self.match.year else [])])


@dataclass(frozen=True, slots=True)
class NewsGroup:
    """The papers that the same has happened to; they `are_gone` if the collection holds them no more."""

    heading: str
    items: tuple[NewsItem, ...]
    are_gone: bool = False


def groups(news: News) -> list[NewsGroup]:
    """The papers of `news` by what has happened to them, the most important first."""
    found = [
        NewsGroup("New", _items(news.added)),
        NewsGroup("Changed: the abstract says it in other words now", tuple(map(_rewritten, news.rewritten))),
        NewsGroup("Removed from the collection", _items(news.removed), are_gone=True),
        NewsGroup("Here before, and matching now", _items(news.matching)),
        NewsGroup("Still here, but no longer matching", _items(news.unmatched)),
    ]
    return [group for group in found if group.items]


def state(saved: SavedQuestion) -> str:
    """What is new on a question, in a line: ``3 new papers, 1 removed since 12 November``."""
    since = day(saved.since)
    if saved.news and saved.news.matters:
        return f"{saved.news} since {since}"
    return f"Nothing new since {since}{f', but {saved.news}' if saved.news else ''}"


def answer_now(saved: SavedQuestion) -> str:
    """How a question is answered now, in a line: ``5 papers match now``, and the first line of the answer, if any."""
    if saved.is_listing:
        return saved.headline
    matching = f"{count(saved.matching, 'paper')} match{'es' * (saved.matching == 1)} now"
    known = "" if saved.refused and saved.headline else "No paper answers it yet" if saved.refused else matching
    return ". ".join(filter(None, [known, saved.headline]))


def saved_json(n: int, saved: SavedQuestion) -> dict[str, Any]:
    """`saved`, number `n` of a list, as {"n", "question", "since", "matching", "refused", "headline", "news"}.

    "without" are filters that are not applied, if any. "news" holds, each only if there is any, lists of papers
    {"title", "authors", "year", "ids", "sentences"}: "added", "changed" (with the sentences "before"), "removed",
    "now_matching" and "no_longer_matching"; and "answered", whether the question is answered now that was not.
    """
    without = {"without": list(saved.without)} if saved.without else {}
    return {
        "n": n,
        "question": saved.question,
        **without,
        "since": saved.since.isoformat(timespec="seconds"),
        "matching": saved.matching,
        "refused": saved.refused,
        "headline": saved.headline,
        "news": _news_json(saved.news) if saved.news else {},
    }


def _news_json(news: News) -> dict[str, Any]:
    data: dict[str, Any] = {
        "added": list(map(_match_json, news.added)),
        "changed": [_match_json(one.match) | {"before": list(one.before)} for one in news.rewritten],
        "removed": list(map(_match_json, news.removed)),
        "now_matching": list(map(_match_json, news.matching)),
        "no_longer_matching": list(map(_match_json, news.unmatched)),
    }
    answered = {} if news.answered is None else {"answered": news.answered}
    return {name: papers for name, papers in data.items() if papers} | answered


def _match_json(match: Match) -> dict[str, Any]:
    return {
        "title": match.title,
        "authors": list(match.authors),
        "year": match.year,
        "ids": list(match.ids),
        "sentences": list(match.sentences),
    }


def _items(matches: Sequence[Match]) -> tuple[NewsItem, ...]:
    return tuple(NewsItem(match) for match in matches)


def _rewritten(one: Rewritten) -> NewsItem:
    return NewsItem(one.match, one.before)
