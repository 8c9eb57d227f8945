"""Limits on the content of a model file, so that predictions do not use excessive memory or threads."""

import math
from typing import Any

MOST_OUTPUTS = 10_000_000
"""Maximum number of values per image in a network's layer or a step: ten times that of the largest digit networks."""

# Same limit as for a run, whose records would take longer to import than a model takes to load.
_MOST_THREADS = 4_096
_LARGEST_SIGMA = 1_000.0
_MOST_DEGREES = 100


def check_bounds(state: dict[str, Any]) -> None:
    """Check the attributes of an estimator that determine how much memory and how many threads predictions use.

    Parameters
    ----------
    state : dict of str to object
        Attributes by name, from a file.

    Raises
    ------
    ValueError
        If one of them exceeds what any model of digits needs.
    """
    size, sigma = state.get("size"), state.get("sigma")
    for jobs in (state.get("n_jobs"), state.get("_n_threads")):
        if isinstance(jobs, int) and abs(jobs) > _MOST_THREADS:
            raise ValueError(f"it requests {jobs} threads")
    if isinstance(size, list | tuple) and math.prod(map(int, size)) > MOST_OUTPUTS:
        raise ValueError(f"it creates images of size {size}")
    if isinstance(sigma, int | float) and not abs(sigma) <= _LARGEST_SIGMA:
        raise ValueError(f"it blurs images by {sigma} pixels")
    if "product_scale_" in state:
        _check_products(state)


def _check_products(state: dict[str, Any]) -> None:
    from hdr_bench.estimators.products import count_products

    degree, n_components = int(state["degree"]), len(state["pca_"].components_)
    if degree > _MOST_DEGREES or count_products(n_components, degree) != state["coef_"].shape[1]:
        raise ValueError(f"its weights do not fit the products of {n_components} components")
