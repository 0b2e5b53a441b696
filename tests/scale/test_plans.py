"""The tables of docs/scale.md are what the model prints, and the model predicts what it was not fitted to."""

from __future__ import annotations

import math

import pytest

from tests.scale import limits, model, plans, slopes
from tests.scale.__main__ import PAGE, with_tables
from tests.scale.slopes import Line, Linearithmic, Power

HELD_OUT_ERROR, OF_LOOPS = 0.2, 0.35  # as docs/scale.md says
LOOPS = ("every title, CPU s", "hashes, CPU s", "a phrase, CPU s")  # over papers, in Python


def test_the_tables_of_the_page_are_computed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in plans.TABLES:
        assert f"<!-- {name} -->" in page
    assert page == with_tables(page), "run: make scale"


@pytest.mark.parametrize("what", plans.predictions(slopes.load().measured))
def test_the_lines_through_small_indexes_predict_a_large_one(what: str) -> None:
    measured = slopes.load().measured["asked"]
    assert max(one["papers"] for one in measured) > 5 * slopes.FITTED
    computed, found = plans.predictions(slopes.load().measured)[what]
    assert computed == pytest.approx(found, rel=OF_LOOPS if what in LOOPS else HELD_OUT_ERROR)


def test_the_graph_has_the_bytes_of_its_formula() -> None:
    measured = slopes.load()
    found = max(measured.measured["asked"], key=lambda one: int(one["papers"]))
    assert model.graph(found["papers"], measured) == pytest.approx(found["files"]["data_level0.bin"], rel=0.02)


def test_a_line_is_found_again_and_never_falls() -> None:
    found = slopes.line([(papers, 3.0 + 0.5 * papers) for papers in (10, 100, 1_000)])
    assert (found.fixed, found.each) == (pytest.approx(3.0), pytest.approx(0.5))
    assert slopes.line([(10, 5.0), (100, 4.0)]).each == 0.0
    assert slopes.line([(10, 1.0), (100, 20.0)]).fixed == 0.0


def test_what_takes_longer_the_more_there_are_is_found_again_and_never_falls() -> None:
    curve = Linearithmic(5.0, -0.5, 0.2)
    found = slopes.linearithmic([(papers, curve(papers)) for papers in (100, 1_000, 5_000, 20_000)])
    assert (found.fixed, found.first, found.rise) == pytest.approx((5.0, -0.5, 0.2))
    assert found(1_001) - found(1_000) == pytest.approx(-0.5 + 0.2 * math.log(1_000), rel=1e-3)
    costs = [found(papers) for papers in (1, 5, 12, 13, 100)]
    assert costs == sorted(costs)
    straight = slopes.linearithmic([(10, 10.0), (100, 90.0), (1_000, 500.0)])  # as if papers got cheaper
    assert straight(2_000) - straight(1_000) == pytest.approx(straight(3_000) - straight(2_000))


def test_the_disk_of_small_indexes_is_what_was_measured() -> None:
    measured = slopes.load()
    for one in measured.measured["asked"]:
        assert model.disk(one["papers"], measured) == pytest.approx(sum(one["files"].values()), rel=0.1)


def test_writing_takes_what_was_measured_and_longer_for_each_of_more_papers() -> None:
    measured = slopes.load()
    for one in measured.measured["built"]:
        assert measured.stage("write")(one["papers"]) == pytest.approx(one["cpu"]["write"], rel=0.05)
    served = measured.measured["served"]
    assert measured.served(served["papers"]) == pytest.approx(served["seconds"])
    for of_paper in (
        lambda papers: measured.served(papers) / papers,
        lambda papers: model.write_seconds(papers, measured),
    ):
        assert of_paper(20_000) < of_paper(10**6) < of_paper(5 * 10**6)


def test_plans_have_no_cores_that_would_wait_for_their_writer() -> None:
    for plan in plans.PLANS:
        assert plan.cores < 2 * (1 + model.saturating_cores(plan.part, slopes.load()))


def test_segments_bend_where_they_were_measured_and_go_on_straight() -> None:
    found = slopes.segments([(100, 5.0), (10, 1.0), (200, 6.0)])
    assert [found(papers) for papers in (1, 10, 55, 100, 150, 200, 1_000)] == [1.0, 1.0, 3.0, 5.0, 5.5, 6.0, 14.0]
    full = slopes.segments([(10, 1.0), (100, 5.0)], is_full=True)
    assert [full(papers) for papers in (55, 100, 1_000)] == [3.0, 5.0, 5.0]


def test_a_power_law_is_found_again() -> None:
    found = slopes.power([(papers, 30 * papers**0.6) for papers in (10, 100, 1_000)])
    assert found == Power(pytest.approx(30.0), pytest.approx(0.6))


def test_limits_are_where_their_lines_reach_them() -> None:
    found = limits.limits(slopes.load())
    assert [one.papers for one in found] == sorted(one.papers for one in found)
    for one in found:
        assert math.isinf(one.papers) or one.cost(one.papers) == pytest.approx(one.most)
        assert one.papers > 1_000
    assert math.isinf(limits.Limit("", "", Line(1.0, 0.0), 2.0, "s", "").papers)


def test_more_papers_never_take_less() -> None:
    measured = slopes.load()
    for cost in (
        model.disk,
        model.memory,
        model.cached,
        model.start_seconds,
        model.finish_seconds,
        model.query_seconds,
    ):
        amounts = [cost(plan.papers, measured) for plan in plans.PLANS]
        assert amounts == sorted(amounts)


def test_a_second_writer_helps_where_the_first_has_too_much_to_do() -> None:
    measured = slopes.load()
    cores = model.saturating_cores(10**6, measured)
    few, many = (model.cluster_seconds(10**6, cores * times, 1, measured) for times in (1, 8))
    assert many > 0.9 * few
    assert model.cluster_seconds(10**6, cores * 8, 8, measured) < 0.3 * many


def test_numbers_are_shown_with_two_digits() -> None:
    assert [plans.number(one) for one in (0, 0.0123, 1.26, 99.4, 1_234.0, math.inf)] == [
        "0",
        "0.012",
        "1.3",
        "99",
        "1,200",
        "–",
    ]
    assert [plans.count(one) for one in (489, 5_000, 123_456, 5_300_000, 2**31)] == [
        "490",
        "5k",
        "120k",
        "5.3M",
        "2.1G",
    ]
