"""How the tests run: Hypothesis tries 2,000 examples a property, without a deadline.

``KHQR_EXAMPLES`` sets another number, for mutation testing, which runs the tests very often.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "khqr",
    max_examples=int(os.environ.get("KHQR_EXAMPLES", "2000")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("khqr")
