"""How many whole runs are drawn, and what becomes of one that fails."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

WANTED = os.environ.get("ORACLE_EXAMPLES")


def whole_examples(everyday: int) -> settings:
    """Few and always the same on an everyday run; ORACLE_EXAMPLES new ones else.

    A run takes seconds, so an example that fails is reported as it was drawn.
    """
    return settings(
        max_examples=int(WANTED or everyday),
        derandomize=WANTED is None,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
