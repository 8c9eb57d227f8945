"""Seeds drawn without touching a global generator."""

import numpy as np


def draw_seed(random_state: int | np.random.RandomState | None) -> int:
    """Return a seed below 2**31: the given one, drawn from a given generator, or fresh from the system's entropy."""
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return int(random_state) % 2**31
