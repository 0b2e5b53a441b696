"""Reserve, quantity, negation, cause and time."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds

NOISY = "The network loses accuracy because the recordings are noisy."
LOOSE = "The bound is loose because the graph is dense."
FIRST = "The network first filters the recordings and then counts the owls."
BEFORE = "The network counts the owls before it filters the recordings."


@pytest.mark.parametrize(
    ("written", "quote", "mark"),
    [
        ("Noise harms the hearing of owls.", "Noise may harm the hearing of owls.", "may"),
        ("Owls hunt in the rain.", "Owls sometimes hunt in the rain.", "sometimes"),
        ("Owls hunt in the rain.", "Owls often hunt in the rain.", "often"),
        ("The results show that owls dislike rain.", "The results suggest that owls dislike rain.", "suggest"),
        ("The network removes noise.", "The network aims to remove noise.", "aims"),
        ("Owls dislike rain.", "Owls appear to dislike rain.", "appear"),
        ("The network is 3 times faster.", "The network is up to 3 times faster.", "up_to"),
        ("The network needs 40 recordings.", "The network needs at least 40 recordings.", "at_least"),
        ("40 owls were ringed.", "Almost 40 owls were ringed.", "almost"),
        ("Owls avoid rain.", "Some owls avoid rain.", "some"),
        ("The study finds that owls avoid rain.", "We test whether owls avoid rain.", "whether"),
        ("The guarantee holds.", "The guarantee holds if the graph is dense.", "if"),
        ("All calls are removed.", "All calls except those of owls are removed.", "except"),
    ],
)
def test_what_limits_a_statement_may_not_be_dropped(written: str, quote: str, mark: str) -> None:
    reasons = {fault.reason: fault.refutes for fault in all_faults(written, quote) if fault.kind == "marker"}
    assert reasons == {f"it leaves out “{mark}”": True}


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Noise might harm owls.", "Noise may harm owls."),
        ("Noise perhaps harms the hearing of owls.", "Noise may harm the hearing of owls."),
        ("Owls frequently hunt in the rain.", "Owls often hunt in the rain."),
        ("The results indicate that owls dislike rain.", "The results suggest that owls dislike rain."),
        ("The network seeks to remove noise.", "The network aims to remove noise."),
        ("Owls seem to dislike rain.", "Owls appear to dislike rain."),
        ("The network is at most 3 times faster.", "The network is up to 3 times faster."),
        ("Nearly 40 owls were ringed.", "Almost 40 owls were ringed."),
        ("Every owl avoids rain.", "All owls avoid rain."),
        ("Noise may harm owls.", "Noise harms owls."),
        ("The guarantee holds when the graph is dense.", "The guarantee holds if the graph is dense."),
    ],
)
def test_it_may_be_limited_in_other_words_or_more(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("All owls avoid rain.", "all"),
        ("Every owl avoids rain.", "every"),
        ("Owls always avoid rain.", "always"),
        ("Owls often avoid rain.", "often"),
    ],
)
@pytest.mark.parametrize("quote", ["Owls avoid rain.", "Some owls avoid rain."])
def test_a_quantifier_may_not_be_added(written: str, mark: str, quote: str) -> None:
    added = [fault for fault in all_faults(written, quote) if f"does not say “{mark}”" in fault.reason]
    assert [(fault.kind, fault.refutes) for fault in added] == [("marker", True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The network does not need labels.", "The network needs labels."),
        ("Owls do not hunt moths.", "Owls hunt moths."),
        ("OwlNet is not trained on rain.", "OwlNet is trained on rain."),
        ("No owl heard the moths.", "Owls heard the moths."),
        ("The network cannot hear moths.", "The network can hear moths."),
        ("The network fails to hear moths.", "The network hears moths."),
        ("OwlNet was trained without rain.", "OwlNet was trained with rain."),
    ],
)
def test_a_negation_may_be_neither_added_nor_dropped(one: str, other: str) -> None:
    assert "negation" in kinds(one, other)
    assert "negation" in kinds(other, one)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The network doesn't need labels.", "The network does not need labels."),
        ("The network needs no labels.", "The network does not need labels."),
        ("The network works without labels.", "The network does not need labels."),
        ("The network does not need labels.", "The network needs no labels."),
        ("The network cannot hear moths.", "The network is unable to hear moths."),
    ],
)
def test_a_negation_may_have_another_form(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The bound is loose because the graph is dense.", "The bound is loose and the graph is dense."),
        ("The owls left the barn because it rained.", "The owls left the barn after it rained."),
        ("The tracker drifts because of the wind.", "The tracker drifts in the wind."),
    ],
)
def test_a_cause_may_not_be_invented(written: str, quote: str) -> None:
    assert any("does not say “because" in fault.reason and fault.refutes for fault in all_faults(written, quote))


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("The recordings are noisy because the network loses accuracy.", NOISY),
        ("The graph is dense because the bound is loose.", LOOSE),
        ("The bound is loose, so the graph is dense.", LOOSE),
        ("The bound is loose, therefore the graph is dense.", LOOSE),
        ("The network loses accuracy; hence the recordings are noisy.", NOISY),
    ],
)
def test_cause_and_effect_may_not_change_places(written: str, quote: str) -> None:
    assert "cause" in kinds(written, quote)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Because the recordings are noisy, the network loses accuracy.", NOISY),
        ("Because the graph is dense, the bound is loose.", LOOSE),
        ("Since the graph is dense, the bound is loose.", LOOSE),
        ("The graph is dense, so the bound is loose.", LOOSE),
        ("The graph is dense, therefore the bound is loose.", LOOSE),
        ("The recordings are noisy; hence the network loses accuracy.", NOISY),
        ("Due to the fire, the owls left.", "The owls left because of the fire."),
    ],
)
def test_a_cause_may_be_told_in_other_words(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote", "kind"),
    [
        ("The network first counts the owls and then filters the recordings.", FIRST, "order"),
        ("The network filters the recordings before it counts the owls.", BEFORE, "link"),
        ("The network counts the owls after it filters the recordings.", BEFORE, "marker"),
    ],
)
def test_what_comes_first_may_not_come_later(written: str, quote: str, kind: str) -> None:
    assert kind in kinds(written, quote)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        (FIRST, FIRST),
        ("The network filters the recordings and then counts the owls.", FIRST),
        ("Before it filters the recordings, the network counts the owls.", BEFORE),
        ("The network counts the owls before filtering the recordings.", BEFORE),
    ],
)
def test_the_same_order_may_be_told_in_other_words(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


def test_a_symbol_may_not_be_added() -> None:
    assert "symbol" in kinds("Accuracy is ≥ 90%.", "Accuracy is 90%.")
    assert kinds("Accuracy is ≥ 90%.", "Accuracy is ≥ 90%.") == set()
