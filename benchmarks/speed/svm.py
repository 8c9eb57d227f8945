"""Support vector machines with an RBF kernel (C=5, gamma=0.03): ours against scikit-learn's SVC, and ours alone.

A small fit takes the place of a warm-up round, which would take minutes. What stands alone is fitted three times.
"""

from digits import raw_digits, scaled_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed


def ours(n: int) -> Timed:
    """Fit on `n` images, predict 10,000, with SVMClassifier."""
    from hdr_bench.estimators import SVMClassifier

    X, y, X_test, y_test = raw_digits(n)
    SVMClassifier().fit(X[:500], y[:500]).predict(X_test[:500])

    def step() -> Seconds:
        fit, model = timed(lambda: SVMClassifier(C=5, gamma=0.03).fit(X, y))
        predict, labels = timed(lambda: model.predict(X_test))
        return {"fit": fit, "predict": predict, "error": float((labels != y_test).mean())}

    return step


def ours_10000() -> Timed:
    """Fit on 10,000."""
    return ours(10_000)


def ours_60000() -> Timed:
    """Fit on 60,000."""
    return ours(60_000)


def scikit_learn() -> Timed:
    """Fit on 10,000 images, predict 10,000, with scikit-learn's SVC."""
    from sklearn.svm import SVC

    X, y, X_test, y_test = scaled_digits(10_000)
    SVC().fit(X[:500], y[:500]).predict(X_test[:500])

    def step() -> Seconds:
        fit, model = timed(lambda: SVC(C=5, gamma=0.03).fit(X, y))
        predict, labels = timed(lambda: model.predict(X_test))
        return {"fit": fit, "predict": predict, "error": float((labels != y_test).mean())}

    return step


BARS = (
    Bar("fit", "hdr-bench", "scikit-learn SVC", at_least=3.5),
    Bar("predict", "hdr-bench", "scikit-learn SVC", at_least=8),
    Bar("fit", "hdr-bench, 1 thread", "scikit-learn SVC", at_least=3.5),
    Bar("predict", "hdr-bench, 1 thread", "scikit-learn SVC", at_least=8),
)
COMPARISONS = (
    Comparison(
        "svm-10000",
        "SVM, RBF: fit 10,000, predict 10,000",
        {
            "hdr-bench": Side(ours_10000),
            "hdr-bench, 1 thread": Side(ours_10000, threads=1),
            "scikit-learn SVC": Side(scikit_learn, threads=1),
        },
        BARS,
        warm_ups=0,
    ),
    Comparison(
        "svm-60000",
        "SVM, RBF: fit 60,000",
        {"hdr-bench": Side(ours_60000)},
        (Bar("fit", "hdr-bench", at_most=75),),
        rounds=3,
        warm_ups=0,
    ),
)

if __name__ == "__main__":
    run(COMPARISONS)
