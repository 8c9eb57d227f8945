"""How much a suite may ask for: far beyond any comparison, and far below what would fill the memory of a plan."""

MOST_REPEATS = 10_000
"""Repeats of a protocol: seeds, cuts into folds, or draws of images."""

MOST_FOLDS = 1_000
"""Folds of a cross-validation or a grid search."""

MOST_SIZES = 1_000
"""Sizes of a learning curve."""

MOST_CANDIDATES = 100_000
"""Candidates of a grid search."""

MOST_TRIALS = 1_000_000
"""Trials of a run."""

MOST_SAMPLES = 10**9
"""Training images that a subsample or a size of a learning curve can ask for."""

MOST_THREADS = 4_096
"""Threads of a pool, and trials at a time."""

LARGEST_SEED = 2**32 - 1
"""What numpy and scikit-learn take as a seed."""
