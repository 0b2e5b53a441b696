"""How many planted errors the check catches, and how many good sentences it accepts, on the papers that ship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rag import sources
from rag.answer.types import Finding
from rag.language.sentences import span_texts, split_sentences
from rag.models import embedding
from rag.paper import Paper
from rag.settings import shipped
from rag.verify.checker import Checker
from rag.verify.threshold import similarity_threshold
from tests.conftest import DATA

from .cases import SEED, Case, make_cases
from .errors import ERRORS
from .rephrasings import REPHRASINGS

MIN_CAUGHT = 0.95  # share of all errors
MIN_CAUGHT_OF_A_KIND = 0.9
MIN_CASES = 20  # of each kind
MAX_REJECTED = 0.05  # share of the good sentences
PAPERS_FOR_THRESHOLD = 40  # more papers give nearly the same threshold
SHOWN = 5  # cases that a failure shows

pytestmark = pytest.mark.xdist_group("planted")  # all cases are checked once, by the same worker


class CachedEncoder:
    """The bundled embedding model, which encodes a thousand texts faster at once than one by one."""

    def __init__(self) -> None:
        self._encode = embedding.load("bundled").encode
        self._vectors: dict[str, np.ndarray] = {}

    def add(self, texts: Sequence[str]) -> None:
        new = sorted(set(texts) - self._vectors.keys(), key=len)
        if new:
            self._vectors.update(zip(new, self._encode(new), strict=True))

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.add(texts)
        return np.stack([self._vectors[text] for text in texts])


@dataclass(frozen=True)
class Checked:
    """A case of some kind, and what the check found."""

    kind: str
    case: Case
    finding: Finding

    @property
    def is_accepted(self) -> bool:
        return self.finding.verdict is not None

    def __str__(self) -> str:
        return f"{self.kind}, {self.finding.verdict or self.finding.reason}: {self.case}"


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    files = sources.find([shipped("papers"), DATA])
    return [paper for file in files for paper in sources.read(file) if isinstance(paper, Paper)]


@pytest.fixture(scope="module")
def encode() -> CachedEncoder:
    return CachedEncoder()


@pytest.fixture(scope="module")
def check(encode: CachedEncoder, papers: list[Paper]) -> Checker:
    sample = Random(SEED).sample(papers, PAPERS_FOR_THRESHOLD)
    sentences = [span_texts(paper.abstract, split_sentences(paper.abstract)) for paper in sample]
    encode.add([text for texts in sentences for text in texts])
    store: Any = SimpleNamespace(
        paper_count=len(sample), sentence_vectors=lambda numbers: [encode(sentences[number - 1]) for number in numbers]
    )
    return Checker(encode, similarity_threshold(store))


@pytest.fixture(scope="module")
def errors(check: Checker, encode: CachedEncoder, papers: list[Paper]) -> list[Checked]:
    return checked(check, encode, make_cases(ERRORS, papers))


def test_good_sentences_are_accepted(check: Checker, encode: CachedEncoder, papers: list[Paper]) -> None:
    good = checked(check, encode, make_cases(REPHRASINGS, papers))
    rejected = [one for one in good if not one.is_accepted]
    assert {one.kind for one in good} == set(REPHRASINGS)
    assert len(rejected) <= MAX_REJECTED * len(good), summary(rejected, good)


def test_errors_are_caught(errors: list[Checked]) -> None:
    missed = [one for one in errors if one.is_accepted]
    assert len(missed) <= (1 - MIN_CAUGHT) * len(errors), summary(missed, errors)


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_of_each_kind_are_caught(errors: list[Checked], kind: str) -> None:
    of_kind = [one for one in errors if one.kind == kind]
    missed = [one for one in of_kind if one.is_accepted]
    assert len(of_kind) >= MIN_CASES
    assert len(missed) <= (1 - MIN_CAUGHT_OF_A_KIND) * len(of_kind), summary(missed, of_kind)


def checked(check: Checker, encode: CachedEncoder, cases: Mapping[str, Sequence[Case]]) -> list[Checked]:
    """All `cases` checked, after encoding together the texts that the check compares."""
    compared: list[str] = []

    def collect(texts: list[str]) -> np.ndarray:
        compared.extend(texts)
        return np.ones((len(texts), 1))

    every = [(kind, case) for kind, of_kind in cases.items() for case in of_kind]
    collector = Checker(collect, 0.0)
    for _, case in every:
        collector(case.written, case.citations)
    encode.add(compared)
    return [Checked(kind, case, check(case.written, case.citations)) for kind, case in every]


def summary(wrong: Sequence[Checked], every: Sequence[Checked]) -> str:
    return "\n".join([f"{len(wrong)} of {len(every)}, such as:", *map(str, wrong[:SHOWN])])
