"""How many labelled claims over the papers that ship pass the check by rule: nearly no wrong one, many good ones."""

from __future__ import annotations

from collections import Counter

import pytest

from rag.evaluate import claims
from rag.models import embedding
from rag.verify.checker import Checker
from tests.conftest import DATA

SIMILARITY_THRESHOLD = 0.583  # that of the papers that ship
MAX_WRONG = 0.06  # share of the wrong claims that pass; 3.3 % do
MAX_WRONG_OF_A_KIND = 0.15  # at most 12.5 %, "scope"
MIN_GOOD = 0.25  # 31.2 %
MIN_LIGHT = 0.65  # of light rewordings; 69.0 %
MIN_CLAIMS = 20  # of each kind

pytestmark = pytest.mark.xdist_group("claims")  # all are checked once, by the same worker


def test_wrong_claims_hardly_pass_and_many_good_ones_do() -> None:
    check = Checker(embedding.load("bundled").encode, SIMILARITY_THRESHOLD)
    of_kind, passed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for claim in claims.read(DATA / "claims.jsonl").claims:
        passes = check(claim.written, claim.citations).verdict is not None
        for kind in ("ALL", claim.kind):
            of_kind[claim.label, kind] += 1
            passed[claim.label, kind] += passes
    shares = {group: passed[group] / count for group, count in of_kind.items()}
    assert min(of_kind.values()) >= MIN_CLAIMS
    assert shares["wrong", "ALL"] <= MAX_WRONG, shares
    assert max(share for (label, _), share in shares.items() if label == "wrong") <= MAX_WRONG_OF_A_KIND, shares
    assert shares["ok", "ALL"] >= MIN_GOOD, shares
    assert shares["ok", "light"] >= MIN_LIGHT, shares
