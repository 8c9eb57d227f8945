"""Figures of our own without a peer: deskewing 70,000 images, and the memory of the quadratic classifier."""

import numpy as np
from digits import raw_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed


def deskewing() -> Timed:
    """Deskew all of MNIST."""
    from hdr_bench.estimators import Deskewer

    X, _, X_test, _ = raw_digits()
    images = np.concatenate([X, X_test])
    return lambda: {"transform": timed(lambda: Deskewer().fit_transform(images))[0]}


def quadratic() -> Timed:
    """Fit degree 2 of 100 components on 60,000; the peak is what the fit adds to the process."""
    from hdr_bench.estimators import PolynomialClassifier
    from hdr_bench.experiments.measuring.memory import peak_memory

    X, y, X_test, y_test = raw_digits()

    def step() -> Seconds:
        with peak_memory() as peak:
            fit, model = timed(lambda: PolynomialClassifier(degree=2, n_components=100).fit(X, y))
        return {"fit": fit, "gigabytes": peak.bytes / 1e9, "error": 1 - float(model.score(X_test, y_test))}

    return step


COMPARISONS = (
    Comparison(
        "deskew-70000",
        "Deskewing 70,000 images",
        {"hdr-bench": Side(deskewing)},
        (Bar("transform", "hdr-bench", at_most=2.5),),
    ),
    Comparison(
        "quadratic-100",
        "Polynomial, degree 2 of 100 components: fit 60,000",
        {"hdr-bench": Side(quadratic)},
        (Bar("gigabytes", "hdr-bench", at_most=1.5),),
        rounds=3,
    ),
)

if __name__ == "__main__":
    run(COMPARISONS)
