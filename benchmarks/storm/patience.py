"""How long the storm waits: for what must come, and for what must go.

Longer where the machine has other work as well; but what stays for minutes has been left behind on any machine.
"""

import os

VARIABLE = "STORM_PATIENCE"
"""The environment's variable with a factor for these times."""

_LONGEST_STAY_SECONDS = 60.0


def patience(seconds: float) -> float:
    """Return seconds times the factor that the environment sets."""
    return seconds * float(os.environ.get(VARIABLE, "1"))


def longest_stay(seconds: float) -> float:
    """Return how long something may stay after what it belongs to has gone: as `patience` has it, up to a minute.

    The kernel ends it, or what notices that it is alone: on no machine, however busy, does that take minutes.
    """
    return min(patience(seconds), max(seconds, _LONGEST_STAY_SECONDS))
