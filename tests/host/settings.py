"""How hypothesis runs here: the same examples every time, none cut off by a clock."""

from hypothesis import HealthCheck, settings

THOROUGH = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
