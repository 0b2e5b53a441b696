"""How many planted errors the check catches, and how many good sentences it lets through, on all papers that ship."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from random import Random

import pytest

from rag import sources
from rag.answer.types import Finding
from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.settings import shipped
from rag.verify.checker import Checker
from rag.verify.threshold import similarity_threshold
from tests.conftest import DATA, index_of

from .errors import ERRORS
from .planted import SEED, Case, cases
from .retold import RETOLD

CAUGHT = 0.95  # share of all errors, at least,
CAUGHT_OF_A_KIND = 0.9  # and of those of one kind,
TELLING = 20  # where there are so many
REJECTED = 0.05  # share of the good sentences, at most
INDEXED = 40  # papers by which the check learns how alike sentences are; more tell it the same
SHOWN = 5  # cases that a failure shows

pytestmark = pytest.mark.xdist_group("planted")  # one index, and all sentences checked once


@dataclass(frozen=True)
class Checked:
    """A case of some kind, and what the check made of it."""

    kind: str
    case: Case
    finding: Finding

    @property
    def passed(self) -> bool:
        return self.finding.verdict is not None

    def __str__(self) -> str:
        return f"{self.kind}, {self.finding.verdict or self.finding.reason}: {self.case}"


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    files = sources.find([shipped("papers"), DATA])
    return [paper for file in files for paper in sources.read(file) if isinstance(paper, Paper)]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, papers: list[Paper]) -> Iterator[Checker]:
    sample = Random(SEED).sample(papers, INDEXED)
    records = [{"title": paper.title, "abstract": paper.abstract} for paper in sample]
    with closing(open_current(index_of(tmp_path_factory.mktemp("planted"), records))) as opened:
        yield Checker(embedding.load("bundled").encode, similarity_threshold(opened))


@pytest.fixture(scope="module")
def errors(check: Checker, papers: list[Paper]) -> list[Checked]:
    return _checked(check, cases(ERRORS, papers))


def test_good_sentences_pass(check: Checker, papers: list[Paper]) -> None:
    good = _checked(check, cases(RETOLD, papers))
    rejected = [one for one in good if not one.passed]
    assert {one.kind for one in good} == set(RETOLD)
    assert len(rejected) <= REJECTED * len(good), _told(rejected, good)


def test_errors_are_caught(errors: list[Checked]) -> None:
    missed = [one for one in errors if one.passed]
    assert len(missed) <= (1 - CAUGHT) * len(errors), _told(missed, errors)


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_of_each_kind_are_caught(errors: list[Checked], kind: str) -> None:
    of_kind = [one for one in errors if one.kind == kind]
    missed = [one for one in of_kind if one.passed]
    assert len(of_kind) >= TELLING
    assert len(missed) <= (1 - CAUGHT_OF_A_KIND) * len(of_kind), _told(missed, of_kind)


def _checked(check: Checker, planted: Mapping[str, Sequence[Case]]) -> list[Checked]:
    every = [(kind, case) for kind, of_kind in planted.items() for case in of_kind]
    return [Checked(kind, case, check(case.written, case.citations)) for kind, case in every]


def _told(wrong: Sequence[Checked], every: Sequence[Checked]) -> str:
    return "\n".join([f"{len(wrong)} of {len(every)}, such as:", *map(str, wrong[:SHOWN])])
