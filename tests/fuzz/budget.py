"""How many examples each fuzz test gets."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = float(os.environ.get("FUZZ", "0"))  # how many times as many examples as in the suite; 0 in the suite itself


def examples(count: int, *, shares_fixtures: bool = False) -> settings:
    """Settings for a test that looks at `count` examples in the suite, which takes it a second or two.

    A test that `shares_fixtures` of pytest's among them knows that they are not made anew for each.
    """
    checks = [HealthCheck.function_scoped_fixture] if shares_fixtures else []
    default = settings.default.suppress_health_check if settings.default else ()
    return settings(max_examples=int(count * (LONG or 1)), suppress_health_check=[*default, *checks])
