"""What every test shares: how many examples Hypothesis tries.

`HYPOTHESIS_PROFILE` chooses dev (the default), ci or nightly.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW_MACHINE = [HealthCheck.too_slow]

for _name, _examples in (("dev", 20), ("ci", 200), ("nightly", 5000)):
    settings.register_profile(
        _name, max_examples=_examples, deadline=None, suppress_health_check=_SLOW_MACHINE
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
