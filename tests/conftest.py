"""How the tests run: Hypothesis tries 2,000 examples a property, without a deadline.

``KHQR_EXAMPLES`` sets another number, for mutation testing, which runs the tests very often.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from material import EXAMPLES

settings.register_profile(
    "khqr",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("khqr")
