"""What a written sentence may leave out of the one it cites, and that it may neither add nor change anything."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.verify.compression import is_compression

TITLE = "FooNet: Depth from Sparse Rays"
PAPER = Paper(TITLE, "FooNet estimates depth.")
MODEL = "In this work, we propose FooNet, a single-step model that estimates depth from sparse rays in real time."
SPEED = "Our FooNet runs up to 12 times faster than BarNet on Kiln-3, with a loss of only 1.3% in recall."
DUEL = "FooNet outperforms BarNet on indoor scenes, while BarNet outperforms FooNet at night."
DRUG = "Zeltamab did not reduce tumour growth in mice, but it lowered weight loss by 14% within 21 days."
PAIR = "The sensor reaches 91% accuracy on cats and 85% accuracy on dogs."
ALLOY = "The alloy is less brittle than bronze and conducts heat at 40 W/mK below 80 K."
GENE = "Heat stress increases the expression of gene ARX2, which decreases root length in barley."
YEAST = "These results suggest that the protein may slow ageing in yeast cells."
OTHERS = "We show that existing pruning methods require retraining on the full data set."
SHIFT = "Under strain, the energy shifts by -5 meV and the rate falls to 10^-6 per second."


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (MODEL, "FooNet is a single-step model that estimates depth from sparse rays in real time."),
        (MODEL, "FooNet estimates depth from sparse rays in real time."),
        (MODEL, f"{TITLE} proposes FooNet, a single-step model that estimates depth from sparse rays in real time."),
        (SPEED, "FooNet runs up to 12 times faster than BarNet on Kiln-3, with a loss of only 1.3% in recall."),
        (SPEED, "FooNet runs up to 12 times faster than BarNet on Kiln-3."),
        (DUEL, "FooNet outperforms BarNet on indoor scenes."),
        (DUEL, "BarNet outperforms FooNet at night."),
        (DRUG, "Zeltamab didn’t reduce tumour growth in mice, but lowered weight loss by 14% within 21 days."),
        (DRUG, "Zeltamab did not reduce tumour growth in mice."),
        (PAIR, "The sensor reaches 91% accuracy on cats."),
        (GENE, "Heat stress increases the expression of gene ARX2."),
        (OTHERS, "Existing pruning methods require retraining on the full data set."),
        ("Moreover, the spores of the fungus survive frost.", "The spores of the fungus survive frost."),
        (
            "We introduce a novel and simple rule that halves every weight.",
            "FooNet is a rule that halves every weight.",
        ),
        ("We present a graph encoder for maps.", f"{TITLE} is a graph encoder for maps."),
        ("We propose to raise the noise in training.", "FooNet raises the noise in training."),
        ("Results show that our method cuts the error by 20%.", "FooNet cuts the error by 20%."),
        ("FooNet, trained once, beats BarNet on maps (by far).", "FooNet beats BarNet on maps."),
    ],
)
def test_whole_clauses_may_be_left_out(source: str, written: str) -> None:
    assert is_compression(written, source, PAPER)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        # A number, a sign or a unit differs.
        (SPEED, "FooNet runs up to 21 times faster than BarNet on Kiln-3, with a loss of only 1.3% in recall."),
        (SPEED, "FooNet runs up to 12 times faster than BarNet on Kiln-3, with a loss of only 13% in recall."),
        (SPEED, "FooNet runs up to 12 times faster than BarNet on Kiln-3, with a loss of only 1.3 in recall."),
        (SPEED, "FooNet runs up to 1.3% faster than BarNet on Kiln-3, with a loss of only 12 times in recall."),
        (SPEED, "FooNet runs up to 12 fps faster than BarNet on Kiln-3, with a loss of only 1.3% in recall."),
        (DRUG, "Zeltamab did not reduce tumour growth in mice, but it lowered weight loss by 14 g within 21 days."),
        (DRUG, "Zeltamab did not reduce tumour growth in mice, but it lowered weight loss by 14% within 21 weeks."),
        (ALLOY, "The alloy is less brittle than bronze and conducts heat at 40 below 80."),
        (SHIFT, "Under strain, the energy shifts by 5 meV and the rate falls to 10^-6 per second."),
        (SHIFT, "Under strain, the energy shifts by -5 meV and the rate falls to 10^6 per second."),
        ("The cost falls from 9 hours to 2 hours.", "The cost falls to 9 hours from 2 hours."),
        # Who does what to whom.
        (SPEED, "BarNet runs up to 12 times faster than FooNet on Kiln-3, with a loss of only 1.3% in recall."),
        (DUEL, "BarNet outperforms FooNet on indoor scenes."),
        (DUEL, "FooNet outperforms BarNet at night."),
        (DUEL, "FooNet is outperformed by BarNet on indoor scenes, while BarNet outperforms FooNet at night."),
        (PAIR, "The sensor reaches 91% accuracy on dogs."),
        (PAIR, "The sensor reaches 91% accuracy on cats and dogs."),
        (GENE, "Heat stress decreases root length in barley."),
        (ALLOY, "The alloy is less brittle than bronze that conducts heat at 40 W/mK below 80 K."),
        ("Unlike FooNet, BarNet needs many labels.", "FooNet needs many labels."),
        ("The drug, a poison that kills rats, saves cats.", "The drug kills cats."),
        ("FooNet wins on cats, BarNet loses on dogs.", "FooNet wins on dogs."),
        ("On cats, FooNet wins, on dogs, BarNet wins.", "On cats, BarNet wins."),
        ("Accuracy rises by 5 points on cats, on dogs, by 2.", "Accuracy rises by 5 points on dogs."),
        ("FooNet wins, BarNet loses on cats.", "FooNet wins on cats."),
        # A word that negates or limits the rest is missing.
        (SPEED, "FooNet runs 12 times faster than BarNet on Kiln-3, with a loss of only 1.3% in recall."),
        (SPEED, "FooNet runs up to 12 times faster."),
        (ALLOY, "The alloy is brittle than bronze and conducts heat at 40 W/mK below 80 K."),
        (ALLOY, "The alloy is less brittle than bronze and conducts heat at 40 W/mK."),
        (DRUG, "Zeltamab did reduce tumour growth in mice, but it lowered weight loss by 14% within 21 days."),
        (DRUG, "Zeltamab did not reduce weight loss by 14% within 21 days."),
        (YEAST, "These results suggest that the protein slows ageing in yeast cells."),
        (YEAST, "The protein may slow ageing in yeast cells."),
        ("The model can't learn rare words.", "The model can learn rare words."),
        ("Few species survive above 60 degrees.", "Species survive above 60 degrees."),
        ("The bound holds, if the kernel is smooth.", "The bound holds."),
        ("The map is non-linear in temperature.", "The map is linear in temperature."),
        ("None of the patients recover in spring.", "The patients recover in spring."),
        ("We hypothesise that sleep restores synapses.", "Sleep restores synapses."),
        ("We do not find that our method harms cats.", "FooNet harms cats."),
        ("We do not show that FooNet wins on cats.", "FooNet wins on cats."),
        ("Not all of our methods harm wild cats in spring.", "FooNet harms wild cats in spring."),
        ("We aim to reduce noise in hearing aids.", "FooNet reduces noise in hearing aids."),
        # Something is added, or comes from elsewhere.
        (
            SPEED,
            "FooNet runs up to 12 times faster than BarNet on Kiln-3 and on Pots, with a loss of only 1.3% in recall.",
        ),
        (MODEL, "FooNet, from Otter Labs, is a single-step model that estimates depth from sparse rays in real time."),
        (MODEL, "FooNet (2021) is a single-step model that estimates depth from sparse rays in real time."),
        (MODEL, "FooNet is a multi-step model that estimates depth from sparse rays in real time."),
        (MODEL, "BarNet is a single-step model that estimates depth from sparse rays in real time."),
        (MODEL, "Zeltamab did not reduce tumour growth in mice."),
        (OTHERS, "FooNet requires retraining on the full data set."),
        (OTHERS, f"{TITLE} is an existing pruning method that requires retraining on the full data set."),
        ("This limits accuracy on cats.", "FooNet limits accuracy on cats."),
        # It is still in the first person, or says nothing.
        (MODEL, "We propose FooNet, a single-step model that estimates depth from sparse rays in real time."),
        (SPEED, "Our FooNet runs up to 12 times faster than BarNet on Kiln-3."),
        (MODEL, "In this work, FooNet is a single-step model that estimates depth from sparse rays in real time."),
        (MODEL, TITLE),
        (MODEL, f"{TITLE}."),
        (MODEL, "FooNet is a model."),
        (MODEL, "FooNet."),
        (MODEL, "..."),
        (MODEL, ""),
    ],
)
def test_nothing_else_may_differ(source: str, written: str) -> None:
    assert not is_compression(written, source, PAPER)


@pytest.mark.parametrize("title", [TITLE, "Owls", ": odd", "(", "?"])
def test_an_empty_source_or_an_odd_title_supports_nothing(title: str) -> None:
    paper = Paper(title, "Owls hunt.")
    assert not is_compression("Owls hunt.", "", paper)
    assert not is_compression("", "", paper)
    assert not is_compression("Bats hunt.", "Owls hunt.", paper)
