"""A model's reading of a question counts only as far as what the user wrote allows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from rag.index.opening import open_current
from rag.index.store import Store
from rag.query.filters import ALL_FILTERS
from rag.query.history import History
from rag.query.merging import merged
from rag.query.reading import Reading
from rag.query.understanding import Query, understand
from tests.conftest import WHICH


@pytest.fixture(scope="module")
def store(index_dir: Path) -> Store:
    return open_current(index_dir)


def merge(
    store: Store,
    question: str,
    reading: Reading,
    history: History = History(),  # noqa: B008 - it is immutable
    without: Collection[str] = (),
) -> Query:
    return merged(understand(question, store, history, without), reading, store, without)


def test_the_queries_and_the_intent_are_those_of_the_model(store: Store) -> None:
    found = merge(store, WHICH, Reading(("fast diffusion",), WHICH, "survey"))
    assert (found.queries, found.intent) == (("fast diffusion",), "survey")
    assert (found.question, found.rewrites) == (WHICH, (WHICH,))
    assert (found.filters, found.among, found.searched) == ((), None, 14)


def test_a_reading_of_terms_alone_changes_nothing_else(store: Store) -> None:
    plain = understand("what is a dipole moment?", store)
    found = merge(store, "what is a dipole moment?", Reading(("molecular dipoles",)))
    assert found.queries == ("molecular dipoles",)
    assert (found.intent, found.term, found.rewrites) == (plain.intent, plain.term, plain.rewrites)
    assert found.term == "dipole moment"


def test_a_question_that_stands_alone_is_not_replaced(store: Store) -> None:
    found = merge(store, WHICH, Reading((), "which papers are about cheese?", "papers"))
    assert found.rewrites == (WHICH,)


def test_the_models_question_replaces_a_guess_at_what_a_follow_up_refers_to(store: Store) -> None:
    history = History(("keyword spotting on microcontrollers",))
    guessed = understand("and how accurate is it?", store, history)
    assert len(guessed.rewrites) == 2
    found = merge(store, "and how accurate is it?", Reading((), "how accurate is TinySpeech?", "fact"), history)
    assert found.rewrites == ("how accurate is TinySpeech?", guessed.rewrites[-1])
    assert found.question == "and how accurate is it?"
    unsaid = merge(store, "and how accurate is it?", Reading(("accuracy",)), history)
    assert unsaid.rewrites == guessed.rewrites


def test_what_may_be_a_follow_up_is_one_if_the_model_says_so(store: Store) -> None:
    history = History(("which papers estimate depth from a single image?",))
    assert understand("teachers", store, history).in_context
    found = merge(store, "teachers", Reading((), "which papers estimate depth with teachers?", "papers"), history)
    assert found.rewrites[0] == "which papers estimate depth with teachers?"
    assert found.in_context == ()
    assert merge(store, "teachers", Reading(("distillation",)), history).in_context


@pytest.mark.parametrize(
    ("question", "first", "last", "written"),
    [
        ("depth papers of 2023 or 2024", 2023, 2024, "year:2023..2024"),
        ("depth papers, 2023 and on", 2023, None, "year:2023.."),
        ("depth papers, up to '22", None, 2022, ""),
        ("depth papers", 2023, None, ""),
        ("depth papers of 2023", 2023, 2024, ""),
        ("depth papers of 2024 or 2023", 2024, 2023, ""),
        ("depth papers on 20230 images", 2023, None, ""),
        ("depth papers of 1912, please", 1912, 1912, ""),
    ],
    ids="both|open|not written out|invented|half invented|reversed|part of a number|no paper".split("|"),
)
def test_a_period_counts_only_if_the_user_wrote_it_and_some_paper_is_of_it(
    store: Store, question: str, first: int | None, last: int | None, written: str
) -> None:
    assert understand(question, store).filters == (), "the rules do not see it"
    found = merge(store, question, Reading((), question, "papers", first_year=first, last_year=last))
    assert found.filters == ((written,) if written else ())
    assert (found.among is not None) is bool(written)
    assert found.searched == (len(found.among) if found.among else 14)


@pytest.mark.parametrize(
    ("question", "author", "written"),
    [
        ("depth work, sample b.", "B. Sample", ""),
        ("depth work where b. sample took part", "B. Sample", "author:B. Sample"),
        ("depth work where B Sámple took part", "b. sample", "author:b. sample"),
        ("depth work where someone took part", "B. Sample", ""),
        ("depth work where Goodfellow took part", "Goodfellow", ""),
        ("depth work where resample took part", "sample", ""),
        ("depth work", "", ""),
    ],
    ids="other order|written|other spelling|invented|unknown|part of a word|empty".split("|"),
)
def test_an_author_counts_only_if_the_user_wrote_the_name_and_some_paper_has_it(
    store: Store, question: str, author: str, written: str
) -> None:
    found = merge(store, question, Reading((), question, "papers", authors=(author,)))
    assert found.filters == ((written,) if written else ())


def test_a_filter_that_the_user_removed_stays_removed(store: Store) -> None:
    question, reading = "depth papers, 2023 or so", Reading((), "", "papers", first_year=2023, last_year=2023)
    assert merge(store, question, reading).filters == ("year:2023..2023",)
    for without in ("year:2023..2023", ALL_FILTERS):
        removed = merge(store, question, reading, without=[without])
        assert (removed.filters, removed.among, removed.searched) == ((), None, 14)


def test_filters_of_the_rules_count_for_more(store: Store) -> None:
    question = "depth papers year:2024, not 2023"
    reading = Reading((), question, "papers", first_year=2023, last_year=2024)
    found = merge(store, question, reading)
    assert found.filters == ("year:2024",)
    assert found.searched == 3


def test_a_comparison_needs_two_things(store: Store) -> None:
    question = "set SwiftDepth and ExitDepth side by side"
    two = merge(store, question, Reading((), question, "comparison", ("SwiftDepth", "ExitDepth")))
    assert (two.intent, two.compared_items) == ("comparison", ("SwiftDepth", "ExitDepth"))
    plain = understand(question, store)
    for items in ((), ("SwiftDepth",)):
        one = merge(store, question, Reading((), question, "comparison", items))
        assert (one.intent, one.compared_items) == (plain.intent, ())


def test_of_a_comparison_that_the_user_spelled_out_the_things_stay(store: Store) -> None:
    question = "How does SwiftDepth differ from TinySpeech?"
    found = merge(store, question, Reading((), question, "comparison", ("owls", "bats")))
    assert (found.intent, found.compared_items) == ("comparison", ("SwiftDepth", "TinySpeech"))
    unsaid = merge(store, question, Reading(("depth",)))
    assert (unsaid.intent, unsaid.compared_items) == (found.intent, found.compared_items)


def test_things_are_compared_only_in_a_comparison(store: Store) -> None:
    assert merge(store, WHICH, Reading((), WHICH, "papers", ("owls", "bats"))).compared_items == ()


def test_a_definition_defines_the_term_of_the_models_question(store: Store) -> None:
    history = History(("keyword spotting on microcontrollers",))
    found = merge(store, "and what about that?", Reading((), "what is keyword spotting?", "definition"), history)
    assert (found.intent, found.term) == ("definition", "keyword spotting")
    assert merge(store, "what is a dipole moment?", Reading((), "", "papers")).term == ""
