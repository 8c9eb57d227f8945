"""Logistic regression, 60,000 images, the same C and tolerance: ours against scikit-learn's L-BFGS."""

from digits import raw_digits, scaled_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed

TOLERANCE = 1e-4  # scikit-learn's default


def ours() -> Timed:
    """Fit with LinearClassifier."""
    from hdr_bench.estimators import LinearClassifier

    X, y, X_test, y_test = raw_digits()

    def step() -> Seconds:
        fit, model = timed(lambda: LinearClassifier(alpha=1.0, tol=TOLERANCE, max_iter=1000).fit(X, y))
        return {"fit": fit, "error": 1 - float(model.score(X_test, y_test))}

    return step


def scikit_learn() -> Timed:
    """Fit with scikit-learn's LogisticRegression."""
    from sklearn.linear_model import LogisticRegression

    X, y, X_test, y_test = scaled_digits()

    def step() -> Seconds:
        fit, model = timed(lambda: LogisticRegression(C=1.0, tol=TOLERANCE, max_iter=1000).fit(X, y))
        return {"fit": fit, "error": 1 - float(model.score(X_test, y_test))}

    return step


COMPARISONS = (
    Comparison(
        "logistic-60000",
        "Logistic regression, C=1: fit 60,000",
        {"hdr-bench": Side(ours), "scikit-learn, lbfgs": Side(scikit_learn)},
        (Bar("fit", "hdr-bench", "scikit-learn, lbfgs", at_least=2, error_gap=0.001),),
    ),
)

if __name__ == "__main__":
    run(COMPARISONS)
