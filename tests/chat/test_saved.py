"""What is new in an answer: papers that came, went or changed are told from those whose scores only moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.types import Answer, Citation, Listed, Statement
from rag.chat.saved import MAX_MATCHES, Match, News, Snapshot, day, difference, paper_keys, snapshot
from rag.paper import Paper

MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
OWLS = Match("Owls at Night", "a", ("Owls hoot.",), ids=("doi:10.5555/owls",))
BATS, CATS = Match("Bats", "b", ("Bats fly.",)), Match("Cats", "c", ("Cats nap.",))
DOGS = Match("Dogs", "d", ("Dogs bark.",))


def shot(*matches: Match, refused: bool = False, is_cut: bool = False) -> Snapshot:
    return Snapshot("g1", 1, MONDAY, refused=refused, matches=matches, is_cut=is_cut)


def news(before: Snapshot, now: Snapshot, was: tuple[Match, ...] = (), now_here: tuple[Match, ...] = ()) -> News:
    """The news where the collection held the papers that matched `before`, and `was`; and holds `now_here`."""
    return difference(before, now, lambda one: one in (*before.matches, *was), lambda one: one in now_here)


def test_the_same_answer_is_no_news() -> None:
    assert not news(shot(OWLS, BATS), shot(BATS, OWLS))
    assert str(news(shot(), shot())) == ""


def test_a_paper_that_was_added_is_told_from_one_that_was_there() -> None:
    found = news(shot(OWLS), shot(OWLS, BATS, CATS), was=(CATS,))
    assert (found.added, found.matching) == ((BATS,), (CATS,))
    assert str(found) == "1 new paper, 1 earlier paper now matches"


def test_a_paper_that_was_removed_is_told_from_one_that_no_longer_matches() -> None:
    found = news(shot(OWLS, BATS, CATS), shot(OWLS), now_here=(CATS,))
    assert (found.removed, found.unmatched) == ((BATS,), (CATS,))
    assert str(found) == "1 removed, 1 no longer matches"


def test_scores_that_moved_do_not_matter_by_themselves() -> None:
    found = news(shot(OWLS, CATS), shot(OWLS, DOGS), was=(DOGS,), now_here=(CATS,))
    assert found
    assert not found.matters
    assert news(shot(OWLS), shot(OWLS, BATS)).matters


def test_an_abstract_that_says_it_in_other_words_is_a_change() -> None:
    rewritten = replace(OWLS, abstract="A", sentences=("Owls hoot loudly.", "They hunt."))
    (change,) = news(shot(OWLS), shot(rewritten)).rewritten
    assert (change.match, change.before) == (rewritten, ("Owls hoot.",))


@pytest.mark.parametrize(
    "now",
    [replace(OWLS, abstract="A"), replace(OWLS, sentences=("They hunt.",))],
    ids=["another sentence of the abstract was changed", "another sentence of the same abstract is quoted"],
)
def test_what_a_reader_would_not_call_a_change_is_none(now: Match) -> None:
    assert not news(shot(OWLS), shot(now))


@pytest.mark.parametrize(
    "now",
    [
        replace(OWLS, title="OWLS: at night", ids=()),
        replace(OWLS, title="Owls After Dark"),
        replace(OWLS, ids=("doi:10.5555/owls", "arxiv:2401.00001"), authors=("Ada",), year=2020),
    ],
)
def test_a_record_that_was_corrected_is_the_same_paper(now: Match) -> None:
    assert not news(shot(OWLS), shot(now))


def test_two_papers_of_one_title_stay_two() -> None:
    twin = Match("Editorial", "x", ("One.",)), Match("Editorial", "y", ("Two.",))
    found = news(shot(twin[0]), shot(*twin))
    assert (found.added, found.rewritten) == ((twin[1],), ())


def test_a_refusal_that_became_an_answer_is_said() -> None:
    found = news(shot(refused=True), shot(OWLS))
    assert found.matters
    assert str(found) == "answered now, 1 new paper"
    assert str(news(shot(OWLS), shot(refused=True))) == "no longer answered, 1 removed"


def test_of_the_best_papers_only_none_is_missed_where_better_ones_took_its_place() -> None:
    found = news(shot(OWLS, BATS, is_cut=True), shot(OWLS, CATS, is_cut=True), now_here=(BATS,))
    assert (found.added, found.unmatched) == ((CATS,), ())
    assert not news(shot(OWLS, is_cut=True), shot(OWLS, BATS), was=(BATS,)).matching


@given(st.lists(st.sampled_from([OWLS, BATS, CATS, DOGS]), unique=True), st.lists(st.sampled_from([OWLS, BATS, CATS])))
def test_every_paper_that_came_or_went_is_told_once(before: list[Match], now: list[Match]) -> None:
    now = list(dict.fromkeys(now))
    found = news(shot(*before), shot(*now), now_here=(CATS,))
    assert {*found.added, *found.matching} == {*now} - {*before}
    assert {*found.removed, *found.unmatched} == {*before} - {*now}


def test_a_snapshot_holds_what_an_answer_quotes_and_lists() -> None:
    paper = Paper("Owls", "Owls hoot. They hunt.", ("A", "B", "C", "D"), 2020, ("doi:10.5555/owls",))
    quotes = [Statement(text, (Citation(1, paper, 0, 10),), "quote") for text in ("Owls hoot.", "They hunt.")]
    taken = snapshot(Answer("owls?", tuple(quotes), headline="Two."), "g1", 4, MONDAY)
    assert (taken.generation, taken.edition, taken.headline, taken.refused) == ("g1", 4, "Two.", False)
    (match,) = taken.matches
    assert (match.title, match.year, match.authors) == ("Owls", 2020, ("A", "B", "C"))
    assert match.sentences == ("Owls hoot.", "They hunt.")
    listed = Answer("owls", wish="list", listed=(Listed(1, paper),))
    assert snapshot(listed, "g1", 4, MONDAY).matches == (replace(match, sentences=()),)
    assert snapshot(Answer("owls?"), "g1", 4, MONDAY).refused


def test_a_snapshot_is_bounded_and_says_where_it_is_cut() -> None:
    papers = [Paper(f"Owl {n}", "x" * 5_000) for n in range(MAX_MATCHES + 50)]
    quotes = tuple(Statement(paper.abstract, (Citation(1, paper, 0, 9),), "quote") for paper in papers)
    taken = snapshot(Answer("owls?", quotes), "g1", 1, MONDAY)
    assert (len(taken.matches), taken.is_cut) == (MAX_MATCHES, True)
    assert len(taken.matches[0].sentences[0]) == 1_000


def test_papers_are_known_by_title_and_by_identifiers_that_no_other_has() -> None:
    assert paper_keys("Owls: at  Night!", []) == paper_keys("owls at night", ["isbn:1"])
    assert len(paper_keys("Owls", ["doi:10.5555/owls", "isbn:1"])) == 2
    assert paper_keys("…", []) != paper_keys("???", [])


def test_dates_are_said_as_a_reader_says_them() -> None:
    now = datetime.now().astimezone()
    assert day(now) == f"{now.hour}:{now:%M} today"
    long_ago = now.replace(year=now.year - 2, month=3, day=4)
    assert day(long_ago) == f"4 March {now.year - 2}"
    earlier = now - timedelta(days=1)
    assert day(earlier).startswith(f"{earlier.day} {earlier:%B}")
