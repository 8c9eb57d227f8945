"""The generators that all code in a process shares."""

import random
import sys

import numpy as np

# What numpy's generator takes; Python's and torch's take more.
_SEEDS = 2**32


def seed_generators(seed: int) -> None:
    """Seed Python's, numpy's and torch's global generators, from which methods without a seed of their own draw."""
    random.seed(seed)
    np.random.seed(seed % _SEEDS)  # noqa: NPY002  # a method that draws from it is what this is for
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed % _SEEDS)
