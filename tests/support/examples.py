"""How many examples a property test draws: `TIENDO_TEST_EXAMPLES` asks for so many times the usual number."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

_FACTOR: Final = float(os.environ.get("TIENDO_TEST_EXAMPLES", "1"))


def examples(usual: int) -> settings:
    """Return settings for a test that draws so many examples usually."""
    return settings(
        max_examples=max(int(usual * _FACTOR), 1),
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
