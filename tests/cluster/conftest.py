"""Ray reads how nodes know each other when it is first imported, by whichever test comes first: so it is set here."""

from __future__ import annotations

import os

from tests.cluster.nodes import ENVIRONMENT

os.environ |= {name: ENVIRONMENT[name] for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN")}
