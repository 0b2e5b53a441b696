"""The written forms of words, and how they are counted."""

from __future__ import annotations

from pathlib import Path

from rag.index import forms
from rag.paper import Paper

PAPERS = [
    Paper("Denoising", "denoise"),
    Paper("Denoising", "at night"),
    Paper("Depths", "depths depths"),
    Paper("Depth", "the depth"),
    Paper("Depth", "too"),
]


def test_the_surface_form_of_a_stem_is_the_one_in_most_papers() -> None:
    found = forms.surface_forms(forms.count(PAPERS))
    assert (found["denois"], found["depth"]) == ("denoising", "depth")
    assert list(found)[:2] == ["denois", "depth"], "most frequent first, then by the alphabet"


def test_papers_in_another_order_give_the_same_forms() -> None:
    found, turned = (forms.surface_forms(forms.count(papers)) for papers in (PAPERS, PAPERS[::-1]))
    assert list(found.items()) == list(turned.items())


def test_counts_are_kept(tmp_path: Path) -> None:
    counts = forms.count(PAPERS)
    forms.write(tmp_path, counts)
    assert forms.load(tmp_path) == counts
