"""How long the storm waits for what should have happened: longer where the machine has other work as well."""

import os

VARIABLE = "STORM_PATIENCE"
"""The environment's variable with a factor for all of these times."""


def patience(seconds: float) -> float:
    """Return seconds times the factor that the environment sets."""
    return seconds * float(os.environ.get(VARIABLE, "1"))
