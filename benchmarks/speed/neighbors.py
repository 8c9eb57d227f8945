"""k nearest neighbours, k=3, 60,000 x 10,000: ours against scikit-learn's brute force and the matrix product alone."""

import numpy as np
from digits import raw_digits, scaled_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed


def ours() -> Timed:
    """Predict 10,000 with KNNClassifier."""
    from hdr_bench.estimators import KNNClassifier

    X, y, X_test, y_test = raw_digits()
    model = KNNClassifier(n_neighbors=3).fit(X, y)

    def step() -> Seconds:
        predict, labels = timed(lambda: model.predict(X_test))
        return {"predict": predict, "error": float((labels != y_test).mean())}

    return step


def scikit_learn() -> Timed:
    """Predict 10,000 with KNeighborsClassifier by brute force."""
    from sklearn.neighbors import KNeighborsClassifier

    X, y, X_test, y_test = scaled_digits()
    model = KNeighborsClassifier(3, weights="distance", algorithm="brute").fit(X, y)

    def step() -> Seconds:
        predict, labels = timed(lambda: model.predict(X_test))
        return {"predict": predict, "error": float((labels != y_test).mean())}

    return step


def product_alone() -> Timed:
    """Multiply the test images by the training images, a thousand at a time, in float32: what no exact search saves."""
    X, _, X_test, _ = scaled_digits()
    columns, out = X.T, np.empty((1000, len(X)), np.float32)

    def multiply() -> None:
        for start in range(0, len(X_test), 1000):
            np.matmul(X_test[start : start + 1000], columns, out=out)

    def step() -> Seconds:
        return {"predict": timed(multiply)[0]}

    return step


COMPARISONS = (
    Comparison(
        "knn-60000",
        "k-NN, k=3: predict 10,000 from 60,000",
        {
            "hdr-bench": Side(ours),
            "scikit-learn, brute": Side(scikit_learn),
            "float32 matrix product": Side(product_alone),
        },
        (
            Bar("predict", "hdr-bench", "scikit-learn, brute", at_least=1.8),
            Bar("predict", "hdr-bench", "float32 matrix product", at_most=1.6),
        ),
    ),
)

if __name__ == "__main__":
    run(COMPARISONS)
